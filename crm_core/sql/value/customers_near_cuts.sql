-- One row per customer in view whom the score places: how far off the nearest cut is, and the tier beyond it.
--
-- A cut is the lowest score of a tier: who stands on it is 0 off and falls with a hundredth less; who stands
-- below needs the whole distance to rise. Of two cuts as near, the better tier's counts. Bounds that are not
-- in use are -1, or beyond all scores.
with

bounds as (
    select
        customer_key,
        score_points,
        unnest([cut_1, cut_2, cut_3, cut_4, cut_5]) as cut_points,
        unnest([1, 2, 3, 4, 5]) as upper_tier_number
    from cut_scores
    where score_points is not null and override_tier is null
),

nearest as (
    select
        customer_key,
        min(abs(score_points - cut_points)) as distance_points,
        arg_min(
            case when score_points >= cut_points then upper_tier_number + 1 else upper_tier_number end,
            abs(score_points - cut_points) * 10 + upper_tier_number
        ) as other_tier_number
    from bounds
    where cut_points between 0 and 10000
    group by customer_key
)

select
    tier_customers.*,
    nearest.distance_points / 100 as cut_distance,
    nearest.other_tier_number
from tier_customers
inner join nearest using (customer_key)
