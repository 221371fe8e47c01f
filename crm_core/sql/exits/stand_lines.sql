-- One row per day stood on and order line of a category in the two signal windows before it, moved like the orders.
select
    exit_stands.subject_key as customer_key,
    all_lines.ordered_on + exit_stands.shift_days::int as ordered_on,
    all_lines.amount,
    all_lines.category,
    all_lines.category_next_on + exit_stands.shift_days::int as category_next_on
from all_lines
inner join exit_stands using (customer_key)
where
    all_lines.category is not null
    and all_lines.ordered_on + exit_stands.shift_days::int > $earlier_window_start
    and all_lines.ordered_on + exit_stands.shift_days::int <= $as_of
