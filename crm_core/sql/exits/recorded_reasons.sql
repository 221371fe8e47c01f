-- One row per customer with a recorded reason: the latest one in the ledger.
select
    unnest($reason_customers::varchar[]) as customer_id,
    unnest($reason_codes::varchar[]) as reason,
    unnest($reason_competitors::varchar[]) as competitor
