-- One row for customer $customer_id: the archive's fields and the features on the book's day.
select
    customers.* exclude (first_ordered_on, last_ordered_on),
    customer_features.* exclude (customer_key, customer_id)
from customers
inner join customer_features using (customer_key)
where customers.customer_id = $customer_id
