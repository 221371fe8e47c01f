-- One row per customer that passes the filters: the features, as of the book's day.
--
-- A filter that is not set is null and lets everybody through.
select customer_features.*
from customer_features
inner join customers using (customer_key)
where
    ($regions is null or list_contains($regions, customers.region))
    and ($industries is null or list_contains($industries, customers.industry))
    and ($cities is null or list_contains($cities, customers.city))
    and ($sales_reps is null or list_contains($sales_reps, customers.sales_rep))
    and ($genders is null or list_contains($genders, customers.gender))
