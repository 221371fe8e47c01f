-- One row per tier but the last: the lowest score that belongs to it, by shares of value.
--
-- $value_shares are cumulated shares of $value_measure ('revenue' or 'margin'), best tier first: the
-- best customers that together bring the share. What customers took back counts as nothing brought.
-- A share of nothing takes nobody and has no row.
with

brought as (
    select
        score_points,
        greatest(0, case $value_measure when 'margin' then margin else revenue end) as value
    from score_distribution
),

cumulated as (
    select
        score_points,
        sum(value) over (order by score_points desc) as value_from_here_up,
        sum(value) over () as all_value
    from brought
),

shares as (
    select
        unnest($value_shares::double[]) as value_share,
        generate_subscripts($value_shares::double[], 1) as tier_number
)

select
    shares.tier_number,
    max(cumulated.score_points) as cut_points
from shares
inner join cumulated
    on ratio(cumulated.value_from_here_up, cumulated.all_value) >= shares.value_share - 1e-9
where shares.value_share > 0
group by shares.tier_number
