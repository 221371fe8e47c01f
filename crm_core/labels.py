"""The words for what tables hold as codes: loyalty types, risk bands, types by behaviour, stages of life, reasons."""

from crm_core.language import N_, _

LOYALTY_TYPES = {
    "high": N_("High loyalty"),
    "inertia": N_("Inertia loyalty"),
    "latent": N_("Latent loyalty"),
    "zero": N_("Zero loyalty"),
}
RISK_BANDS = {"low": N_("Low risk"), "watch": N_("Watch"), "high": N_("High risk"), "lost": N_("Lost")}
OUTCOMES = {
    "caught": N_("Left, flagged"),
    "missed": N_("Left, not flagged"),
    "false_alarm": N_("Stayed, flagged"),
    "quiet": N_("Stayed, not flagged"),
}
BEHAVIOUR_TYPES = {
    "loyal": N_("Loyal"),
    "fast_growing": N_("Fast-growing"),
    "sleeping": N_("Sleeping"),
    "worth_cultivating": N_("Worth cultivating"),
    "other": N_("Other"),
}
STAGES = {
    "prospect": N_("Prospect"),
    "new": N_("New"),
    "growing": N_("Growing"),
    "mature": N_("Mature"),
    "declining": N_("Declining"),
    "dormant": N_("Dormant"),
    "lost": N_("Lost"),
    "won_back": N_("Won back"),
}
EXIT_REASONS = {
    "price": N_("Price"),
    "quality": N_("Quality"),
    "service": N_("Service"),
    "delivery": N_("Delivery"),
    "competitor_offer": N_("A competitor's offer"),
    "need_gone": N_("No longer needed"),
    "closed": N_("Closed or moved away"),
    "payment": N_("Credit or payment dispute"),
    "relationship": N_("Relationship, salesperson left"),
    "other": N_("Other reason"),
}
NOT_RECORDED = "not_recorded"
"""The reason of who left without one in the ledger."""
NOT_YET_KNOWN = "unknown"
"""The stage, on an earlier day, of who was not known then."""


def stage_name(code: str | None) -> str:
    """The stage of the lifecycle in the language now spoken."""
    return _("Not yet known") if code in (None, NOT_YET_KNOWN) else _spoken(STAGES, code)


def loyalty_type_name(code: str | None) -> str:
    """The loyalty type in the language now spoken; what has no type is "Not known"."""
    return _spoken(LOYALTY_TYPES, code)


def risk_band_name(code: str | None) -> str:
    """The risk band in the language now spoken."""
    return _spoken(RISK_BANDS, code)


def outcome_name(code: str | None) -> str:
    """What a back-test found of a customer, in the language now spoken: whether it left and whether it was flagged."""
    return _spoken(OUTCOMES, code)


def exit_reason_name(code: str | None) -> str:
    """Why a customer left, in the language now spoken."""
    return _("Not recorded") if code in (None, NOT_RECORDED) else _spoken(EXIT_REASONS, code)


def behaviour_type_name(code: str | None) -> str:
    """The type by behaviour in the language now spoken."""
    return _spoken(BEHAVIOUR_TYPES, code)


def _spoken(names: dict[str, str], code: str | None) -> str:
    if code is None:
        return _("Not known")
    return _(names[code]) if code in names else code
