-- One row per customer who bought by $as_of: what the orders say.
--
-- Windows end on $as_of and leave their first day out: (start, as_of]. Revenue is net of returns;
-- an order is counted where something was bought, so a bare return is no order. A gap is the time
-- between two purchase days and is kept on the order that ended it.
with

known_orders as (
    select *
    from orders
    where ordered_on <= $as_of
),

sums as (
    select
        customer_key,
        min(ordered_on) filter (where is_purchase) as first_order_on,
        max(ordered_on) filter (where is_purchase) as last_order_on,
        count(*) filter (where is_purchase) as lifetime_order_count,
        sum(revenue) as lifetime_revenue,

        count(*) filter (where is_purchase and ordered_on > $lookback_start) as order_count,
        sum(revenue) filter (where ordered_on > $lookback_start) as revenue,
        sum(purchase_amount) filter (where ordered_on > $lookback_start) as purchase_amount,
        sum(return_amount) filter (where ordered_on > $lookback_start) as return_amount,
        sum(discount) filter (where ordered_on > $lookback_start) as discount,
        sum(discounted_amount) filter (where ordered_on > $lookback_start) as discounted_amount,
        sum(cost) filter (where ordered_on > $lookback_start) as cost,
        sum(costed_amount) filter (where ordered_on > $lookback_start) as costed_amount,
        count(*) filter (
            where is_on_time and delivered_on <= $as_of and ordered_on > $lookback_start
        ) as on_time_count,
        count(is_on_time) filter (where delivered_on <= $as_of and ordered_on > $lookback_start) as promised_count,

        sum(revenue) filter (
            where ordered_on > $earlier_lookback_start and ordered_on <= $lookback_start
        ) as revenue_year_before,
        count(*) filter (
            where is_purchase and ordered_on > $earlier_lookback_start and ordered_on <= $lookback_start
        ) as order_count_year_before,

        sum(revenue) filter (where ordered_on > $window_start) as revenue_window,
        count(*) filter (where is_purchase and ordered_on > $window_start) as order_count_window,
        sum(purchase_amount) filter (where ordered_on > $window_start) as purchase_amount_window,
        sum(return_amount) filter (where ordered_on > $window_start) as return_amount_window,
        sum(discount) filter (where ordered_on > $window_start) as discount_window,
        sum(discounted_amount) filter (where ordered_on > $window_start) as discounted_amount_window,

        sum(revenue) filter (
            where ordered_on > $earlier_window_start and ordered_on <= $window_start
        ) as revenue_earlier_window,
        count(*) filter (
            where is_purchase and ordered_on > $earlier_window_start and ordered_on <= $window_start
        ) as order_count_earlier_window,
        sum(purchase_amount) filter (
            where ordered_on > $earlier_window_start and ordered_on <= $window_start
        ) as purchase_amount_earlier_window,
        sum(return_amount) filter (
            where ordered_on > $earlier_window_start and ordered_on <= $window_start
        ) as return_amount_earlier_window,
        sum(discount) filter (
            where ordered_on > $earlier_window_start and ordered_on <= $window_start
        ) as discount_earlier_window,
        sum(discounted_amount) filter (
            where ordered_on > $earlier_window_start and ordered_on <= $window_start
        ) as discounted_amount_earlier_window,

        sum(revenue) filter (
            where ordered_on > $season_window_start and ordered_on <= $season_window_end
        ) as revenue_season_window,

        count(gap_days) as gap_count,
        sum(gap_days) as gap_sum,
        sum(cast(gap_days as bigint) * gap_days) as gap_square_sum,
        max(gap_days) as longest_gap_days,
        quantile(gap_days, 0.5) as median_gap_days
    from known_orders
    group by customer_key
)

select *
from sums
where lifetime_order_count > 0
