-- One row per customer in view who bought in the two years up to $as_of: in which of them, and what the later one
-- brought.
--
-- The later year begins after $year_start, the earlier one ends with it. A year brings what it ordered net of what it
-- returned, so a return counts in the year it came back.
with

yearly as (
    select
        customer_key,
        bool_or(is_purchase and ordered_on <= $year_start) as bought_before,
        bool_or(is_purchase and ordered_on > $year_start) as bought_lately,
        sum(revenue) filter (where ordered_on > $year_start) as revenue,
        sum(margin) filter (where ordered_on > $year_start) as margin
    from order_margins
    where ordered_on > $earlier_year_start and ordered_on <= $as_of
    group by customer_key
)

select
    customers_in_view.customer_key,
    yearly.bought_before,
    yearly.bought_lately,
    customers_in_view.first_order_on > $year_start as is_new,
    cast(coalesce(yearly.revenue, 0) as decimal(18, 4)) as revenue,
    cast(coalesce(yearly.margin, 0) as decimal(18, 4)) as margin
from yearly
inner join customers_in_view using (customer_key)
where yearly.bought_before or yearly.bought_lately
