-- One row per customer looked at who left in the period: reference_on is the day of the exit.
select
    lost_customers.customer_key,
    lost_customers.first_order_on,
    lost_customers.exit_on as reference_on,
    true as is_leaver
from lost_customers
inner join looked_customers using (customer_key)
where lost_customers.exit_on > $period_start
