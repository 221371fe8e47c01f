"""Lists of customers: sorted, searched and paged on the server, exported whole, each row a way to its customer."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import streamlit as st

from crm_core import formats
from crm_core.exits import let_go_name
from crm_core.labels import exit_reason_name, loyalty_type_name, outcome_name, risk_band_name, stage_name
from crm_core.language import _, current_language, speaking
from crm_core.listing import Listing
from crm_core.settings import ValueSettings
from crm_core.value import tier_label
from ui import places
from ui.exports import EXCEL_ROWS, Column, exported

PAGE_ROWS = 50


def columns(currency: str, value: ValueSettings) -> dict[str, Column]:
    """The columns that lists of customers are made of, in the language now spoken."""

    def money(amount: Any) -> str:
        return formats.money(amount, currency)

    def tier(number: Any) -> str:
        return tier_label(value, number)

    return {
        "customer_id": Column(_("Customer"), width="small"),
        "name": Column(_("Name"), lambda name: name or "", width=150),
        "region": Column(_("Region"), lambda region: region or ""),
        "industry": Column(_("Industry"), lambda industry: industry or ""),
        "sales_rep": Column(_("Sales rep"), lambda rep: rep or ""),
        "tier_number": Column(_("Tier"), tier, width="small"),
        "saved_tier_number": Column(_("Tier as saved"), tier, width="small"),
        "score": Column(_("Score"), lambda score: formats.number(score, 2), width="small", help=_("0 to 100")),
        "revenue": Column(_("Revenue"), money, help=_("In the look-back window, net of returns")),
        "margin": Column(_("Margin"), money),
        "expected_loss": Column(_("Revenue × risk"), money, help=_("What to look at first")),
        "order_count": Column(_("Orders"), formats.number, width="small"),
        "days_since_last_order": Column(_("Last order"), formats.days, width="small", help=_("Days ago")),
        "risk": Column(_("Risk"), is_bar=True, help=_("0 to 1: the weighted mean of the signals, no probability")),
        "band": Column(_("Risk band"), risk_band_name, width="small"),
        "outcome": Column(_("What happened"), outcome_name),
        "loyalty_type": Column(_("Loyalty type"), loyalty_type_name),
        "orders_per_month": Column(_("Orders a month"), lambda count: formats.number(count, 2), width="small"),
        "dependence": Column(_("Dependence"), is_bar=True, help=_("0 to 1")),
        "usual_gap_days": Column(
            _("Usual gap"), lambda days: formats.days(round(days)) if days else "–", width="small"
        ),
        "segment": Column(_("Segment"), width=150),
        "rfm_code": Column("RFM", width="small", help=_("Scores of freshness, orders and revenue; 1 is the worst")),
        "reasons": Column(_("Why"), width=350),
        "stage": Column(_("Stage"), stage_name, width="small"),
        "earlier_stage": Column(_("Stage then"), stage_name, width="small", help=_("On the day compared with")),
        "earlier_revenue": Column(_("Revenue then"), money, help=_("In the look-back window of the day compared with")),
        "growth": Column(
            _("Growth"),
            lambda share: formats.percent(share, signed=True),
            width="small",
            help=_("Revenue of the look-back window against the one before"),
        ),
        "other_tier_number": Column(
            _("Next tier"), tier, width="small", help=_("On the other side of the nearest cut")
        ),
        "cut_distance": Column(
            _("To the cut"), lambda score: formats.number(score, 2), width="small", help=_("Points of score, 0 to 100")
        ),
        "kept_share": Column(_("Keeps the tier"), is_bar=True, help=_("Share of draws, 0 to 1")),
        "expected_value": Column(_("Expected value"), money, help=_("Over the horizon, discounted")),
        "expected_orders": Column(
            _("Expected orders"), lambda count: formats.number(count, 1), help=_("Over the horizon")
        ),
        "expected_spend": Column(_("Value of an order"), money, help=_("What the next order is expected to be worth")),
        "probability_alive": Column(
            _("P(alive)"), is_bar=True, help=_("0 to 1: how likely the customer will buy again at all")
        ),
        "revenue_to_date": Column(_("Revenue to date"), money, help=_("Of all time, net of returns")),
        "future_rank": Column(_("Place ahead"), formats.number, width="small", help=_("1 is to bring most")),
        "exit_on": Column(_("Left on"), formats.day_iso, width="small", help=_("The day the silence was long enough")),
        "days_gone": Column(_("Gone for"), formats.days, width="small", help=_("Days since the exit")),
        "revenue_before": Column(_("Revenue before"), money, help=_("Of a year up to the last order, net of returns")),
        "margin_before": Column(_("Margin before"), money, help=_("Of a year up to the last order")),
        "value_before": Column(_("Value before"), money, help=_("Of a year up to the last order")),
        "warned": Column(
            _("High risk ahead"), width=110, help=_("How many days before the exit the risk was first high")
        ),
        "signals": Column(_("First signals"), width=300, help=_("Days before the exit")),
        "reason": Column(_("Recorded reason"), exit_reason_name),
        "competitor": Column(_("Competitor"), lambda name: name or ""),
        "chance": Column(_("Chance of return"), formats.percent, width="small", help=_("Within the days looked ahead")),
        "second_value": Column(_("Second life"), money, help=_("What a return would bring, discounted to its day")),
        "regain_profit": Column(_("Regain profit"), money, help=_("Chance × second life, less the cost of an attempt")),
        "let_go": Column(_("Verdict"), let_go_name),
        "why": Column(_("Why"), width=420),
        "past_rank": Column(_("Place so far"), formats.number, width="small", help=_("1 has brought most")),
    }


def customer_table(
    listing: Listing,
    shown: Sequence[str],
    *,
    key: str,
    value: ValueSettings,
    currency: str,
    file_name: str,
    computed: Mapping[str, Callable[[dict[str, Any]], Any]] | None = None,
    sortable: Sequence[str] | None = None,
    lines: int = 1,
    lowest_first: bool = False,
    on_row: Callable[[str | None], None] | None = None,
) -> None:
    """A list of customers with search, order, pages and export; a click on a row opens the customer.

    `shown` are names of `columns`; `computed` gives those that the listing does not have, from a row.
    `lines` is how many lines of text a row has room for; text wraps from three on. `lowest_first` is the order it
    opens with. `on_row` takes the click instead: it is told the customer of the row that is chosen, or None, on every
    run.
    """
    known = columns(currency, value)
    sortable = sortable or [name for name in shown if name in listing.columns]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        search = st.text_input(
            _("Search"), key=f"{key}:search", placeholder=_("Name or number"), icon=":material/search:", width=240
        )
        st.session_state.setdefault(f"{key}:sort", listing.sorted_by)
        sort = st.selectbox(
            _("Sort by"), sortable, key=f"{key}:sort", format_func=lambda name: known[name].title, width=200
        )
        direction = st.segmented_control(
            _("Order"),
            ["desc", "asc"],
            default="asc" if lowest_first else "desc",
            required=True,
            format_func={"desc": _("Highest first"), "asc": _("Lowest first")}.__getitem__,
            key=f"{key}:direction",
            label_visibility="collapsed",
        )
        found = listing.searched(search or "").ordered(sort, descending=direction == "desc")
        count = found.count()
        st.caption(formats.customers(count), width="content")
        st.space("stretch")
        st.download_button(
            _("Export"),
            as_spoken_now(lambda: exported(found, shown, known, computed or {})),
            file_name=f"{file_name}.csv",
            mime="text/csv",
            icon=":material/download:",
            key=f"{key}:export",
            on_click="ignore",
            help=export_help(count),
        )
    if not count:
        st.info(_("No customer matches."), icon=":material/search_off:")
        return
    pages = (count + PAGE_ROWS - 1) // PAGE_ROWS
    page_key = f"{key}:page"
    page = min(st.session_state.get(page_key, 1), pages)
    rows = found.page(PAGE_ROWS, (page - 1) * PAGE_ROWS).to_pylist()
    customer_id = _rows(rows, shown, known, computed or {}, f"{key}:rows", lines)
    if pages > 1:
        st.pagination(pages, key=page_key)
    if on_row:
        on_row(customer_id)
    elif customer_id is not None:
        places.open_customer(customer_id)


def export_help(count: int) -> str:
    """What a list is exported as; where a sheet has no room for all rows, that too."""
    told = _("All {customers} as CSV for Excel").format(customers=formats.customers(count))
    if count <= EXCEL_ROWS:
        return told
    most = _("Excel opens the first {rows} of them.").format(rows=formats.number(EXCEL_ROWS))
    return formats.sentences(told, most)


def as_spoken_now(file: Callable[[], bytes]) -> Callable[[], bytes]:
    """A file that is made when it is asked for, outside any session, in the language now spoken."""
    language = current_language()

    def made() -> bytes:
        with speaking(language):
            return file()

    return made


def first_customers(
    listing: Listing, shown: Sequence[str], count: int, *, key: str, value: ValueSettings, currency: str
) -> None:
    """The first `count` of a list as it is sorted, without tools around it; a click on a row opens the customer."""
    rows = listing.page(count, 0).to_pylist()
    customer_id = _rows(rows, shown, columns(currency, value), {}, key, lines=1)
    if customer_id is not None:
        places.open_customer(customer_id)


def _rows(
    rows: list[dict[str, Any]],
    shown: Sequence[str],
    known: Mapping[str, Column],
    computed: Mapping[str, Callable[[dict[str, Any]], Any]],
    key: str,
    lines: int,
) -> str | None:
    """Draw rows of a list; the customer whose row is chosen."""
    event = st.dataframe(
        pa.table({name: [_cell(name, row, known, computed) for row in rows] for name in shown}),
        key=key,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config={name: _config(known[name]) for name in shown},
        height="content" if len(rows) * lines <= 12 else 458 if lines == 1 else 620,
        row_height=13 + 21 * lines if lines > 1 else None,
        alt=_("List of customers"),
    )
    chosen = event["selection"]["rows"]
    return str(rows[chosen[0]]["customer_id"]) if chosen else None


def _cell(
    name: str, row: dict[str, Any], known: Mapping[str, Column], computed: Mapping[str, Callable[..., Any]]
) -> Any:
    return computed[name](row) if name in computed else known[name].shown(row[name])


def _config(column: Column) -> Any:
    if column.is_bar:
        return st.column_config.ProgressColumn(
            column.title, min_value=0, max_value=1, format="%.2f", help=column.help, width=column.width or "small"
        )
    return st.column_config.TextColumn(column.title, help=column.help, width=column.width)
