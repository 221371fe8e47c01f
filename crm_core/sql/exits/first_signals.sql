-- One row per customer looked at: how many days ahead of the exit each signal was first seen, null if never.
--
-- A signal is seen from the strength $shown_from up; a risk from the lower bound of its band. is_..._known says whether
-- the customer's data could have shown the signal on any of the days.
select
    customer_key,
    is_leaver,
    max(case when risk_points >= $high_points then days_ahead end) as high_risk_ahead,
    max(case when risk_points >= $watch_points then days_ahead end) as watch_risk_ahead,
    max(case when overdue_order >= $shown_from then days_ahead end) as overdue_order_ahead,
    max(case when spend_falling >= $shown_from then days_ahead end) as spend_falling_ahead,
    max(case when season_falling >= $shown_from then days_ahead end) as season_falling_ahead,
    max(case when orders_falling >= $shown_from then days_ahead end) as orders_falling_ahead,
    max(case when categories_falling >= $shown_from then days_ahead end) as categories_falling_ahead,
    max(case when discount_rising >= $shown_from then days_ahead end) as discount_rising_ahead,
    max(case when returns_rising >= $shown_from then days_ahead end) as returns_rising_ahead,
    count(overdue_order) > 0 as is_overdue_order_known,
    count(spend_falling) > 0 as is_spend_falling_known,
    count(season_falling) > 0 as is_season_falling_known,
    count(orders_falling) > 0 as is_orders_falling_known,
    count(categories_falling) > 0 as is_categories_falling_known,
    count(discount_rising) > 0 as is_discount_rising_known,
    count(returns_rising) > 0 as is_returns_rising_known
from risk_scores
group by customer_key, is_leaver
