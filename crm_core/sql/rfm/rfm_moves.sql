-- One row per pair of segments, under the saved scenario and now: customers and revenue.
--
-- The two numbers count in two tables, which may name their segments differently.
select
    saved_rfm.segment_number as from_number,
    customer_rfm.segment_number as to_number,
    count(*) as customers,
    sum(customer_rfm.revenue) as revenue
from customer_rfm
inner join saved_rfm using (customer_key)
group by saved_rfm.segment_number, customer_rfm.segment_number
