-- One row per customer whom the archive knew by $as_of and who had bought nothing by then.
--
-- Who has no day of creation cannot be said to have been known, so is none: else a first order placed
-- later would change an earlier answer. A bare return is no purchase.
select
    customers.customer_key,
    customers.customer_id
from customers
left join customer_features using (customer_key)
where
    customer_features.customer_key is null
    and customers.created_at <= $as_of
    and ($regions is null or list_contains($regions, customers.region))
    and ($industries is null or list_contains($industries, customers.industry))
    and ($cities is null or list_contains($cities, customers.city))
    and ($sales_reps is null or list_contains($sales_reps, customers.sales_rep))
    and ($genders is null or list_contains($genders, customers.gender))
