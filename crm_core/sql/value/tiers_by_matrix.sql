-- One row per customer in view: the cell of the matrix and the tier on its diagonal.
--
-- Level 0 is the lowest. Who lacks one of the two dimensions is placed by the other; who lacks both
-- stands behind the last tier. Cuts that are not used are 2 and are reached by nobody.
with

placed as (
    select
        *,
        coalesce(matrix_x, matrix_y) as x,
        coalesce(matrix_y, matrix_x) as y
    from customer_scores
),

levels as (
    select
        * exclude (x, y),
        (x >= $x_cut_1)::int + (x >= $x_cut_2)::int + (x >= $x_cut_3)::int as x_level,
        (y >= $y_cut_1)::int + (y >= $y_cut_2)::int + (y >= $y_cut_3)::int as y_level
    from placed
)

select
    *,
    coalesce(
        override_tier,
        case
            when x_level is null then $tier_count + 1
            else 1 + ($x_levels + $y_levels - 2 - x_level - y_level) * $tier_count // ($x_levels + $y_levels - 1)
        end
    ) as tier_number
from levels
