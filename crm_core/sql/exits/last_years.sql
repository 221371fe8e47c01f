-- One row per customer who bought by $as_of: what a year up to the last order had brought.
--
-- A year is the look-back window, scaled to a year where it is longer or shorter; what was returned since counts
-- against it. Whether a customer is lost plays no part, so that another horizon finds the same rows.
with

brought as (
    select
        customer_features.customer_key,
        sum(order_margins.revenue) as revenue,
        sum(order_margins.margin) as margin,
        sum(order_margins.purchase_amount) as purchase_amount,
        sum(order_margins.return_amount) as return_amount,
        count(*) filter (where order_margins.is_purchase) as order_count
    from customer_features
    inner join order_margins using (customer_key)
    where
        order_margins.ordered_on > customer_features.last_order_on - $lookback_days::int
        and order_margins.ordered_on <= $as_of
    group by customer_features.customer_key
)

select
    customer_key,
    cast(round(revenue * $year_days / $lookback_days, 4) as decimal(18, 4)) as revenue_before,
    cast(round(margin * $year_days / $lookback_days, 4) as decimal(18, 4)) as margin_before,
    round(ratio(return_amount, purchase_amount), 6) as returned_share,
    order_count
from brought
