-- One row: how many lapses there have been, how many ended in a return, and how many of those in the period.
select
    count(*) as lapses,
    count(returned_on) as returns,
    count(*) filter (where returned_on > $period_start) as returns_in_period
from customer_lapses
