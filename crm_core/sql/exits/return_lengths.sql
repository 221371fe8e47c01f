-- One row per number of days between exit and return, or between exit and $as_of: how many returned, how many have not.
select
    days_between(exit_on, coalesce(returned_on, $as_of))::int as days_gone,
    count(returned_on) as returned,
    count(*) - count(returned_on) as still_away
from customer_lapses
group by 1
