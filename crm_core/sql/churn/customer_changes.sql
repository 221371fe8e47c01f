-- One row per customer: the figures the signals stand on, null where the data cannot tell.
--
-- The usual gap leans on the company's gap as if it had been seen twice, so that one or two orders
-- decide little; where nobody ever came back there is no rhythm to be late against (greatest would
-- pass over the null). Falls need two orders in the window before: a fall from one order to none is what
-- the overdue order already says.
with

rhythm as (
    select
        customer_features.*,
        (coalesce(gap_count * median_gap_days, 0) + 2 * population_gap_days) / (gap_count + 2) as usual_gap_days
    from customer_features
    cross join population_rhythm
)

select
    customer_key,
    customer_id,
    revenue,
    margin,
    days_since_last_order,
    tenure_days,
    usual_gap_days,
    revenue_window,
    revenue_earlier_window,
    revenue_season_window,
    order_count_window,
    order_count_earlier_window,
    category_count_window,
    category_count_earlier_window,
    discount_share_window,
    discount_share_earlier_window,
    return_share_window,
    return_share_earlier_window,

    case when usual_gap_days is not null then
        ratio(days_since_last_order, greatest(usual_gap_days, 1))
    end as gaps_silent,
    case when order_count_earlier_window > 1 and revenue_earlier_window > 0 then
        1 - ratio(revenue_window, revenue_earlier_window)
    end as spend_fall,
    case when tenure_days >= 364 + $window_days and revenue_season_window > 0 then
        1 - ratio(revenue_window, revenue_season_window)
    end as season_fall,
    case when order_count_earlier_window > 1 then
        1 - ratio(order_count_window, order_count_earlier_window)
    end as orders_fall,
    case when order_count_earlier_window > 1 and category_count_earlier_window > 1 then
        1 - ratio(coalesce(category_count_window, 0), category_count_earlier_window)
    end as categories_fall,
    discount_share_window - discount_share_earlier_window as discount_rise,
    return_share_window - coalesce(return_share_earlier_window, 0) as returns_rise
from rhythm
