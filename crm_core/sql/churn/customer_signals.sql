-- One row per customer: each signal from 0 (silent) to 1 (full strength), null where data is absent.
--
-- signal_inputs is customer_changes, or the same for the customers in view beside what was saved.
-- A signal grows in a straight line up to the change that its sensitivity names. The tests for null
-- are needed: greatest and least pass over a null instead of handing it on.
select
    *,
    days_since_last_order >= $horizon_days as has_lapsed,
    case when gaps_silent is not null then
        round(greatest(0, least(1, (gaps_silent - 1) / ($overdue_order_at - 1))), 6)
    end as overdue_order,
    case when spend_fall is not null then
        round(greatest(0, least(1, spend_fall / $spend_falling_at)), 6)
    end as spend_falling,
    case when season_fall is not null then
        round(greatest(0, least(1, season_fall / $season_falling_at)), 6)
    end as season_falling,
    case when orders_fall is not null then
        round(greatest(0, least(1, orders_fall / $orders_falling_at)), 6)
    end as orders_falling,
    case when categories_fall is not null then
        round(greatest(0, least(1, categories_fall / $categories_falling_at)), 6)
    end as categories_falling,
    case when discount_rise is not null then
        round(greatest(0, least(1, discount_rise / $discount_rising_at)), 6)
    end as discount_rising,
    case when returns_rise is not null then
        round(greatest(0, least(1, returns_rise / $returns_rising_at)), 6)
    end as returns_rising
from signal_inputs
