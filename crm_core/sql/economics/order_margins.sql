-- One row per order: the order, and its margin to the last decimal.
--
-- Margin is amount less cost where the cost is known and $default_margin_rate of the amount elsewhere. The rate is a
-- decimal, so that sums are exact whatever their order; whoever adds up rounds once, at the end.
select
    orders.*,
    orders.costed_amount - coalesce(orders.cost, 0)
    + cast($default_margin_rate as decimal(18, 4)) * (orders.revenue - orders.costed_amount) as margin
from orders
