-- One row per customer who bought in a known category by $as_of: how many categories, per window.
--
-- A category counts once in a window: on its last purchase there, which is the one whose next
-- purchase (category_next_on, laid out with the data set) lies beyond the window's end.
select
    customer_key,
    count(*) filter (
        where ordered_on > $lookback_start and coalesce(category_next_on, $never) > $as_of
    ) as category_count,
    count(*) filter (
        where ordered_on > $window_start and coalesce(category_next_on, $never) > $as_of
    ) as category_count_window,
    count(*) filter (
        where ordered_on > $earlier_window_start
            and ordered_on <= $window_start
            and coalesce(category_next_on, $never) > $window_start
    ) as category_count_earlier_window
from order_lines
where ordered_on <= $as_of and amount > 0 and category is not null
group by customer_key
