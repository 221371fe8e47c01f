-- One row per customer in view: the type of behaviour, the first of these that fits.
--
-- loyal: bought in this signal window and the one before, with more orders than most;
-- fast_growing: revenue grew by $growth_from or more, and bought in the signal window;
-- sleeping: came more than once, but not in the last two signal windows;
-- worth_cultivating: leaves more than half of the wallet to others, or spends more an order than
-- most but rarely; other: everybody else.
select
    customers_in_view.customer_key,
    customers_in_view.customer_id,
    customers_in_view.revenue,
    case
        when order_count_window > 0 and order_count_earlier_window > 0 and order_count_level >= $loyal_level
            then 'loyal'
        when growth >= $growth_from and order_count_window > 0
            then 'fast_growing'
        when lifetime_order_count > 1 and order_count_window = 0 and order_count_earlier_window = 0
            then 'sleeping'
        when wallet_share < $unfilled_wallet or (order_count between 1 and 3 and revenue_level >= $spender_level)
            then 'worth_cultivating'
        else 'other'
    end as type
from customers_in_view
inner join customer_ranks using (customer_key)
