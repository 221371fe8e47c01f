"""Evidence: would these settings have found the customers who left, and would others have found more?"""

from typing import Any

import pyarrow as pa
import streamlit as st

import ui
from crm_core import charts, formats
from crm_core.book import Book
from crm_core.churn import absent_signals, changes, horizon, signal_label
from crm_core.errors import NotEnoughData
from crm_core.evidence import BackTest, Evidence, LearnedWeights, learned_weights
from crm_core.evidence.back_test import MOST_ORIGINS, origins
from crm_core.labels import OUTCOMES, outcome_name
from crm_core.language import N_, _
from ui.churn_controls import churn_controls

PICTURES = {
    "cut": N_("Cut"),
    "tenths": N_("Tenths"),
    "days": N_("Days"),
    "calibration": N_("Calibration"),
    "learned": N_("Learned weights"),
}
PICTURE_OF_CONTROLS = {"bands": "cut", "weights": "tenths", "sensitivity": "tenths", "lapsed": "days"}
CHOSEN_PICTURE = "evidence pictures"
LIST_COLUMNS = ("customer_id", "name", "outcome", "risk", "revenue", "days_since_last_order")
LISTED_AT_FIRST = ["missed"]
OUTCOME_FILTER = "evidence outcomes"


def page() -> None:
    if ui.page_opens(_("Evidence"), _("Would these settings have found the customers who left?")):
        tuning()


@ui.fragment
def tuning() -> None:
    """All that hangs on a slider; the book is taken anew because the signal window is a slider too."""
    book = ui.book_in_step()
    try:
        _make_days_ready(book)
        with st.spinner(_("Looking back ...")):
            evidence = book.evidence(ui.draft().churn)
    except NotEnoughData as error:
        evidence, problem = None, error
    if evidence:
        ui.headline_row(_headlines(book, evidence.newest))
    left, right = st.columns([5, 9], gap="medium")
    with left:
        _controls(book, evidence)
    with right:
        if evidence is None:
            ui.explain_problem(problem)
            return
        _verdict(evidence)
        _pictures(evidence)
    _tested_customers(evidence.newest)
    _all_figures(evidence)
    _how(evidence)


def _make_days_ready(book: Book) -> None:
    """Make the figures of each day that is tested, the newest first. Raises NotEnoughData if there is none."""
    days = origins(book, horizon(book, ui.draft().churn).days)
    text = _("Looking back: day {place} of {days} ...")
    ui.make(
        book,
        {
            text.format(place=formats.number(place), days=formats.number(len(days))): changes(book.at(day))
            for place, day in enumerate(days, start=1)
        },
    )


# ---------------------------------------------------------------------- the finding


def _headlines(book: Book, test: BackTest) -> list[ui.Headline]:
    now = test.flagged
    before, words = _compared_with(book, test)
    days = formats.days(test.horizon.days)
    return [
        ui.Headline(
            _("Caught"),
            formats.percent(now.recall),
            help=_(
                "Of {left} who left within {days} after {day}, {caught} were flagged: at high risk that day."
            ).format(
                left=formats.customers(now.left),
                days=days,
                day=formats.day(test.day),
                caught=formats.number(now.caught),
            ),
            **_change(now.recall, before["recall"], words, in_points=True),
        ),
        ui.Headline(
            _("Left, of those flagged"),
            formats.percent(now.precision),
            help=_("Of {flagged} flagged, {caught} left; the others stayed.").format(
                flagged=formats.customers(now.flagged), caught=formats.number(now.caught)
            ),
            **_change(now.precision, before["precision"], in_points=True),
        ),
        ui.Headline(
            _("Average precision"),
            formats.number(test.rules.average_precision, 3),
            help=_("How many of those at the top left, over all cuts: 1 is perfect, {share} is drawing lots.").format(
                share=formats.number(test.rules.left_share, 2)
            ),
            **_change(test.rules.average_precision, before["average_precision"]),
        ),
        ui.Headline(
            _("ROC area"),
            formats.number(test.rules.roc_auc, 3),
            help=_("How often one who left had the higher risk than one who stayed: 1 is always, 0.5 is drawing lots."),
            **_change(test.rules.roc_auc, before["roc_auc"]),
        ),
        ui.Headline.beside(
            _("Left"),
            formats.percent(test.rules.left_share),
            formats.number(now.left),
            _("of {customers}").format(customers=formats.customers(now.customers)),
            help=_("{left} of {customers} who had not lapsed on {day} bought nothing for {days}.").format(
                left=formats.number(now.left),
                customers=formats.customers(now.customers),
                day=formats.day(test.day),
                days=days,
            ),
        ),
    ]


