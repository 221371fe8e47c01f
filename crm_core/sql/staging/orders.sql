-- One row per order and day: one customer's lines of one day under one order_id, or without any.
--
-- Nearly every order has one day. What came later under the same order_id is a row of its own, so
-- that a question about an earlier day never sees it; it is no second purchase (is_purchase).
-- Channel and sales rep are the first ones said. An order is
-- on time if every line whose promised and delivered days are both known came by the promised day.
-- gap_days stands on the first purchase of a day only, so that several orders a day are one step of
-- the rhythm.
with

sums as (
    select
        customer_key,
        order_id,
        ordered_on,
        min(ordered_at) as first_line_at,
        sum(amount) as revenue,
        coalesce(sum(amount) filter (where amount > 0), 0) as purchase_amount,
        coalesce(-sum(amount) filter (where amount < 0), 0) as return_amount,
        sum(discount) as discount,
        coalesce(sum(amount) filter (where amount > 0 and discount is not null), 0) as discounted_amount,
        sum(cost) as cost,
        coalesce(sum(amount) filter (where cost is not null), 0) as costed_amount,
        sum(quantity) as quantity,
        count(*) as line_count,
        struct_extract(
            min(struct_pack(said_at := ordered_at, said := channel)) filter (where channel is not null), 'said'
        ) as channel,
        struct_extract(
            min(struct_pack(said_at := ordered_at, said := sales_rep)) filter (where sales_rep is not null), 'said'
        ) as sales_rep,
        bool_and(cast(delivered_at as date) <= cast(promised_at as date)) as is_on_time,
        cast(max(delivered_at) as date) as delivered_on
    from keyed_lines
    group by customer_key, order_id, ordered_on
),

numbered as (
    select
        *,
        cast(row_number() over (order by customer_key, ordered_on, first_line_at, order_id nulls first) as integer)
            as order_key,
        coalesce(
            ordered_on = min(case when purchase_amount > 0 then ordered_on end) over (
                partition by customer_key, order_id, case when order_id is null then ordered_on end
            ),
            false
        ) as is_purchase
    from sums
),

stepped as (
    select
        *,
        lag(ordered_on) over (partition by customer_key, is_purchase order by order_key) as previous_on
    from numbered
)

select
    order_key,
    customer_key,
    order_id,
    ordered_on,
    cast(revenue as decimal(18, 4)) as revenue,
    cast(purchase_amount as decimal(18, 4)) as purchase_amount,
    cast(return_amount as decimal(18, 4)) as return_amount,
    cast(discount as decimal(18, 4)) as discount,
    cast(discounted_amount as decimal(18, 4)) as discounted_amount,
    cast(cost as decimal(18, 4)) as cost,
    cast(costed_amount as decimal(18, 4)) as costed_amount,
    cast(quantity as decimal(18, 4)) as quantity,
    cast(line_count as integer) as line_count,
    channel,
    sales_rep,
    is_on_time,
    is_purchase,
    cast(
        case when is_purchase and previous_on < ordered_on then days_between(previous_on, ordered_on) end
        as integer
    ) as gap_days,
    delivered_on
from stepped
