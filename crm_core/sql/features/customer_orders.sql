-- One row per customer who bought by $as_of: what the orders say.
--
-- Windows end on $as_of and leave their first day out: (start, as_of]. Revenue is net of returns;
-- an order is counted where something was bought, so a bare return is no order. A gap is the time
-- between two purchase days and is kept on the order that ended it. What lies outside a window is
-- null inside its sums: with so many of them `filter` would cost DuckDB a quarter more.
with

known_orders as (
    select
        *,
        ordered_on > $lookback_start as in_lookback,
        ordered_on > $earlier_lookback_start and ordered_on <= $lookback_start as in_year_before,
        ordered_on > $window_start as in_window,
        ordered_on > $earlier_window_start and ordered_on <= $window_start as in_earlier_window,
        ordered_on > $season_window_start and ordered_on <= $season_window_end as in_season_window
    from orders
    where ordered_on <= $as_of
),

sums as (
    select
        customer_key,
        min(case when is_purchase then ordered_on end) as first_order_on,
        max(case when is_purchase then ordered_on end) as last_order_on,
        count(case when is_purchase then 1 end) as lifetime_order_count,
        sum(revenue) as lifetime_revenue,

        count(case when in_lookback and is_purchase then 1 end) as order_count,
        sum(case when in_lookback then revenue end) as revenue,
        sum(case when in_lookback then purchase_amount end) as purchase_amount,
        sum(case when in_lookback then return_amount end) as return_amount,
        sum(case when in_lookback then discount end) as discount,
        sum(case when in_lookback then discounted_amount end) as discounted_amount,
        sum(case when in_lookback then cost end) as cost,
        sum(case when in_lookback then costed_amount end) as costed_amount,
        count(case when in_lookback and delivered_on <= $as_of and is_on_time then 1 end) as on_time_count,
        count(case when in_lookback and delivered_on <= $as_of then is_on_time end) as promised_count,

        sum(case when in_year_before then revenue end) as revenue_year_before,
        count(case when in_year_before and is_purchase then 1 end) as order_count_year_before,

        sum(case when in_window then revenue end) as revenue_window,
        count(case when in_window and is_purchase then 1 end) as order_count_window,
        sum(case when in_window then purchase_amount end) as purchase_amount_window,
        sum(case when in_window then return_amount end) as return_amount_window,
        sum(case when in_window then discount end) as discount_window,
        sum(case when in_window then discounted_amount end) as discounted_amount_window,

        sum(case when in_earlier_window then revenue end) as revenue_earlier_window,
        count(case when in_earlier_window and is_purchase then 1 end) as order_count_earlier_window,
        sum(case when in_earlier_window then purchase_amount end) as purchase_amount_earlier_window,
        sum(case when in_earlier_window then return_amount end) as return_amount_earlier_window,
        sum(case when in_earlier_window then discount end) as discount_earlier_window,
        sum(case when in_earlier_window then discounted_amount end) as discounted_amount_earlier_window,

        sum(case when in_season_window then revenue end) as revenue_season_window,

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
