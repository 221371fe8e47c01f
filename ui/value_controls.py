"""What a manager tunes of customer value: weights, where tiers end, rules that decide alone, windows.

A choice here carries what it shows in its key, so that a change from elsewhere makes it anew. The browser
may still send the last of the old one; a choice is taken only from the control that shows what is in force.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from crm_core import formats
from crm_core.language import N_, _
from crm_core.settings import MOST_TIERS, PRESETS, RULE_FEATURES, DimensionWeights, OverrideRule
from crm_core.value import (
    TIER_NAMES,
    names_of_tiers,
    preset_of,
    resized_falling,
    resized_rising,
    resized_shares,
)
from ui import scenarios
from ui.controls import choice_setting, help_of, item_setting, number_setting, revert_button, title_of, weight_settings

PANEL_HEIGHT = 560

METHODS: dict[str, tuple[str, str]] = {
    "quotas": (N_("Quotas"), N_("Each tier takes a share of the customers, best scores first.")),
    "thresholds": (N_("Scores"), N_("Each tier begins at a score that you set.")),
    "value_share": (N_("Pareto"), N_("Each tier takes the best customers that together bring a share of the value.")),
    "matrix": (N_("Matrix"), N_("Two dimensions decide; tiers run along the diagonal. Weights do not matter here.")),
}
SCALES = {
    "percentile": N_("Rank among customers"),
    "min_max": N_("Between least and most"),
    "log_min_max": N_("Between least and most, logarithmic"),
}
MEASURES = {"revenue": N_("Revenue"), "margin": N_("Margin")}
COMPARISONS = {"at_least": N_("at least"), "below": N_("below")}
CUT_PATHS = {"quotas": "value.quotas", "thresholds": "value.thresholds", "value_share": "value.value_shares"}
SHARE_FEATURES = ("margin_rate", "wallet_share", "return_share")
MOST_RULES = 8


def value_controls(absent: Sequence[str], customers_by_tier: Mapping[int, int]) -> None:
    """All controls of the value score and its tiers, in tabs.

    `absent` are the dimensions without data; `customers_by_tier` is how many customers each tier holds now.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _preset()
        revert_button(("value.", "windows."), key="revert value")
    weights, tiers, rules, more = st.tabs([_("Weights"), _("Tiers"), _("Rules"), _("Scale")])
    with weights, st.container(height=PANEL_HEIGHT, border=False):
        weight_settings("value.weights", list(DimensionWeights.model_fields), absent)
    with tiers, st.container(height=PANEL_HEIGHT, border=False):
        _tiers(customers_by_tier)
    with rules, st.container(height=PANEL_HEIGHT, border=False):
        _rules()
    with more:
        choice_setting("value.normalisation", list(SCALES), lambda name: _(SCALES[name]))
        number_setting("windows.lookback_days", step=5, unit=_("days"))
        number_setting("windows.default_margin_rate", step=0.01)


# ---------------------------------------------------------------------- weights


def _preset() -> None:
    """The company's stage sets all weights at once; weights of one's own are no stage."""
    current = _preset_in_force()
    key = f"value preset:{current}"
    names = list(PRESETS)
    st.selectbox(
        _("Company stage"),
        names,
        index=names.index(current) if current else None,
        format_func=lambda name: _(PRESETS[name][0]),
        placeholder=_("Own weights"),
        key=key,
        on_change=_take_preset,
        args=(current, key),
        help=_("What matters most changes as a company grows. A stage sets all weights; go on from there."),
    )


def _preset_in_force() -> str | None:
    return preset_of(
        {name: float(scenarios.setting(f"value.weights.{name}")) for name in DimensionWeights.model_fields}
    )


def _take_preset(shown: str | None, key: str) -> None:
    if (name := st.session_state[key]) is not None and shown == _preset_in_force():
        weights = PRESETS[name][1].model_dump()
        scenarios.change_settings({f"value.weights.{dimension}": weight for dimension, weight in weights.items()})


# ---------------------------------------------------------------------- tiers


def _tiers(customers_by_tier: Mapping[int, int]) -> None:
    choice_setting("value.method", list(METHODS), lambda name: _(METHODS[name][0]), as_segments=True)
    method = scenarios.setting("value.method")
    st.caption(_(METHODS[method][1]))
    if method == "matrix":
        _matrix()
    else:
        _number_of_tiers(CUT_PATHS[method], method)
        if method == "value_share":
            choice_setting("value.value_measure", list(MEASURES), lambda name: _(MEASURES[name]), as_segments=True)
        _cuts(method, customers_by_tier)
    choice_setting("value.tier_names", list(TIER_NAMES), tier_names_title)
    if method != "matrix":
        with st.expander(_("Axes of the matrix"), icon=":material/grid_view:"):
            _matrix()


def tier_names_title(names: str) -> str:
    """What a set of tier names is called."""
    return next(_(title) for name, (title, _labels) in TIER_NAMES.items() if name == names)


def _number_of_tiers(path: str, method: str) -> None:
    count = len(scenarios.setting(path)) + 1
    _count_of(_("Number of tiers"), path, count, MOST_TIERS, "falling" if method == "thresholds" else "shares")


RESIZED = {"falling": resized_falling, "shares": resized_shares, "rising": resized_rising}


def _count_of(label: str, path: str, count: int, most: int, kind: str) -> None:
    """How many tiers or levels: a choice that makes the tuple of cuts longer or shorter."""
    key = f"count:{path}:{count}"
    st.segmented_control(
        label,
        list(range(2, most + 1)),
        default=count,
        required=True,
        key=key,
        on_change=_take_count,
        args=(path, count, key, kind),
        width="stretch",
    )


