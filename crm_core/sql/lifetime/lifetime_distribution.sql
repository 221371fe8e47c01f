-- One row per twentieth of the scale of expected value that holds customers: its bounds, customers, their value.
--
-- The scale is even in the logarithm, a step a factor, up to the most and down to the least or a hundred-thousandth of
-- the most; the lowest step takes all that is less. Lower bound included, upper excluded.
with

scale as (
    select
        max(expected_value)::double as highest,
        greatest(min(expected_value)::double, max(expected_value)::double / 100000) as lowest
    from lifetime_of_view
    having max(expected_value) > 0
),

placed as (
    select
        lifetime_of_view.expected_value,
        scale.lowest,
        greatest(ln(scale.highest / scale.lowest), 1e-9) / 20 as step_length,
        ln(greatest(lifetime_of_view.expected_value::double, scale.lowest) / scale.lowest) as distance
    from lifetime_of_view
    cross join scale
),

stepped as (
    select
        *,
        least(19, floor(distance / step_length))::int as step
    from placed
)

select
    lowest * exp(step_length * step) as value_from,
    lowest * exp(step_length * (step + 1)) as value_below,
    count(*) as customers,
    sum(expected_value) as expected_value
from stepped
group by step, lowest, step_length
