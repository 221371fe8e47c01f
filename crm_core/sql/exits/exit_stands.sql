-- One row per customer looked at and day stood on: so many days ahead of the exit, from the first order on.
--
-- subject_key numbers customer and day together, so that the models of features, which know one row a customer,
-- compute all days at once. shift_days moves the customer's orders so far that the day falls on $as_of.
with

looks as (
    select
        look,
        (look * $look_days)::int as days_ahead
    from (select unnest(range(1, $looks + 1)) as look) as numbered
)

select
    exit_subjects.customer_key,
    exit_subjects.is_leaver,
    looks.days_ahead,
    exit_subjects.customer_key::bigint * ($looks + 1) + looks.look as subject_key,
    days_between(exit_subjects.reference_on, $as_of) + looks.days_ahead as shift_days
from exit_subjects
cross join looks
where exit_subjects.first_order_on <= exit_subjects.reference_on - looks.days_ahead
