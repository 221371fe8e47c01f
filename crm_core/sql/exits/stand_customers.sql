-- One row per day stood on, in place of a customer: what the archive says plays no part in the signals.
select
    subject_key as customer_key,
    null::varchar as customer_id,
    null::double as wallet,
    null::varchar as region
from exit_stands
