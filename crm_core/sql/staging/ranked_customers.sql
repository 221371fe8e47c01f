-- One row per row of the customers table; place 1 is the one kept of each customer.
--
-- The fullest row wins, then the text of its columns decides, so the order of the rows in a file
-- never does.
with

filled as (
    select
        *,
        (name is not null)::int
        + (industry is not null)::int
        + (region is not null)::int
        + (city is not null)::int
        + (sales_rep is not null)::int
        + (parent_id is not null)::int
        + (created_at is not null)::int
        + (birth_year is not null)::int
        + (gender is not null)::int
        + (phone is not null)::int
        + (email is not null)::int
        + (address is not null)::int
        + (licence_no is not null)::int
        + (influence_industry is not null)::int
        + (influence_rank is not null)::int
        + (influence_fame is not null)::int
        + (wallet is not null)::int
        + (credit_limit is not null)::int as filled_count
    from loaded_customers
)

select
    load_number,
    source_file,
    source_line,
    customer_id,
    name,
    industry,
    region,
    city,
    sales_rep,
    parent_id,
    created_at,
    birth_year,
    gender,
    phone,
    email,
    address,
    licence_no,
    influence_industry,
    influence_rank,
    influence_fame,
    wallet,
    credit_limit,
    row_number() over (
        partition by customer_id
        order by
            filled_count desc,
            name asc,
            industry asc,
            region asc,
            city asc,
            sales_rep asc,
            parent_id asc,
            created_at asc,
            birth_year asc,
            gender asc,
            phone asc,
            email asc,
            address asc,
            licence_no asc,
            influence_industry asc,
            influence_rank asc,
            influence_fame asc,
            wallet asc,
            credit_limit asc,
            source_file asc,
            source_line asc
    ) as place
from filled
