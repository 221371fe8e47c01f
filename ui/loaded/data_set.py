"""The data set in view: its figures and tables, whether it adds up, and what more there is to see of it."""

import streamlit as st

import ui
from crm_core import formats
from crm_core.checks import Check, checks, checks_sql, remarks, reports_of
from crm_core.language import _, current_language, ngettext
from crm_core.schema import TABLES
from crm_core.store import DataSet
from ui.loaded import put_right
from ui.loaded.alike import customers_alike
from ui.loaded.columns import columns_of, files_of
from ui.loaded.exports import exports_of
from ui.loaded.set_aside import rows_set_aside
from ui.loaded.versions import versions_of, when

MOST_CHECKS_AT_ONCE = 8


@ui.fragment
def loaded(data: DataSet) -> None:
    put_right.what_became(data)
    reports = reports_of(data)
    found = cached_checks(data)
    headlines(data, found)
    left, right = st.columns([5, 4], gap="medium")
    with left:
        table = tables(data)
    with right:
        does_it_add_up(found, remarks(data))
    columns, aside, files, doubles, versions, exports = st.tabs(
        [_("Columns"), _("Set aside"), _("Files"), _("Look alike"), _("Versions"), _("Templates and exports")]
    )
    with columns:
        columns_of(data, table, reports)
    with aside:
        rows_set_aside(data)
    with files:
        files_of(data, reports)
    with doubles:
        customers_alike(data)
    with versions:
        versions_of(data)
    with exports:
        exports_of(data)
    how_it_is_checked(data)


@st.cache_data(show_spinner=False, max_entries=50)
def _checks(slug: str, version: str, language: str, _data: DataSet) -> list[Check]:
    return checks(_data, ui.workspace().database)


def cached_checks(data: DataSet) -> list[Check]:
    """A version never changes, so what was found of it holds."""
    return _checks(str(data.folder), data.version, current_language(), data)


def headlines(data: DataSet, found: list[Check]) -> None:
    set_aside = sum(source.rows_set_aside for source in data.sources)
    rows_in = sum(source.rows_in for source in data.sources)
    failing = sum(not check.is_met for check in found)
    ui.headline_row(
        [
            ui.Headline(_("Customers"), formats.number(data.row_counts["customers"])),
            ui.Headline(
                _("Orders"),
                formats.number(data.row_counts["orders"]),
                help=_("In {lines} order lines.").format(lines=formats.number(data.row_counts["order_lines"])),
            ),
            ui.Headline(
                _("Days of orders"),
                formats.number((data.last_day - data.first_day).days + 1),
                help=_("From {first} to {last}.").format(
                    first=formats.day(data.first_day), last=formats.day(data.last_day)
                ),
            ),
            ui.Headline(
                _("Rows set aside"),
                formats.number(set_aside),
                help=_("{share} of what came in, each with its reason; see below.").format(
                    share=formats.percent(set_aside / rows_in if rows_in else 0)
                ),
            ),
            ui.Headline(
                _("Checks met"),
                f"{len(found) - failing} / {len(found)}",
                help=_("Rows and amounts that must be equal from the file to the figures."),
            ),
        ]
    )


def tables(data: DataSet) -> str:
    """The tables of the data set; returns the one chosen by a click."""
    days = {"first": formats.day(data.first_day), "last": formats.day(data.last_day)}
    st.markdown(f"**{_('Orders from {first} to {last}').format(**days)}**")
    names = [name for name in TABLES if name in data.tables]
    rows = [
        {
            _("Table"): _(TABLES[name].label),
            _("Rows"): formats.number(data.tables[name].rows),
            _("First day"): formats.day_iso(data.tables[name].first_day),
            _("Last day"): formats.day_iso(data.tables[name].last_day),
            _("Columns"): f"{len(data.tables[name].columns)} / {len(TABLES[name].columns)}",
        }
        for name in names
    ]
    chosen = st.dataframe(
        rows,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="tables",
        height="content",
        alt=_("The tables of the data set with their rows and days"),
    )
    st.caption(
        formats.sentences(
            (
                _("Version {version}, loaded {instant}")
                if data.is_session
                else _("Version {version}, published {instant}")
            ).format(version=data.version, instant=when(data.published_at)),
            _("Amounts in {currency}").format(currency=formats.currency_name(data.currency)) if data.currency else "",
            _("Choose another data set in the sidebar"),
        )
    )
    places = chosen["selection"]["rows"]
    return names[places[0]] if places and places[0] < len(names) else names[0]


def does_it_add_up(found: list[Check], notes: list[str]) -> None:
    failing = [check for check in found if not check.is_met]
    title = (
        ngettext("{count} check is not met", "{count} checks are not met", len(failing)).format(count=len(failing))
        if failing
        else _("Everything adds up")
    )
    st.markdown(f"**{title}**")
    many = len(found) + len(notes) > MOST_CHECKS_AT_ONCE
    with st.container(height=262 if many else "content", border=True, gap="xxsmall", key="checks"):
        for check in sorted(found, key=lambda check: check.is_met):
            icon = ":green[:material/check_circle:]" if check.is_met else ":red[:material/cancel:]"
            st.markdown(f"{icon} {ui.escaped(check.sentence)}")
        for note in notes:
            st.markdown(f":orange[:material/info:] {ui.escaped(note)}")


def how_it_is_checked(data: DataSet) -> None:
    ui.how_it_is_computed(
        [
            _(
                "Every row of every file is kept or set aside with its line and reason: "
                "lines in = header + blank + continued lines + rows kept + rows set aside, "
                "and the amounts that can be read add up likewise."
            ),
            _(
                "What was kept lies in the order lines, row by row; an order brings what its lines bring, returns "
                "counted off. Amounts are exact decimals, so equal means equal to the last digit."
            ),
        ],
        checks_sql(data),
    )
