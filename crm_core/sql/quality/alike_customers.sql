-- One row per pair of customers that look like one, with the strongest reason; a suggestion, never a verdict.
--
-- Compared are those whom a licence, an e-mail, a telephone or a name joins, and neighbours in the
-- order of names, read forwards and backwards. What more than five share joins nobody; a telephone
-- joins only names that are not plainly different, and it and a misspelt name only one city.
with

marks as (
    select
        customer_id,
        1 as strength,
        'licence' as reason,
        bare_licence as mark
    from comparable_customers
    union all
    select
        customer_id,
        2 as strength,
        'email' as reason,
        bare_email as mark
    from comparable_customers
    union all
    select
        customer_id,
        3 as strength,
        'name' as reason,
        bare_name as mark
    from comparable_customers
    union all
    select
        customer_id,
        4 as strength,
        'phone' as reason,
        bare_phone as mark
    from comparable_customers
),

shared_marks as (
    select
        strength,
        mark
    from marks
    where mark is not null
    group by strength, mark
    having count(*) between 2 and 5
),

shared as (
    select
        marks.customer_id,
        marks.strength,
        marks.reason,
        lead(marks.customer_id) over (partition by strength, mark order by marks.customer_id) as other_id
    from marks
    inner join shared_marks using (strength, mark)
),

names as (
    select
        customer_id,
        bare_name,
        name_digits,
        reverse(bare_name) as backwards
    from comparable_customers
    where length(bare_name) >= 8
),

neighbours as (
    select
        customer_id,
        bare_name,
        name_digits,
        lead(customer_id) over (order by bare_name, customer_id) as other_id,
        lead(bare_name) over (order by bare_name, customer_id) as other_name,
        lead(name_digits) over (order by bare_name, customer_id) as other_digits
    from names
    union all
    select
        customer_id,
        bare_name,
        name_digits,
        lead(customer_id) over (order by backwards, customer_id) as other_id,
        lead(bare_name) over (order by backwards, customer_id) as other_name,
        lead(name_digits) over (order by backwards, customer_id) as other_digits
    from names
),

misspelt as (
    select
        customer_id,
        other_id
    from neighbours
    where
        bare_name <> other_name
        and name_digits = other_digits
        and abs(length(bare_name) - length(other_name)) <= 2
        and (left(bare_name, 3) = left(other_name, 3) or right(bare_name, 3) = right(other_name, 3))
        and levenshtein(bare_name, other_name) <= case when length(bare_name) >= 20 then 2 else 1 end
),

pairs as (
    select
        customer_id,
        other_id,
        strength,
        reason
    from shared
    where other_id is not null
    union all
    select
        customer_id,
        other_id,
        5 as strength,
        'similar name' as reason
    from misspelt
),

strongest as (
    select
        least(customer_id, other_id) as customer_id,
        greatest(customer_id, other_id) as other_id,
        min(strength) as strength,
        arg_min(reason, strength) as reason
    from pairs
    group by least(customer_id, other_id), greatest(customer_id, other_id)
)

select
    strongest.customer_id,
    one.shown_name as name,
    strongest.other_id,
    other.shown_name as other_name,
    strongest.strength,
    strongest.reason
from strongest
inner join comparable_customers as one on strongest.customer_id = one.customer_id
inner join comparable_customers as other on strongest.other_id = other.customer_id
where
    strongest.strength <= 3
    or (
        coalesce(one.city = other.city, true)
        and (
            strongest.reason <> 'phone'
            or one.shown_name is null
            or other.shown_name is null
            or jaro_winkler_similarity(lower(one.shown_name), lower(other.shown_name)) >= 0.85
        )
    )
