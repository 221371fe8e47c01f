-- One row per tier but the last: the lowest score that belongs to it, by quotas of customers.
--
-- $quotas are cumulated shares, best tier first. A tier takes every customer down to the score at
-- which its share is reached, so equals stay together and a tier may hold a little more than asked.
-- A share of nothing takes nobody and has no row.
with

cumulated as (
    select
        score_points,
        sum(customers) over (order by score_points desc) as customers_from_here_up,
        sum(customers) over () as all_customers
    from score_distribution
),

quotas as (
    select
        unnest($quotas::double[]) as quota,
        generate_subscripts($quotas::double[], 1) as tier_number
)

select
    quotas.tier_number,
    max(cumulated.score_points) as cut_points
from quotas
inner join cumulated
    on cumulated.customers_from_here_up >= round(quotas.quota * cumulated.all_customers, 6)
where quotas.quota > 0
group by quotas.tier_number
