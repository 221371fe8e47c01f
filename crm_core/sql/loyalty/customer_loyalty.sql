-- One row per customer in view: the place on the frequency x dependence plane and the type it makes.
--
-- Both cuts belong to the upper side. Who has no known component of dependence has no type.
select
    *,
    case
        when dependence is null then null
        when orders_per_month >= $frequency_cut and dependence >= $dependence_cut then 'high'
        when orders_per_month >= $frequency_cut then 'inertia'
        when dependence >= $dependence_cut then 'latent'
        else 'zero'
    end as loyalty_type
from loyalty_scores
