-- One row per customer of the orders or of the customers table; customer_key is dense, by customer_id.
--
-- first_ordered_on and last_ordered_on are null for a customer who never ordered; a bare return
-- counts as having ordered here.
with

buyers as (
    select
        customer_id,
        cast(min(ordered_at) as date) as first_ordered_on,
        cast(max(ordered_at) as date) as last_ordered_on
    from loaded_orders
    group by customer_id
),

archived as (
    select *
    from ranked_customers
    where place = 1
),

everyone as (
    select customer_id from buyers
    union
    select customer_id from archived
)

select
    cast(row_number() over (order by everyone.customer_id) as integer) as customer_key,
    everyone.customer_id,
    archived.name,
    archived.industry,
    archived.region,
    archived.city,
    archived.sales_rep,
    archived.parent_id,
    archived.created_at,
    archived.birth_year,
    archived.gender,
    archived.phone,
    archived.email,
    archived.address,
    archived.licence_no,
    archived.influence_industry,
    archived.influence_rank,
    archived.influence_fame,
    archived.wallet,
    archived.credit_limit,
    buyers.first_ordered_on,
    buyers.last_ordered_on
from everyone
left join archived using (customer_id)
left join buyers using (customer_id)
