"""Evidence: what the rules would have said on an earlier day, beside what came after it."""

from crm_core.evidence.back_test import BackTest, Evidence, back_test, evidence
from crm_core.evidence.learned import LearnedWeights, learned_weights
from crm_core.evidence.ranking import Flagged, Ranking

__all__ = ["BackTest", "Evidence", "Flagged", "LearnedWeights", "Ranking", "back_test", "evidence", "learned_weights"]
