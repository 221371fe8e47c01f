-- One row per cohort and period in which one of its customers ordered: customers who bought, and revenue.
--
-- A cohort is all customers in view who first bought in the same period of $period_months months, numbered
-- by months since year 0 divided by that; age 0 is the cohort's own period. Only periods that had
-- ended by $observed_until count. Returns may make revenue negative; a bare return is nobody's purchase.
with

first_periods as (
    select
        customer_key,
        first_order_on,
        cast(floor(ratio(year(first_order_on) * 12 + month(first_order_on) - 1, $period_months)) as int) as cohort
    from customers_in_view
    where first_order_on <= $observed_until
),

customer_periods as (
    select
        first_periods.cohort,
        orders.customer_key,
        cast(floor(ratio(year(orders.ordered_on) * 12 + month(orders.ordered_on) - 1, $period_months)) as int)
        - first_periods.cohort as age,
        sum(orders.revenue) as revenue,
        max(orders.is_purchase::int) as has_bought
    from orders
    inner join first_periods using (customer_key)
    where orders.ordered_on between first_periods.first_order_on and $observed_until
    group by first_periods.cohort, orders.customer_key, age
)

select
    cohort,
    age,
    sum(has_bought)::int as customers,
    sum(revenue) as revenue
from customer_periods
group by cohort, age
