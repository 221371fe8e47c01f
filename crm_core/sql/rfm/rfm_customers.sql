-- One row per customer in view: what a list by RFM shows, with names from the archive, tier and band as saved.
--
-- rfm_code is the three scores side by side: "545".
select
    customer_rfm.*,
    concat(customer_rfm.freshness_score, customer_rfm.order_score, customer_rfm.revenue_score) as rfm_code,
    saved_tiers.tier_number,
    saved_risk.band,
    customers.name,
    customers.region,
    customers.industry,
    customers.sales_rep
from customer_rfm
inner join customers using (customer_key)
inner join saved_tiers using (customer_key)
inner join saved_risk using (customer_key)
