-- One row per customer in view whose days before are looked at: every customer, or where there are very many an even
-- sample of them, the same on every run.
select customer_key
from customers_in_view
where customer_key % $looked_every = 0
