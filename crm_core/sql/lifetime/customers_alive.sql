-- One row per customer who bought by $as_of: how the customer bought, and how likely the customer is still alive.
--
-- The odds of having left grow with the silence, measured by the customer's own rhythm. $first_toss is 1 where even the
-- first purchase may have been the last; where no purchase could be, the customer is alive. The
-- exponent is kept where exp() has an answer.
select
    *,
    case
        when repeat_purchases + $first_toss = 0 then 1.0::double
        else 1 / (
            1 + $a / ($b + repeat_purchases + $first_toss - 1)
            * exp(least(700, ($r + repeat_purchases) * ln(($alpha + tenure_days) / ($alpha + active_days))))
        )
    end as probability_alive
from customer_purchases
