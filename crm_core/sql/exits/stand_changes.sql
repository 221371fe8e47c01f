-- One row per customer looked at and day stood on: the figures that the signals of that day stand on.
select
    exit_stands.customer_key,
    exit_stands.is_leaver,
    exit_stands.days_ahead,
    customer_changes.days_since_last_order,
    customer_changes.gaps_silent,
    customer_changes.spend_fall,
    customer_changes.season_fall,
    customer_changes.orders_fall,
    customer_changes.categories_fall,
    customer_changes.discount_rise,
    customer_changes.returns_rise
from customer_changes
inner join exit_stands on customer_changes.customer_key = exit_stands.subject_key
