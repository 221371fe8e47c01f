-- One row: the lowest score of each tier but the last, in hundredths.
--
-- tier_cuts is quota_cuts or value_share_cuts. A tier that takes nobody begins beyond all scores (10001);
-- bounds there are no tiers for are -1 and cut nothing.
select
    case when $tier_count > 1 then coalesce(max(cut_points) filter (where tier_number = 1), 10001) else -1 end as cut_1,
    case when $tier_count > 2 then coalesce(max(cut_points) filter (where tier_number = 2), 10001) else -1 end as cut_2,
    case when $tier_count > 3 then coalesce(max(cut_points) filter (where tier_number = 3), 10001) else -1 end as cut_3,
    case when $tier_count > 4 then coalesce(max(cut_points) filter (where tier_number = 4), 10001) else -1 end as cut_4,
    case when $tier_count > 5 then coalesce(max(cut_points) filter (where tier_number = 5), 10001) else -1 end as cut_5
from tier_cuts
