"""Value tiers: who is worth what, and who moves when the weights change."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import streamlit as st

import ui
from crm_core import charts, formats
from crm_core.book import Book
from crm_core.errors import NotEnoughData
from crm_core.labels import behaviour_type_name
from crm_core.language import _, ngettext
from crm_core.listing import Listing
from crm_core.settings import RULE_FEATURES, OverrideRule
from crm_core.value import BEHAVIOUR_RULES, LEVEL_NAMES, ValueTiers, absent_dimensions, tier_label, tier_labels
from ui.against_saved import against_saved
from ui.tiers_over_time import migration_tab, stability_tab
from ui.value_controls import COMPARISONS, METHODS, SCALES, value_controls

LIST_COLUMNS = (
    "customer_id", "name", "tier_number", "saved_tier_number", "score", "revenue", "margin", "order_count",
    "days_since_last_order", "risk", "band",
)  # fmt: skip
TIMES_CLEARED = "value tiers: times the selection was cleared"

Narrowing = tuple[Listing, list[str]]
"""A list and, in words, what it was narrowed to."""


def page() -> None:
    if ui.page_opens(_("Value tiers"), _("Who is worth what, and who moves when the weights change?")):
        tuning()


@ui.fragment
def tuning() -> None:
    """All that hangs on a slider; the book is taken anew because the windows are sliders too."""
    book = ui.book_in_step()
    try:
        with st.spinner(_("Scoring the customers ...")):
            tiers = book.value_tiers(ui.draft().value, ui.saved_scenario())
    except NotEnoughData as error:
        tiers, problem = None, error
    headlines = st.container()
    left, right = st.columns([5, 9], gap="medium")
    with right:
        if tiers is None:
            ui.explain_problem(problem)
            chosen: Narrowing | None = None
        else:
            against_saved = st.container()
            chosen = _pictures(tiers)
            with against_saved:
                _against_saved(tiers)
            with headlines:
                ui.headline_row(_headlines(tiers))
    with left:
        value_controls(absent_dimensions(book), _customers_by_tier(tiers))
    if tiers is not None and chosen is not None:
        _customers(tiers, *chosen)
        _how(tiers)


# ---------------------------------------------------------------------- the finding


def _headlines(tiers: ValueTiers) -> list[ui.Headline]:
    currency = tiers.book.data.currency
    best = tiers.summary.to_pylist()[0]
    share = formats.percent(best["customer_share"])
    gini = tiers.concentration()["gini"][0].as_py()
    return [
        ui.Headline(
            _("Customers in tier {tier}").format(tier=best["tier"]),
            formats.compact(best["customers"]),
            help=_("{share} of {customers} in view").format(share=share, customers=formats.customers(tiers.customers)),
        ),
        ui.Headline(
            _("Their share of revenue"),
            formats.percent(best["revenue_share"]),
            help=_("{revenue} of {total}").format(
                revenue=formats.money(best["revenue"], currency), total=formats.money(tiers.revenue, currency)
            ),
        ),
        ui.Headline(
            _("Revenue"),
            formats.money(tiers.revenue, currency),
            help=_("Of the last {days}, net of returns").format(days=formats.days(tiers.book.windows.lookback_days)),
        ),
        ui.Headline(
            _("The best 20 % bring"),
            formats.percent(tiers.top_share()),
            help=_("Gini {gini}: 0 when all customers bring the same, near 1 when one brings all.").format(
                gini=formats.number(gini, 2)
            ),
        ),
        ui.Headline(
            _("Moved against saved"),
            formats.compact(tiers.moved_customers),
            help=ui.moved_sentence(tiers.moved_customers, tiers.moved_revenue, currency),
        ),
    ]


def _against_saved(tiers: ValueTiers) -> None:
    currency = tiers.book.data.currency
    details = []
    if tiers.risen_customers:
        details.append(
            ngettext("▲ {count} rises ({revenue})", "▲ {count} rise ({revenue})", tiers.risen_customers).format(
                count=formats.number(tiers.risen_customers), revenue=formats.money(tiers.risen_revenue, currency)
            )
        )
    if tiers.fallen_customers:
        details.append(
            ngettext("▼ {count} falls ({revenue})", "▼ {count} fall ({revenue})", tiers.fallen_customers).format(
                count=formats.number(tiers.fallen_customers), revenue=formats.money(tiers.fallen_revenue, currency)
            )
        )
    details += [
        formats.labelled(f"{move['from_tier']} → {move['to_tier']}", formats.number(move["customers"]))
        for move in tiers.largest_moves()
    ]
    sentence = ui.moved_sentence(tiers.moved_customers, tiers.moved_revenue, currency)
    against_saved(sentence, details, ui.draft_problem())


def _customers_by_tier(tiers: ValueTiers | None) -> dict[int, int]:
    if tiers is None:
        return {}
    return {row["tier_number"]: row["customers"] for row in tiers.summary.to_pylist()}


# ---------------------------------------------------------------------- the pictures


def _pictures(tiers: ValueTiers) -> Narrowing:
    """The pyramid, and one of the other pictures below it; what is clicked in them narrows the list."""
    chart = charts.pyramid(tiers.summary, tiers.book.data.currency, tier_count=tiers.settings.tier_count)
    points = ui.show_chart(chart, _chart_key("pyramid"), selects=True)
    pictures: dict[str, Callable[[ValueTiers], Narrowing]] = {
        _("Table"): _table,
        _("Concentration"): _concentration,
        _("Scores"): _scores,
        _("Matrix"): _matrix,
        _("Behaviour"): _behaviour,
        _("Moves"): _moves,
        _("Migration"): _migration,
        _("Stability"): _stability,
    }
    listing = tiers.listing()
    words: list[str] = []
    tabs = st.tabs(list(pictures), key="value pictures", on_change="rerun")
    for tab, picture in zip(tabs, pictures.values(), strict=True):
        if tab.open:
            with tab:
                listing, words = picture(tiers)
    numbers = _parts(points)
    return listing.only("tier_number", numbers), [*(_tier_words(tiers, number) for number in numbers), *words]


def _table(tiers: ValueTiers) -> Narrowing:
    currency = tiers.book.data.currency
    rows = tiers.summary.to_pylist()
    columns: dict[str, tuple[str, list[Any]]] = {
        "tier": (_("Tier"), [row["tier"] for row in rows]),
        "customers": (_("Customers"), [formats.number(row["customers"]) for row in rows]),
        "customer_share": (_("Share"), [formats.percent(row["customer_share"]) for row in rows]),
        "revenue": (_("Revenue"), [formats.money(row["revenue"], currency) for row in rows]),
        "revenue_share": (_("Share"), [formats.percent(row["revenue_share"]) for row in rows]),
        "margin": (_("Margin"), [formats.money(row["margin"], currency) for row in rows]),
        "lower_score": (_("Score from"), [formats.number(row["lower_score"], 1) for row in rows]),
    }
    config: dict[str, Any] = {
        name: st.column_config.TextColumn(title, alignment="left" if name == "tier" else "right")
        for name, (title, _cells) in columns.items()
    }
    config["mean_risk"] = st.column_config.ProgressColumn(
        _("Mean risk"), min_value=0, max_value=1, format="%.2f", help=_("0 to 1, under the saved scenario")
    )
    cells = {name: values for name, (_title, values) in columns.items()}
    st.dataframe(
        pa.table(cells | {"mean_risk": [row["mean_risk"] for row in rows]}),
        hide_index=True,
        column_config=config,
        height="content",
        alt=_("Customers, revenue, margin, mean risk and lowest score of each tier"),
    )
    return tiers.listing(), []


def _concentration(tiers: ValueTiers) -> Narrowing:
    curve = tiers.concentration()
    gini = curve["gini"][0].as_py()
    ui.show_chart(charts.lorenz(curve, gini, tiers.marks(), tiers.book.data.currency), "lorenz")
    return tiers.listing(), []


def _scores(tiers: ValueTiers) -> Narrowing:
    if tiers.settings.method == "matrix":
        st.info(_("Under the matrix method the cell decides, not the score."), icon=":material/info:")
    chart = charts.score_histogram(tiers.distribution(), tiers.cut_scores())
    numbers = _parts(ui.show_chart(chart, _chart_key("scores"), selects=True))
    return tiers.listing().only("tier_number", numbers), [_tier_words(tiers, number) for number in numbers]


def _matrix(tiers: ValueTiers) -> Narrowing:
    matrix = tiers.settings.matrix
    chart = charts.value_matrix(
        tiers.matrix(),
        ui.title_of(f"value.weights.{matrix.x_dimension}"),
        ui.title_of(f"value.weights.{matrix.y_dimension}"),
        tiers.book.data.currency,
        tier_count=tiers.settings.matrix.tier_count,
    )
    points = ui.show_chart(chart, _chart_key("matrix"), selects=True)
    cells = [point["customdata"] for point in points]
    listing = tiers.listing_by_cell() if cells else tiers.listing()
    if cells:
        listing = listing.only("x_level", [x for x, _y in cells]).only("y_level", [y for _x, y in cells])
    names = LEVEL_NAMES[len(matrix.x_cuts) + 1], LEVEL_NAMES[len(matrix.y_cuts) + 1]
    words = [
        f"{ui.title_of(f'value.weights.{matrix.x_dimension}')}: {_(names[0][x - 1])}, "
        f"{ui.title_of(f'value.weights.{matrix.y_dimension}')}: {_(names[1][y - 1])}"
        for x, y in cells
    ]
    return listing, words


def _behaviour(tiers: ValueTiers) -> Narrowing:
    chart = charts.behaviour_types(tiers.behaviour(), tiers.book.data.currency)
    types = _parts(ui.show_chart(chart, _chart_key("behaviour"), selects=True))
    if not types:
        return tiers.listing(), []
    return tiers.listing_by_behaviour().only("behaviour", types), [behaviour_type_name(name) for name in types]


def _moves(tiers: ValueTiers) -> Narrowing:
    chart = charts.moves_matrix(
        tiers.moves, tiers.book.data.currency, from_name=_("As saved"), to_name=_("With the draft")
    )
    points = ui.show_chart(chart, _chart_key("moves"), selects=True)
    pairs = [point["customdata"] for point in points]
    listing = tiers.listing()
    if pairs:
        listing = listing.only("saved_tier_number", [before for before, _after in pairs])
        listing = listing.only("tier_number", [after for _before, after in pairs])
    words = [
        f"{tier_label(tiers.saved.value, before)} → {tier_label(tiers.settings, after)}" for before, after in pairs
    ]
    return listing, words


def _migration(tiers: ValueTiers) -> Narrowing:
    migration_tab(tiers)
    return tiers.listing(), []


def _stability(tiers: ValueTiers) -> Narrowing:
    stability_tab(tiers)
    return tiers.listing(), []


def _tier_words(tiers: ValueTiers, number: int) -> str:
    return _("Tier {tier}").format(tier=tier_label(tiers.settings, number))


def _parts(points: list[dict[str, Any]]) -> list[Any]:
    """The first customdata of the parts clicked, each once."""
    return list(dict.fromkeys(point["customdata"][0] for point in points if point.get("customdata")))


def _chart_key(name: str) -> str:
    """The key of a chart one may click in; another one after the selection was cleared."""
    return f"value {name}:{st.session_state.get(TIMES_CLEARED, 0)}"


def _clear_selection() -> None:
    st.session_state[TIMES_CLEARED] = st.session_state.get(TIMES_CLEARED, 0) + 1


# ---------------------------------------------------------------------- the list and the small print


def _customers(tiers: ValueTiers, listing: Listing, narrowed_to: list[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(_("Customers"), anchor=False, width="content")
        if narrowed_to:
            for words in dict.fromkeys(narrowed_to):
                st.badge(words, icon=":material/filter_alt:", color="blue")
            st.button(
                _("Show all"), icon=":material/close:", key="show all", type="tertiary", on_click=_clear_selection
            )
        else:
            st.caption(_("Click a part of a picture to see only its customers."), width="content")
    ui.customer_table(
        listing,
        LIST_COLUMNS,
        key="value",
        value=tiers.settings,
        currency=tiers.book.data.currency,
        file_name="value-tiers",
    )


def _how(tiers: ValueTiers) -> None:
    ui.how_it_is_computed(
        [
            _(
                "Each dimension becomes a level from 0 to 1 over the customers in view ({scale}). The score is the"
                " weighted mean of a customer's levels, times 100. What is not known of a customer is left out of"
                " that customer's mean, and the weights that remain are rescaled."
            ).format(scale=_(SCALES[tiers.settings.normalisation])),
            rf"$$\text{{{_('score')}}}" r" = 100 \cdot \frac{\sum_d w_d \, \ell_d}{\sum_d w_d}$$",
            _("Weights in force: {weights}.").format(weights=formats.listed(_weights(tiers))),
            formats.sentences(_(METHODS[tiers.settings.method][1]), _cuts(tiers)),
            *_rules(tiers),
            _("The lower bound belongs to the better tier. Customers with equal scores share a tier."),
            _behaviour_rules(tiers.book),
        ],
        tiers.sql(),
    )


def _weights(tiers: ValueTiers) -> list[str]:
    shares = {column.removesuffix("_level"): share for column, share in tiers.how.mean.shares.items()}
    return [f"{ui.title_of(f'value.weights.{name}')} {formats.percent(share)}" for name, share in shares.items()]


def _cuts(tiers: ValueTiers) -> str:
    parts = [
        _("{tier} from a score of {score}").format(tier=cut["tier"], score=formats.number(cut["score"], 2))
        for cut in tiers.cut_scores().to_pylist()
    ]
    return formats.sentences(formats.listed(parts)) if parts else ""


def _rules(tiers: ValueTiers) -> list[str]:
    rules = [_rule(tiers, rule) for rule in tiers.settings.overrides]
    return [_("Rules that decide alone: {rules}.").format(rules=formats.listed(rules))] if rules else []


def _rule(tiers: ValueTiers, rule: OverrideRule) -> str:
    return _("{feature} {comparison} {value} → {tier}").format(
        feature=_(RULE_FEATURES[rule.feature]),
        comparison=_(COMPARISONS[rule.comparison]),
        value=formats.compact(rule.value),
        tier=tier_label(tiers.settings, min(rule.tier_number, len(tier_labels(tiers.settings)))),
    )


def _behaviour_rules(book: Book) -> str:
    return _(
        "Types by behaviour, the first that fits. Loyal: bought in the last {window} and in those before, with more"
        " orders than {loyal} of customers. Fast-growing: revenue up by {growth} or more, and bought in the last"
        " {window}. Sleeping: bought more than once, but not in twice that time. Worth cultivating: leaves more than"
        " {wallet} of the wallet to others, or brings more revenue than {spender} of customers in at most three"
        " orders. Other: everybody else."
    ).format(
        window=formats.days(book.windows.window_days),
        loyal=formats.percent(BEHAVIOUR_RULES["loyal_level"], digits=0),
        growth=formats.percent(BEHAVIOUR_RULES["growth_from"], digits=0),
        wallet=formats.percent(BEHAVIOUR_RULES["unfilled_wallet"], digits=0),
        spender=formats.percent(BEHAVIOUR_RULES["spender_level"], digits=0),
    )