def _compared_with(book: Book, test: BackTest) -> tuple[dict[str, float | None], str]:
    """The figures beside the newest ones: of the saved settings while the draft differs, else of silence alone."""
    saved = ui.saved_scenario()
    if test.settings != saved.churn or book.windows != saved.windows:
        try:
            other = book.through(saved.windows).back_test(saved.churn)
        except NotEnoughData:
            return dict.fromkeys(("recall", "precision", "average_precision", "roc_auc")), ""
        ranking, flagged, words = other.rules, other.flagged, _("against saved")
    else:
        ranking, flagged, words = test.silence, test.flagged_by_silence, _("against silence")
    return {
        "recall": flagged.recall,
        "precision": flagged.precision,
        "average_precision": ranking.average_precision,
        "roc_auc": ranking.roc_auc,
    }, words


def _change(
    now: float | None, before: float | None, words: str | None = None, *, in_points: bool = False
) -> dict[str, Any]:
    """The part of a headline that says by how much it rose or fell; a difference that does not show is none."""
    if now is None or before is None or not round(now - before, 3):
        return {}
    difference = now - before
    written = formats.points(difference) if in_points else formats.number(difference, 3, signed=True)
    return {"change": written, "against": words, "is_good": difference > 0, "rises": difference > 0}


def _verdict(evidence: Evidence) -> None:
    """Whether the settings beat the simplest rule there is, and what they catch: plainly, either way."""
    test = evidence.newest
    with st.container(border=True, key="verdict", gap=None):
        if problem := ui.draft_problem():
            st.markdown(f":orange[:material/warning: **{ui.escaped(problem)}**]")
            st.caption(_("Until then the figures are those of the saved scenario."))
            return
        verdict = ui.escaped(evidence.verdict())
        if evidence.beats_silence:
            st.markdown(f":green[:material/check_circle:] **{verdict}**")
        else:
            st.markdown(f":orange[:material/warning:] **{verdict}**")
        told = [test.sentence(), test.against_silence()]
        if not evidence.beats_silence:
            told.append(_("Sorting by silence would serve as well or better."))
        st.caption(ui.escaped(formats.sentences(*told)))


# ---------------------------------------------------------------------- controls and pictures


def _controls(book: Book, evidence: Evidence | None) -> None:
    proposed = horizon(book, ui.draft().churn.model_copy(update={"horizon_days": None}))
    customers = {}
    if evidence:
        settings, rules = evidence.newest.settings, evidence.newest.rules
        high, watch = evidence.newest.flagged.flagged, rules.from_score(settings.watch_from).flagged
        customers = {"low": round(rules.customers - watch), "watch": round(watch - high), "high": round(high)}
    churn_controls(absent_signals(book), proposed, customers, _show_picture_of)


def _show_picture_of(controls: str) -> None:
    """Open the picture that a group of controls changes most."""
    st.session_state[CHOSEN_PICTURE] = _(PICTURES[PICTURE_OF_CONTROLS[controls]])


def _pictures(evidence: Evidence) -> None:
    draws = {"cut": _cut, "tenths": _tenths, "days": _days, "calibration": _calibration, "learned": _learned}
    tabs = st.tabs([_(title) for title in PICTURES.values()], key=CHOSEN_PICTURE, on_change="rerun")
    for tab, name in zip(tabs, PICTURES, strict=True):
        if tab.open:
            with tab:
                draws[name](evidence)


def _cut(evidence: Evidence) -> None:
    test = evidence.newest
    flagged = {
        "flagged": test.flagged.flagged,
        "precision": test.flagged.precision,
        "recall": test.flagged.recall,
    }
    ui.show_chart(charts.cut_curve(test.rules.cuts(), test.settings.high_from, flagged), "evidence cut")


