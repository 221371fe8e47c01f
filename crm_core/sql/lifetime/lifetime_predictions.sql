-- One row per customer who bought by $as_of: whether the customer is believed alive, and what is expected over the
-- horizon.
--
-- The odds of having left grow with the silence measured by the customer's own rhythm. $first_toss is 1 where even the
-- first purchase may have been the last; where no purchase could be, the customer is alive. The
-- exponent is kept where exp() has an answer. A purchase is worth the customer's own mean, drawn towards everybody's
-- the more the fewer were seen.
with

believed as (
    select
        customer_purchases.*,
        orders_if_alive.orders_if_alive,
        orders_if_alive.discounted_orders_if_alive,
        case
            when customer_purchases.repeat_purchases + $first_toss = 0 then 1.0::double
            else 1 / (
                1 + $a / ($b + customer_purchases.repeat_purchases + $first_toss - 1) * exp(least(
                    700,
                    ($r + customer_purchases.repeat_purchases)
                    * ln(($alpha + customer_purchases.tenure_days) / ($alpha + customer_purchases.active_days))
                ))
            )
        end as probability_alive,
        $p * ($gamma + greatest(0, customer_purchases.repeat_value)::double)
        / ($p * customer_purchases.repeat_purchases + $q - 1) as expected_spend
    from customer_purchases
    inner join orders_if_alive using (repeat_purchases, tenure_days)
)

select
    customer_key,
    customer_id,
    repeat_purchases,
    active_days,
    tenure_days,
    days_since_last_order,
    revenue_to_date,
    probability_alive,
    probability_alive * orders_if_alive as expected_orders,
    expected_spend::decimal(18, 4) as expected_spend,
    (probability_alive * discounted_orders_if_alive * expected_spend)::decimal(18, 4) as expected_value
from believed
