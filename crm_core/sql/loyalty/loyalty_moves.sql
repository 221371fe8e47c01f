-- One row per pair of types that differ, under the saved scenario and now: customers and revenue.
select
    saved_loyalty.loyalty_type as from_type,
    customer_loyalty.loyalty_type as to_type,
    count(*) as customers,
    sum(customer_loyalty.revenue) as revenue
from customer_loyalty
inner join saved_loyalty using (customer_key)
where customer_loyalty.loyalty_type is distinct from saved_loyalty.loyalty_type
group by saved_loyalty.loyalty_type, customer_loyalty.loyalty_type
