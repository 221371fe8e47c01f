-- One row per customer in view: the logarithm of what each dimension measures.
--
-- It is symmetric, sign(x) * ln(1 + |x|), so that negative margins and early payments keep their order.
-- Money counts in hundredths of the average, so that its unit does not matter.
with

units as (
    select
        greatest(ratio(sum(abs(revenue)), 100 * count(revenue)), 1e-9) as revenue_unit,
        greatest(ratio(sum(abs(margin)), 100 * count(margin)), 1e-9) as margin_unit
    from customers_in_view
)

select
    customer_key,
    sign(revenue) * ln(1 + abs(revenue) / revenue_unit) as revenue,
    sign(margin) * ln(1 + abs(margin) / margin_unit) as margin,
    sign(order_count) * ln(1 + abs(order_count)) as order_count,
    sign(freshness) * ln(1 + abs(freshness)) as freshness,
    sign(growth) * ln(1 + abs(growth)) as growth,
    sign(regularity) * ln(1 + abs(regularity)) as regularity,
    sign(breadth) * ln(1 + abs(breadth)) as breadth,
    sign(tenure) * ln(1 + abs(tenure)) as tenure,
    sign(full_price) * ln(1 + abs(full_price)) as full_price,
    sign(few_returns) * ln(1 + abs(few_returns)) as few_returns,
    sign(wallet_share) * ln(1 + abs(wallet_share)) as wallet_share,
    sign(market_newness) * ln(1 + abs(market_newness)) as market_newness,
    sign(punctuality) * ln(1 + abs(punctuality)) as punctuality,
    sign(archive) * ln(1 + abs(archive)) as archive,
    sign(reference) * ln(1 + abs(reference)) as reference
from customer_measures
cross join units
