-- One row per twentieth of the scale of expected value that holds customers: its bounds, customers, their value.
--
-- The scale is even in the logarithm from the least positive value to the most, a step a factor; lower bound included.
-- Who is expected to bring nothing, to a ten-thousandth, is in no step.
with

scale as (
    select
        ln(min(expected_value)::double) as lowest,
        greatest(ln(max(expected_value)::double) - ln(min(expected_value)::double), 1e-9) as length
    from lifetime_of_view
    where expected_value > 0
),

placed as (
    select
        lifetime_of_view.expected_value,
        scale.lowest,
        scale.length,
        least(19, floor(20 * (ln(lifetime_of_view.expected_value::double) - scale.lowest) / scale.length))::int as step
    from lifetime_of_view
    cross join scale
    where lifetime_of_view.expected_value > 0
)

select
    exp(lowest + length * step / 20) as value_from,
    exp(lowest + length * (step + 1) / 20) as value_below,
    count(*) as customers,
    sum(expected_value) as expected_value
from placed
group by step, lowest, length
