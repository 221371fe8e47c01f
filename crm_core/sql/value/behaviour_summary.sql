-- One row per type of behaviour that occurs: customers and revenue.
select
    type,
    count(*) as customers,
    sum(revenue) as revenue
from customer_behaviour
group by type
