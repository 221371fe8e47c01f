-- One row per return whose second life of $second_days has been seen whole: a year before the exit, and that life.
--
-- The second life begins with the order that ended the silence and is discounted to its day. What is discounted or
-- scaled to a year is rounded to the decimal before it is added up, so that sums do not depend on their order.
with

seen as (
    select *
    from customer_lapses
    where returned_on <= $second_seen_until
),

dated as (
    select
        seen.customer_key,
        seen.returned_on,
        order_margins.revenue,
        order_margins.margin,
        order_margins.ordered_on >= seen.returned_on as is_second,
        power(
            1 + $discount_rate, -ratio(days_between(seen.returned_on, order_margins.ordered_on), $year_days)
        ) as discount
    from seen
    inner join order_margins using (customer_key)
    where
        order_margins.ordered_on > seen.last_on - $lookback_days::int
        and order_margins.ordered_on < seen.returned_on + $second_days::int
        and order_margins.ordered_on <= $as_of
)

select
    customer_key,
    returned_on,
    cast(
        round(coalesce(sum(revenue) filter (where not is_second), 0) * $year_days / $lookback_days, 4)
        as decimal(18, 4)
    ) as revenue_before,
    cast(
        round(coalesce(sum(margin) filter (where not is_second), 0) * $year_days / $lookback_days, 4)
        as decimal(18, 4)
    ) as margin_before,
    sum(cast(revenue * discount as decimal(18, 4))) filter (where is_second) as second_revenue,
    sum(cast(margin * discount as decimal(18, 4))) filter (where is_second) as second_margin
from dated
group by customer_key, returned_on