def _tenths(evidence: Evidence) -> None:
    rules, silence = evidence.newest.rules, evidence.newest.silence
    ui.show_chart(charts.lift_bars(rules.lift(), silence.lift(), rules.left_share), "evidence tenths")


def _calibration(evidence: Evidence) -> None:
    ui.show_chart(charts.calibration_curve(evidence.newest.rules.calibration()), "evidence calibration")
    rules = evidence.newest.rules
    st.caption(
        _(
            "Risk orders customers; read as a probability its Brier score is {brier}. Giving everybody the share that"
            " left would score {share} (lower is better)."
        ).format(brier=formats.number(rules.brier, 3), share=formats.number(rules.brier_of_share, 3))
    )


def _days(evidence: Evidence) -> None:
    with st.spinner(_("Looking back ...")):
        figures = evidence.figures
    ui.show_chart(charts.evidence_over_time(figures), "evidence days")
    if reasons := evidence.newest.no_belief_because:
        st.caption(ui.escaped(formats.sentences(_("1 − P(alive) is left out on the newest day"), reasons[0])))
    if len(evidence.tests) < MOST_ORIGINS:
        st.caption(
            _("A longer history, or fewer days after which a customer counts as lapsed, gives more days to test.")
        )


# ---------------------------------------------------------------------- learned weights


def _learned(evidence: Evidence) -> None:
    """The learned weights beside the manager's own, judged alike; nothing is applied but by a click."""
    with st.spinner(_("Learning from {days} days ...").format(days=formats.number(len(evidence.tests)))):
        learned = learned_weights(evidence)
    if learned is None:
        st.info(_("No signal rises with leaving in this data, so there is nothing to learn."), icon=":material/info:")
        return
    st.markdown(f"**{ui.escaped(learned.sentence())}**")
    weights, judged = st.columns([5, 6], gap="medium")
    with weights:
        st.dataframe(_weights_table(evidence, learned), hide_index=True, height="content")
    with judged:
        st.dataframe(_scores_table(learned), hide_index=True, height="content")
        own = evidence.newest.settings.weights
        changes = {f"churn.weights.{name}": weight for name, weight in learned.weights.items()}
        st.button(
            _("Try the learned weights"),
            icon=":material/model_training:",
            key="try learned weights",
            disabled=learned.applied_to(own) == own,
            on_click=ui.change_settings,
            args=(changes,),
            help=_("Puts them into your draft, where every slider may still be moved; nothing is saved."),
        )
        st.caption(
            _("Learned from {rows} customer histories. Nothing changes until you press.").format(
                rows=formats.number(learned.rows)
            )
        )


def _weights_table(evidence: Evidence, learned: LearnedWeights) -> pa.Table:
    """One row per signal with data: the shares of the weight, the manager's and the learned ones."""
    own = {name: getattr(evidence.newest.settings.weights, name) for name in learned.weights}
    totals = sum(own.values()) or 1, sum(learned.weights.values())
    return pa.Table.from_pylist(
        [
            {
                _("Signal"): signal_label(name),
                _("Yours"): formats.percent(own[name] / totals[0], digits=0),
                _("Learned"): formats.percent(weight / totals[1], digits=0),
            }
            for name, weight in learned.weights.items()
        ]
    )


def _scores_table(learned: LearnedWeights) -> pa.Table:
    """One row per rule: its figures on customers and days that the learned weights have not seen, with their spread."""
    names = {"learned": _("Learned weights"), "own": _("Your weights"), "silence": _("Silence alone")}
    return pa.Table.from_pylist(
        [
            {
                _("Sorted by"): name,
                _("Average precision"): _with_spread(learned, rule),
                _("ROC area"): formats.number(learned.mean(rule, "roc_auc"), 3),
            }
            for rule, name in names.items()
        ]
    )


def _with_spread(learned: LearnedWeights, rule: str) -> str:
    """Average precision, the mean over the days, and from the worst to the best of them."""
    values = learned.values(rule)
    mean = formats.number(learned.mean(rule), 3)
    if len(values) < 2:
        return mean
    return _("{mean} ({low} to {high})").format(
        mean=mean, low=formats.number(min(values), 2), high=formats.number(max(values), 2)
    )


