-- One row per segment and length in days: how many ended there, and how many were last seen there.
--
-- customer_segments gives each customer a segment; who has none is left out.
select
    customer_segments.segment,
    customer_survival.days::int as days,
    count(*) filter (where customer_survival.has_ended) as ended,
    count(*) filter (where not customer_survival.has_ended) as still_open
from customer_survival
inner join customer_segments using (customer_key)
where customer_segments.segment is not null
group by customer_segments.segment, customer_survival.days
