-- One row per combination of repeat purchases and tenure that occurs: the orders that a customer alive now is expected
-- to place over the horizon, plain and discounted.
--
-- What SQL cannot say: the lists come from the fitted model, in one order.
select
    cast(unnest($listed_repeat_purchases) as bigint) as repeat_purchases,
    cast(unnest($listed_tenure_days) as bigint) as tenure_days,
    unnest($listed_orders) as orders_if_alive,
    unnest($listed_discounted_orders) as discounted_orders_if_alive