# ---------------------------------------------------------------------- the customers and all figures


def _tested_customers(test: BackTest) -> None:
    st.session_state.setdefault(OUTCOME_FILTER, LISTED_AT_FIRST)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(_("Customers as of {day}").format(day=formats.day(test.day)), anchor=False, width="content")
        outcomes = st.pills(
            _("What happened"),
            list(OUTCOMES),
            selection_mode="multi",
            format_func=outcome_name,
            key=OUTCOME_FILTER,
            label_visibility="collapsed",
        )
        st.caption(_("Risk, revenue and silence as they stood that day."), width="content")
    ui.customer_table(
        test.listing().only("outcome", outcomes),
        LIST_COLUMNS,
        key="tested customers",
        value=ui.saved_scenario().value,
        currency=test.book.data.currency,
        file_name="back-test",
    )


def _all_figures(evidence: Evidence) -> None:
    """Each day and rule with every figure, for who wants to check."""
    place = st.expander(_("All figures by day"), icon=":material/table:", key="all figures", on_change="rerun")
    if not place.open:
        return  # fitting a model of orders for each day takes a moment
    with place, st.spinner(_("Looking back ...")):
        st.dataframe(
            pa.Table.from_pylist(
                [
                    {
                        _("Day"): formats.day_iso(row["day"]),
                        _("Sorted by"): row["label"],
                        _("Customers"): formats.number(row["customers"]),
                        _("Left"): formats.number(row["left"]),
                        _("Flagged"): formats.number(row["flagged"]),
                        _("Precision"): formats.number(row["precision"], 3),
                        _("Recall"): formats.number(row["recall"], 3),
                        "F1": formats.number(row["f1"], 3),
                        _("Average precision"): formats.number(row["average_precision"], 3),
                        _("ROC area"): formats.number(row["roc_auc"], 3),
                        "Brier": formats.number(row["brier"], 3),
                    }
                    for row in reversed(evidence.figures.to_pylist())
                ]
            ),
            hide_index=True,
            height="content",
        )
        st.caption(_("Every rule flags as many customers as these settings do from the high cut on."))


def _how(evidence: Evidence) -> None:
    test = evidence.newest
    days = formats.days(test.horizon.days)
    earlier = [each for each in evidence.tests if each.every > 1]
    ui.how_it_is_computed(
        [
            _(
                "Each test stands on an earlier day and sees what was known then. It scores the customers who had not"
                " lapsed with the settings in force now; who buys nothing in the {days} after has left. The newest test"
                " stands on {day}; earlier ones, up to six, follow in even steps, so that their {days} may overlap and"
                " the spread between them is rather too small."
            ).format(days=days, day=formats.day(test.day)),
            ui.escaped(test.horizon.explained()),
            r"$$\text{precision} = \frac{\text{TP}}{\text{TP} + \text{FP}}, \quad"
            r" \text{recall} = \frac{\text{TP}}{\text{TP} + \text{FN}}, \quad"
            r" \text{AP} = \sum_k (R_k - R_{k-1})\, P_k, \quad"
            r" \text{Brier} = \frac{1}{n} \sum_i (r_i - y_i)^2$$",
            _(
                "TP are those flagged who left, FP those flagged who stayed, FN those who left unseen; P and R are"
                " precision and recall at each risk that occurs. The ROC area is the chance that one who left has a"
                " higher risk than one who stayed, equal risks counting half."
            ),
            _(
                "Flagged means risk {high} or more. The baselines flag as many: by days since the last order alone, and"
                " by 1 − P(alive) of the model of orders fitted on that day, where it can be relied on."
            ).format(high=formats.number(test.settings.high_from, 2)),
            _(
                "Learned weights are those under which the risk of those who left is highest: a logistic regression on"
                " the risk itself, with weights that cannot fall below zero, so that a missing signal is left out of a"
                " customer's mean in learning as in use. They are judged on customers and days they were not learned"
                " from."
            ),
            *(
                [
                    _("On days before the newest one every {every}th customer is read.").format(
                        every=formats.number(earlier[0].every)
                    )
                ]
                if earlier
                else []
            ),
        ],
        test.sql(),
    )
