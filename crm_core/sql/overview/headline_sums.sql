-- One row: the sums behind the headlines, over the customers in view.
--
-- Active: bought in the look-back window. Retained: bought in it and in the window before; retention
-- is known only where the data reaches back two windows.
select
    count(*) as customers,
    count(*) filter (where order_count > 0) as active_customers,
    count(*) filter (where order_count_year_before > 0) as earlier_customers,
    count(*) filter (where order_count_year_before > 0 and order_count > 0) as retained_customers,
    count(*) filter (where first_order_on > $lookback_start) as new_customers,
    sum(revenue) as revenue,
    sum(margin) as margin,
    sum(margin_assumed_share * abs(revenue::double)) / nullif(sum(abs(revenue::double)), 0) as margin_assumed_share
from customers_in_view
