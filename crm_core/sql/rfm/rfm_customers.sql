-- One row per customer in view: what a list by RFM shows, with names from the archive.
--
-- rfm_code is the three scores side by side: "545".
select
    customer_rfm.*,
    concat(customer_rfm.freshness_score, customer_rfm.order_score, customer_rfm.revenue_score) as rfm_code,
    customers.name,
    customers.region,
    customers.industry,
    customers.sales_rep
from customer_rfm
inner join customers using (customer_key)
