-- One row per row of the customers table that a fuller row of the same customer stands for.
select
    load_number,
    source_file,
    source_line,
    'customer_id' as column_name,
    customer_id as value,
    'repeated_customer' as reason,
    cast(
        struct_pack(
            customer_id := customer_id,
            name := name,
            industry := industry,
            region := region,
            city := city,
            sales_rep := sales_rep,
            parent_id := parent_id,
            created_at := created_at,
            birth_year := birth_year,
            gender := gender,
            phone := phone,
            email := email,
            address := address,
            licence_no := licence_no,
            influence_industry := influence_industry,
            influence_rank := influence_rank,
            influence_fame := influence_fame,
            wallet := wallet,
            credit_limit := credit_limit
        ) as varchar
    ) as raw
from ranked_customers
where place > 1
