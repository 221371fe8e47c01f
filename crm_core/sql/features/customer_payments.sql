-- One row per customer invoiced by $as_of: how promptly they paid, what is overdue.
--
-- What was paid later than $as_of was still open on that day. Days late are negative when early.
with

known_invoices as (
    select
        customer_key,
        amount,
        due_at,
        case when cast(paid_at as date) <= $as_of then cast(paid_at as date) end as paid_on
    from payments
    where cast(coalesce(invoiced_at, due_at) as date) <= $as_of
)

select
    customer_key,
    quantile(days_between(due_at, paid_on), 0.5) as median_days_late,
    sum(amount) filter (where paid_on is null and cast(due_at as date) < $as_of) as overdue_balance
from known_invoices
group by customer_key