def _take_count(path: str, shown: int, key: str, kind: str) -> None:
    cuts = scenarios.setting(path)
    if (count := st.session_state[key]) and shown == len(cuts) + 1:
        scenarios.change_setting(path, RESIZED[kind](cuts, count))


def _cuts(method: str, customers_by_tier: Mapping[int, int]) -> None:
    path = CUT_PATHS[method]
    cuts = scenarios.setting(path)
    names = names_of_tiers(scenarios.setting("value.tier_names"), len(cuts) + 1)
    labels = [
        f"{name} · {formats.customers(customers_by_tier.get(number, 0))}" for number, name in enumerate(names, start=1)
    ]
    for place, label in enumerate(labels[:-1]):
        if method == "thresholds":
            item_setting(path, place, _("{tier}, from a score of").format(tier=label), least=0, most=100, step=0.5)
        else:
            item_setting(path, place, _("{tier}, in %").format(tier=label), least=0, most=100, step=1, scale=100)
    rest = _("{tier}, below that") if method == "thresholds" else _("{tier}, the rest: {share}")
    share = formats.percent(max(0.0, 1 - sum(cuts)), digits=0) if method != "thresholds" else ""
    st.caption(rest.format(tier=labels[-1], share=share))


def _matrix() -> None:
    dimensions = list(DimensionWeights.model_fields)
    for axis in ("x", "y"):
        path = f"value.matrix.{axis}_cuts"
        choice_setting(f"value.matrix.{axis}_dimension", dimensions, lambda name: title_of(f"value.weights.{name}"))
        cuts = scenarios.setting(path)
        _count_of(_("Levels"), path, len(cuts) + 1, 4, "rising")
        for place in range(len(cuts)):
            label = _("Level {number} from, in %").format(number=place + 2)
            item_setting(path, place, label, least=0, most=100, step=1, scale=100)


# ---------------------------------------------------------------------- rules that decide alone


def _rules() -> None:
    rules = _current_rules()
    st.caption(help_of("value.overrides"))
    names = names_of_tiers(scenarios.setting("value.tier_names"), _tier_count())
    for place, rule in enumerate(rules):
        with st.container(border=True, gap="small"):
            _rule(place, rule, names)
    st.button(
        _("Add a rule"),
        icon=":material/add:",
        key=f"add rule:{len(rules)}",
        disabled=len(rules) >= MOST_RULES,
        on_click=_add_rule,
        args=(len(names),),
    )


def _current_rules() -> list[dict[str, Any]]:
    """The rules as the draft holds them, as plain values."""
    rules = scenarios.setting("value.overrides")
    return [rule.model_dump() if isinstance(rule, OverrideRule) else dict(rule) for rule in rules]


def _tier_count() -> int:
    method = scenarios.setting("value.method")
    if method == "matrix":
        return min(
            MOST_TIERS, len(scenarios.setting("value.matrix.x_cuts") + scenarios.setting("value.matrix.y_cuts")) + 1
        )
    return len(scenarios.setting(CUT_PATHS[method])) + 1


def _rule(place: int, rule: dict[str, Any], names: Sequence[str]) -> None:
    key = f"rule:{place}:{sorted(rule.items())}"
    is_share = rule["feature"] in SHARE_FEATURES
    with st.container(horizontal=True, vertical_alignment="bottom"):
        features = list(RULE_FEATURES)
        st.selectbox(
            _("If"),
            features,
            index=features.index(rule["feature"]),
            format_func=lambda name: _(RULE_FEATURES[name]),
            key=f"{key}:feature",
            on_change=_take_rule,
            args=(place, rule, "feature", f"{key}:feature"),
        )
        st.button(
            "",
            icon=":material/delete:",
            key=f"{key}:remove",
            on_click=_remove_rule,
            args=(place,),
            help=_("Remove this rule"),
        )
    left, middle, right = st.columns(3, gap="small")
    left.selectbox(
        _("is"),
        list(COMPARISONS),
        index=list(COMPARISONS).index(rule["comparison"]),
        format_func=lambda name: _(COMPARISONS[name]),
        key=f"{key}:comparison",
        on_change=_take_rule,
        args=(place, rule, "comparison", f"{key}:comparison"),
    )
    middle.number_input(
        _("value, in %") if is_share else _("value"),
        value=float(rule["value"]) * (100 if is_share else 1),
        step=5.0 if is_share else 1.0,
        format="%g",
        key=f"{key}:value",
        on_change=_take_rule,
        args=(place, rule, "value", f"{key}:value", 100 if is_share else 1),
    )
    number = min(int(rule["tier_number"]), len(names))
    right.selectbox(
        _("then tier"),
        list(range(1, len(names) + 1)),
        index=number - 1,
        format_func=lambda tier: names[tier - 1],
        key=f"{key}:tier_number",
        on_change=_take_rule,
        args=(place, rule, "tier_number", f"{key}:tier_number"),
    )


def _add_rule(last_tier: int) -> None:
    rule = OverrideRule(tier_number=last_tier).model_dump()
    scenarios.change_setting("value.overrides", (*_current_rules(), rule))


def _remove_rule(place: int) -> None:
    rules = _current_rules()
    scenarios.change_setting("value.overrides", tuple(rules[:place] + rules[place + 1 :]))


def _take_rule(place: int, shown: dict[str, Any], name: str, key: str, scale: float = 1) -> None:
    value, rules = st.session_state[key], _current_rules()
    if value is None or rules[place : place + 1] != [shown]:
        return
    rules[place] = rules[place] | {name: value / scale if name == "value" else value}
    scenarios.change_setting("value.overrides", tuple(rules))
