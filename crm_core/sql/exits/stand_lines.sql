-- One row per day stood on and order line of a category in the two signal windows before it, moved like the orders.
select
    exit_stands.subject_key as customer_key,
    looked_lines.ordered_on + exit_stands.shift_days::int as ordered_on,
    looked_lines.amount,
    looked_lines.category,
    looked_lines.category_next_on + exit_stands.shift_days::int as category_next_on
from looked_lines
inner join exit_stands using (customer_key)
where
    looked_lines.category is not null
    and looked_lines.ordered_on + exit_stands.shift_days::int > $earlier_window_start
    and looked_lines.ordered_on + exit_stands.shift_days::int <= $as_of
