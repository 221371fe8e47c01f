-- One row per customer in view who is lost on $as_of: since when, and what a year of the customer had brought.
--
-- A year is the look-back window up to the last order, scaled to a year where it is longer or shorter; what was
-- returned since counts against it.
with

brought as (
    select
        customer_lapses.customer_key,
        sum(order_margins.revenue) as revenue,
        sum(order_margins.margin) as margin,
        sum(order_margins.purchase_amount) as purchase_amount,
        sum(order_margins.return_amount) as return_amount,
        count(*) filter (where order_margins.is_purchase) as order_count
    from customer_lapses
    inner join order_margins using (customer_key)
    where
        customer_lapses.returned_on is null
        and order_margins.ordered_on > customer_lapses.last_on - $lookback_days::int
        and order_margins.ordered_on <= $as_of
    group by customer_lapses.customer_key
)

select
    customer_lapses.customer_key,
    customers_in_view.customer_id,
    customer_lapses.last_on,
    customer_lapses.exit_on,
    days_between(customer_lapses.exit_on, $as_of) as days_gone,
    cast(round(brought.revenue * $year_days / $lookback_days, 4) as decimal(18, 4)) as revenue_before,
    cast(round(brought.margin * $year_days / $lookback_days, 4) as decimal(18, 4)) as margin_before,
    round(ratio(brought.return_amount, brought.purchase_amount), 6) as returned_share,
    brought.order_count
from customer_lapses
inner join customers_in_view using (customer_key)
inner join brought using (customer_key)
where customer_lapses.returned_on is null
