-- One row per customer in view (or per score that occurs): the value score and the tier it falls in.
--
-- A cut is a score, not a rank, so customers with equal scores share a tier whatever their order.
-- cut_1 is the best tier's lower bound, included; cuts that are not used are -1 and cut nothing.
-- A rule that decides alone goes before the score; who has no score stands behind the last tier.
select
    *,
    coalesce(
        override_tier,
        case
            when score_points is null then $tier_count + 1
            else
                1
                + (score_points < cut_1)::int
                + (score_points < cut_2)::int
                + (score_points < cut_3)::int
                + (score_points < cut_4)::int
                + (score_points < cut_5)::int
        end
    ) as tier_number
from cut_scores
