-- One row per customer: name, telephone, e-mail and licence bare of their dress, null where they say too little.
--
-- A name loses accents, case, marks and the legal form of a company, and its words are sorted; a
-- customer without one is compared by an id that is plainly a name. Short names are shared by many.
with

named as (
    select
        customer_id,
        city,
        coalesce(name, case when regexp_full_match(customer_id, '[^0-9]{8,}') then customer_id end) as shown_name,
        regexp_replace(
            lower(strip_accents(coalesce(name, customer_id))),
            '\b(inc|incorporated|ltd|limited|llc|llp|plc|corp|corporation|co|company|gmbh|ag|kg|sa|sas|sarl|srl|bv)\b'
            || '|(股份)?有限(责任)?公司|(股份)?有限(責任)?公司|株式会社|주식회사|集团|集團',
            ' ',
            'g'
        ) as bare_words,
        regexp_replace(coalesce(phone, ''), '[^0-9]+', '', 'g') as digits,
        lower(trim(email)) as plain_email,
        upper(regexp_replace(coalesce(licence_no, ''), '[^0-9A-Za-z]+', '', 'g')) as plain_licence
    from customers
),

joined as (
    select
        *,
        list_aggregate(
            list_sort(string_split(trim(regexp_replace(bare_words, '[^\p{L}\p{N}]+', ' ', 'g')), ' ')), 'string_agg', ''
        ) as one_word
    from named
)

select
    customer_id,
    shown_name,
    city,
    case
        when
            shown_name is not null
            and strlen(one_word) >= 8
            and (strlen(one_word) = length(one_word) or length(one_word) >= 5)
            then one_word
    end as bare_name,
    regexp_replace(one_word, '[^0-9]+', '', 'g') as name_digits,
    case when length(digits) >= 7 then right(digits, 9) end as bare_phone,
    case when plain_email like '%_@_%.__%' then plain_email end as bare_email,
    case when length(plain_licence) >= 6 then plain_licence end as bare_licence
from joined
