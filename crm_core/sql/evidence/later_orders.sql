-- One row per customer who bought after $as_of and by $outcome_on: what nobody could know on $as_of.
--
-- Read by the back-test alone, beside the figures of $as_of and never among them.
select distinct customer_key
from orders
where
    is_purchase
    and ordered_on > $as_of
    and ordered_on <= $outcome_on
