-- One row per customer in view whom the score places: how far off the nearest cut is, and the tier beyond it.
--
-- A cut is the lowest score of a tier: who stands on it is 0 off and falls with a hundredth less; who stands
-- below needs the whole distance to rise. Of two cuts as near, the better tier's counts. Bounds that are not
-- in use are -1, or beyond all scores, and no distance away: least() passes over what is null.
with

distances as (
    select
        *,
        case when cut_1 between 0 and 10000 then abs(score_points - cut_1) end as distance_1,
        case when cut_2 between 0 and 10000 then abs(score_points - cut_2) end as distance_2,
        case when cut_3 between 0 and 10000 then abs(score_points - cut_3) end as distance_3,
        case when cut_4 between 0 and 10000 then abs(score_points - cut_4) end as distance_4,
        case when cut_5 between 0 and 10000 then abs(score_points - cut_5) end as distance_5
    from customer_tiers
    where score_points is not null and override_tier is null
),

nearest as (
    select
        *,
        least(distance_1, distance_2, distance_3, distance_4, distance_5) as distance_points
    from distances
)

select
    customer_key,
    customer_id,
    tier_number,
    saved_tier_number,
    score_points / 100 as score,
    revenue,
    margin,
    order_count,
    days_since_last_order,
    risk_points / 10000 as risk,
    band,
    distance_points / 100 as cut_distance,
    case distance_points
        when distance_1 then 1 + (score_points >= cut_1)::int
        when distance_2 then 2 + (score_points >= cut_2)::int
        when distance_3 then 3 + (score_points >= cut_3)::int
        when distance_4 then 4 + (score_points >= cut_4)::int
        when distance_5 then 5 + (score_points >= cut_5)::int
    end as other_tier_number
from nearest
where distance_points is not null
