-- One row per five thousandths of the customers in view, best first: the share of revenue they bring.
--
-- The Lorenz curve read from the top. Customers who brought nothing, or took back more than they
-- bought, count as bringing 0. gini is 0 when all bring the same and nears 1 when one brings all.
with

ranked as (
    select
        greatest(0, revenue) as brought,
        row_number() over (order by revenue desc, customer_key) as place,
        count(*) over () as customers,
        sum(greatest(0, revenue)) over () as total,
        sum(greatest(0, revenue)) over (order by revenue desc, customer_key) as brought_so_far
    from customers_in_view
),

inequality as (
    select ratio(sum((customers + 1 - 2 * place) * brought), max(customers) * max(total)) as gini
    from ranked
),

points as (
    select
        ceil(200 * place / customers) as step,
        max(place) as place,
        max(brought_so_far) as brought_so_far,
        max(customers) as customers,
        max(total) as total
    from ranked
    group by step
)

select
    ratio(points.place, points.customers) as customer_share,
    ratio(points.brought_so_far, points.total) as revenue_share,
    inequality.gini
from points
cross join inequality
