-- One row per customer that is learned from: the strength of each signal, and whether the customer left.
--
-- Every so many-th customer; a customer is in the same fold on all days.
select
    customer_key,
    customer_key // $learned_every % $folds as fold,
    has_left,
    days_since_last_order,
    overdue_order,
    spend_falling,
    season_falling,
    orders_falling,
    categories_falling,
    discount_rising,
    returns_rising
from customer_signals
where customer_key % $learned_every = 0
