-- One row: the mean answer to the overall question in the look-back window, 0 (worst) to 100 (best).
--
-- Answers without a scale are left out, as are customers not in view; null without an answer.
select
    mean(100 * ratio(surveys.score - surveys.scale_min, surveys.scale_max - surveys.scale_min)) as satisfaction,
    count(*) as answers
from surveys
inner join customers_in_view using (customer_key)
where
    surveys.item = 'overall'
    and surveys.scale_max > surveys.scale_min
    and surveys.score is not null
    and cast(surveys.answered_at as date) between $lookback_start + 1 and $as_of
