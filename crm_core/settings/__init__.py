"""The manager's decisions: a scenario and its parts, frozen, validated once, hashable.

Each field carries its range, default, title and help; the slider, the documents and the check of
an imported scenario all read them there. A scenario compares, hashes, and goes to and from JSON.
"""

from crm_core.settings.base import Settings
from crm_core.settings.churn import ChurnSettings, SignalSensitivity, SignalWeights
from crm_core.settings.economics import EconomicsSettings
from crm_core.settings.exits import ExitSettings
from crm_core.settings.lifecycle import LifecycleSettings
from crm_core.settings.lifetime import LifetimeSettings
from crm_core.settings.loyalty import DependenceWeights, LoyaltySettings
from crm_core.settings.rfm import MOST_SCORES, RfmCuts, RfmSegment, RfmSettings, ScoreRange
from crm_core.settings.scenario import Scenario
from crm_core.settings.value import (
    BALANCED,
    MOST_TIERS,
    PRESETS,
    RULE_FEATURES,
    DimensionWeights,
    Matrix,
    Normalisation,
    OverrideRule,
    TierMethod,
    TierNames,
    ValueSettings,
)
from crm_core.settings.windows import Windows

__all__ = [
    "BALANCED",
    "MOST_SCORES",
    "MOST_TIERS",
    "PRESETS",
    "RULE_FEATURES",
    "ChurnSettings",
    "DependenceWeights",
    "DimensionWeights",
    "EconomicsSettings",
    "ExitSettings",
    "LifecycleSettings",
    "LifetimeSettings",
    "LoyaltySettings",
    "Matrix",
    "Normalisation",
    "OverrideRule",
    "RfmCuts",
    "RfmSegment",
    "RfmSettings",
    "Scenario",
    "ScoreRange",
    "Settings",
    "SignalSensitivity",
    "SignalWeights",
    "TierMethod",
    "TierNames",
    "ValueSettings",
    "Windows",
]
