-- One row per customer in view and per prospect: the stage of the lifecycle, the first that fits.
--
-- Silence goes before all else. Who has bought for less than a whole look-back window is growing from the
-- second purchase day on: there is no window before to fall from. Growth is null for others only where the
-- window before brought nothing.
select
    *,
    case
        when purchase_days = 0 then 'prospect'
        when days_since_last_order >= $horizon_days then 'lost'
        when days_since_last_order >= $dormant_days then 'dormant'
        when days_since_return < $won_back_days then 'won_back'
        when purchase_days = 1 then 'new'
        when tenure_days < $lookback_days or coalesce(growth, 1) >= $growing_from then 'growing'
        when growth <= -$declining_from then 'declining'
        else 'mature'
    end as stage
from lifecycle_inputs
