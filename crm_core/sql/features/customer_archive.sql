-- One row per customer: how complete the archive is, and what the customer's example is worth.
--
-- Completeness is the weighted share of the fields that matter which are filled in; the licence,
-- the phone and the address count double, since without them a customer cannot be reached or sued.
select
    customer_key,
    ratio(
        (name is not null)::int
        + (industry is not null)::int
        + (region is not null)::int
        + (city is not null)::int
        + (sales_rep is not null)::int
        + (email is not null)::int
        + 2 * (phone is not null)::int
        + 2 * (address is not null)::int
        + 2 * (licence_no is not null)::int,
        12
    ) as archive_completeness,
    ratio(
        coalesce(influence_industry, 0) + coalesce(influence_rank, 0) + coalesce(influence_fame, 0),
        100
        * (
            (influence_industry is not null)::int
            + (influence_rank is not null)::int
            + (influence_fame is not null)::int
        )
    ) as reference_value
from customers
