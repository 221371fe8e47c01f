-- One row per five thousandths of the customers in view, best first: the share of expected value they bring.
--
-- The Lorenz curve read from the top. gini is 0 when all bring the same and nears 1 when one brings all.
with

ranked as (
    select
        expected_value,
        row_number() over (order by expected_value desc, customer_key) as place,
        count(*) over () as customers,
        sum(expected_value) over () as total,
        sum(expected_value) over (order by expected_value desc, customer_key) as expected_so_far
    from lifetime_of_view
),

inequality as (
    select ratio(sum((customers + 1 - 2 * place) * expected_value), max(customers) * max(total)) as gini
    from ranked
),

points as (
    select
        ceil(200 * place / customers) as step,
        max(place) as place,
        max(expected_so_far) as expected_so_far,
        max(customers) as customers,
        max(total) as total
    from ranked
    group by step
)

select
    ratio(points.place, points.customers) as customer_share,
    ratio(points.expected_so_far, points.total) as value_share,
    inequality.gini
from points
cross join inequality
