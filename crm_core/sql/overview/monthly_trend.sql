-- One row per calendar month from $trend_start to $as_of: revenue, margin and customers who bought.
--
-- Only customers in view. The last month ends on $as_of and may be a part of a month.
select
    date_trunc('month', orders.ordered_on)::date as month,
    sum(orders.revenue) as revenue,
    count(distinct case when orders.is_purchase then orders.customer_key end) as active_customers
from orders
inner join customers_in_view using (customer_key)
where orders.ordered_on between $trend_start and $as_of
group by 1
