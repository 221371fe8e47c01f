-- One row per lost customer: the chance of a return, what it would bring, and whether an attempt is worth its cost.
--
-- $chances holds the chance for each number of days since the exit; empty where it cannot be told, and then
-- chance, second value and regain profit are null. let_go says why not to return, null where an attempt is worth it.
with

valued as (
    select
        lost_customers.*,
        coalesce(recorded_reasons.reason, 'not_recorded') as reason,
        recorded_reasons.competitor,
        case when $by_margin then margin_before else revenue_before end as value_before,
        list_extract($chances::double[], least(days_gone, len($chances::double[]) - 1) + 1) as chance
    from lost_customers
    left join recorded_reasons using (customer_id)
),

expected as (
    select
        *,
        cast(greatest(value_before, 0) * $second_ratio::double as decimal(18, 4)) as second_value
    from valued
),

regained as (
    select
        *,
        cast(chance * second_value - $attempt_cost as decimal(18, 4)) as regain_profit
    from expected
)

select
    *,
    case
        when list_contains($final_reasons::varchar[], reason) then 'final_reason'
        when value_before <= 0 then 'brought_nothing'
        when regain_profit < 0 then 'not_worth'
    end as let_go,
    let_go is not null as is_let_go
from regained
