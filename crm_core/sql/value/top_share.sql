-- One row: the share of revenue that the best $top_share of the customers in view bring.
with

ranked as (
    select
        greatest(0, revenue) as brought,
        row_number() over (order by revenue desc, customer_key) as place,
        count(*) over () as customers
    from customers_in_view
)

select ratio(sum(brought) filter (where place <= ceil(round($top_share * customers, 6))), sum(brought)) as revenue_share
from ranked
