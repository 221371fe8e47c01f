-- One row per customer: the risk, and the band it falls in.
--
-- risk_points are ten-thousandths. Who has been silent for the horizon is lost, whatever the risk;
-- otherwise the lower bound of a band belongs to it. Who has no signal at all is at low risk.
select
    *,
    case
        when has_lapsed then 'lost'
        when risk_points >= $high_points then 'high'
        when risk_points >= $watch_points then 'watch'
        else 'low'
    end as band
from risk_scores
