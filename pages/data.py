"""Data: what is loaded and whether it adds up, and how more comes in."""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import ui
from crm_core import formats
from crm_core.alike import REASONS as ALIKE_REASONS
from crm_core.alike import AlikeCustomers, alike_customers
from crm_core.checks import Check, checks, checks_sql, remarks, reports_of, set_aside_counts, set_aside_rows
from crm_core.errors import CrmError
from crm_core.ingest import (
    CURRENCIES,
    Mapping,
    Progress,
    QualityReport,
    ReadingOptions,
    distinct_text,
    likely_currency,
    missing_columns,
    problems,
    reason_text,
    template,
    write_set_aside_csv,
)
from crm_core.ingest.words import (
    became,
    held_in_words,
    repeats_in_words,
    rules_in_words,
    same_content_in_words,
    told_by_content_in_words,
    understood,
    understood_together,
)
from crm_core.language import N_, _, current_language, ngettext
from crm_core.schema import TABLES
from crm_core.store import DataSet
from ui import database_connections, load_controls, loading, mapping_file, put_right, session
from ui.loading import Checked, Plan, Together

LOADED, LOAD = "loaded", "load"
VIEW, NEXT_VIEW, DROP, JUST_LOADED = "data view", "next data view", "drop of files", "data set just loaded"
EXCEL_READS = 1_048_576
MOST_CHECKS_AT_ONCE = 8
STEPS = {
    "unpack": N_("unpacking"),
    "rows": N_("reading"),
    "type": N_("reading dates and amounts"),
    "write": N_("writing"),
    "count": N_("counting"),
}


def page() -> None:
    data = session.current_data()
    ui.page_head(_("Data"), _("What is loaded, does it add up, and how does more come in?"), ui.current_book())
    if asked := loading.asked_check():
        trial(*asked)
    if data is None:
        nothing_yet()
        load_files()
        return
    just_loaded(data)
    match view():
        case "load":
            load_files()
        case _:
            loaded(data)


def view() -> str:
    """Which half of the page is shown: what is loaded, or what is to be."""
    if (wanted := st.session_state.pop(NEXT_VIEW, None)) is not None:
        st.session_state[VIEW] = wanted
    names = {LOADED: _("What is loaded"), LOAD: _("Load files")}
    icons = {LOADED: ":material/inventory_2:", LOAD: ":material/upload_file:"}
    st.session_state.setdefault(VIEW, LOAD if loading.incoming() else LOADED)
    chosen = st.segmented_control(
        _("Show"),
        [LOADED, LOAD],
        format_func=lambda name: f"{icons[name]} {names[name]}",
        key=VIEW,
        required=True,
        label_visibility="collapsed",
    )
    return chosen or LOADED


def nothing_yet() -> None:
    with st.container(border=True):
        st.subheader(_("No data yet"), anchor=False)
        st.write(
            _(
                "Drop a file with orders below: a customer, a date and an amount in each line are enough. CSV, Excel, "
                "JSON and Parquet are read as they are, several files of one table as one. Payments, service cases, "
                "surveys and more can follow."
            )
        )
        if st.button(_("Try the demo company"), icon=":material/play_circle:"):
            with st.spinner(_("Preparing the demo company, this once ...")):
                ui.publish_demo()
            st.rerun()


def just_loaded(data: DataSet) -> None:
    """Where to go with what was just loaded; shown until the next thing happens."""
    if st.session_state.pop(JUST_LOADED, None) != (data.slug, data.version):
        return
    customers = data.row_counts["customers"]
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="just loaded"):
        st.markdown(
            ":green[:material/check_circle:] **"
            + ngettext(
                "{name} is loaded: {customers} customer, {orders} orders.",
                "{name} is loaded: {customers} customers, {orders} orders.",
                customers,
            ).format(
                name=ui.escaped(data.name),
                customers=formats.number(customers),
                orders=formats.number(data.row_counts["orders"]),
            )
            + "**",
            width="content",
        )
        ui.link("value-tiers", _("Value tiers"), ":material/change_history:")
        ui.link("loyalty-types", _("Loyalty types"), ":material/favorite:")
        ui.link("churn-signals", _("Churn signals"), ":material/warning:")


# ---------------------------------------------------------------------- what is loaded


@st.fragment
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
        columns_of(table, reports)
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


def columns_of(table: str, reports: list[QualityReport]) -> None:
    """The quality of each column of one table, file by file."""
    of_table = [report for report in reports if report.table == table]
    st.markdown(f"**{_('Columns of {table}').format(table=_(TABLES[table].label))}**")
    if not of_table:
        st.write(_("No report was kept for this table."))
    for report in of_table:
        if len(of_table) > 1:
            st.markdown(ui.escaped(report.file_name))
        for problem in problems(report):
            st.markdown(f":orange[:material/info:] {ui.escaped(problem)}")
        st.dataframe(
            column_rows(report),
            hide_index=True,
            height="content",
            column_config={_("Filled"): st.column_config.ProgressColumn(min_value=0, max_value=1, format="percent")},
            alt=_("Each column: how much of it is filled, how many different values, the lowest and the highest"),
        )


def column_rows(report: QualityReport) -> list[dict[str, Any]]:
    labels = {column.name: column.label for column in TABLES[report.table].columns}
    return [
        {
            _("Column"): _(labels.get(column.name, column.name)),
            _("In the file"): column.header or "",
            _("Filled"): column.filled_count / report.rows_kept if report.rows_kept else 0.0,
            _("Different values"): distinct_text(column),
            _("Lowest"): without_zeros(column.lowest),
            _("Highest"): without_zeros(column.highest),
            _("Could not be read"): formats.number(column.unreadable_count) if column.unreadable_count else "",
            _("Far from the others"): formats.number(column.outlier_count) if column.outlier_count else "",
        }
        for column in report.columns
    ]


def without_zeros(value: str | None) -> str:
    """12.3400 as 12.34; anything that is no decimal as it is."""
    is_decimal = value is not None and value.count(".") == 1 and value.lstrip("-").replace(".", "").isdigit()
    return value.rstrip("0").rstrip(".") if value and is_decimal else value or ""


def rows_set_aside(data: DataSet) -> None:
    counts = set_aside_counts(data, ui.workspace().database).to_pylist()
    if not counts:
        st.markdown(f":green[:material/check_circle:] {_('No row was set aside: every row of every file is loaded.')}")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("These rows are not loaded. Put them right below or in a spreadsheet, and load them again."))
        st.download_button(
            _("Download all"),
            data=lambda: set_aside_file(data.path("set_aside")),
            file_name=f"{data.slug} {_('set aside')}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
    chosen = st.dataframe(
        [
            {
                _("Reason"): reason_text(count["reason"]),
                _("Rows"): formats.number(count["rows"]),
                _("File"): count["source_file"],
                _("First lines"): formats.listed(formats.number(line) for line in count["lines"]),
                _("Example"): count["example"],
            }
            for count in counts
        ],
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="reasons",
        alt=_("Reasons for which rows were set aside, with the number of rows and an example"),
    )
    places = chosen["selection"]["rows"]
    count = counts[places[0]] if places and places[0] < len(counts) else counts[0]
    rows = set_aside_rows(data, ui.workspace().database, count["reason"], count["source_file"]).to_pylist()
    st.markdown(f"**{reason_text(count['reason'])}**")
    source = put_right.source_of(data, rows[0]["table_name"], count["source_file"])
    if source and count["reason"] != "repeated_customer":
        put_right.put_right(data, rows, Mapping.model_validate(source.mapping))
        return
    st.dataframe(
        [
            {
                _("Line"): row["source_line"],
                _("Column"): row["column_name"] or "",
                _("Value as written"): row["value"] or "",
                _("Row as written"): row["raw"],
            }
            for row in rows
        ],
        hide_index=True,
        height=240,
        alt=_("The first rows set aside for this reason"),
    )


def files_of(data: DataSet, reports: list[QualityReport]) -> None:
    known = reports if len(reports) == len(data.sources) else []
    st.dataframe(
        [
            {
                _("File"): source.file_name,
                _("Table"): _(TABLES[source.table].label),
                _("Rows in"): formats.number(source.rows_in),
                _("Kept"): formats.number(source.rows_kept),
                _("Set aside"): formats.number(source.rows_set_aside),
                _("Put right"): formats.number(source.rows_put_right) if source.rows_put_right else "",
                _("Returns"): formats.number(known[place].return_rows) if known and source.table == "orders" else "",
                _("Amount kept"): formats.money(known[place].amount_kept, data.currency, exact=True)
                if known and known[place].amount_kept
                else "",
                _("Columns"): formats.listed(
                    f"{header} → {_(TABLES[source.table].column(name).label)}"
                    for name, header in ((source.mapping or {}).get("columns") or {}).items()
                ),
            }
            for place, source in enumerate(data.sources)
        ],
        hide_index=True,
        height="content",
        alt=_("The files of this version with the rows kept and set aside"),
    )


@st.cache_data(show_spinner=False, max_entries=20)
def _alike(folder: str, version: str, _data: DataSet) -> AlikeCustomers:
    return alike_customers(_data, ui.workspace().database)


def customers_alike(data: DataSet) -> None:
    """Pairs of ids that look like one customer: looked for when asked, suggested, never merged."""
    st.caption(
        _(
            "Two ids that share a licence number, an e-mail address, a telephone or nearly a name may be one customer. "
            "Nothing is merged here: put the ids right in the file, and load it again."
        )
    )
    key = f"looked for alike {data.folder}"
    if st.button(_("Look for customers that look alike"), icon=":material/group_search:", key="look for alike"):
        st.session_state[key] = True
    if not st.session_state.get(key):
        return
    with st.spinner(_("Comparing the customers ..."), show_time=True):
        found = _alike(str(data.folder), data.version, data)
    if not found.count:
        st.markdown(f":green[:material/check_circle:] {_('No two customers look like one.')}")
        return
    st.markdown(
        "**"
        + ngettext(
            "{count} pair of customers looks like one", "{count} pairs of customers look like one", found.count
        ).format(count=formats.number(found.count))
        + "**"
    )
    st.dataframe(
        [
            {
                _("Customer"): pair["customer_id"],
                _("Name"): pair["name"] or "",
                _("Other customer"): pair["other_id"],
                _("Other name"): pair["other_name"] or "",
                _("Because of"): _(ALIKE_REASONS[pair["reason"]]),
            }
            for pair in found.pairs.to_pylist()
        ],
        hide_index=True,
        height=300,
        alt=_("Pairs of customers that look like one, the surest first"),
    )
    if found.count > len(found.pairs):
        st.caption(_("The first {count} are shown.").format(count=formats.number(len(found.pairs))))


def versions_of(data: DataSet) -> None:
    """The versions kept, and the way back to an earlier one."""
    if data.is_session:
        st.write(_("This data set is yours alone and goes with this session. Publish it to keep it."))
        return
    entry = next((entry for entry in ui.workspace().data_sets() if entry.slug == data.slug), None)
    if entry is None:
        return
    for version in entry.versions:
        is_current = version.version == entry.version
        with st.container(horizontal=True, vertical_alignment="center", key=f"version {version.version}"):
            st.markdown(
                _("{version}, published {instant}").format(
                    version=f"`{version.version}`", instant=when(version.published_at)
                ),
                width="content",
            )
            if is_current:
                st.badge(_("in force"), color="green")
            elif st.button(
                _("Go back to this version"),
                key=f"go back {version.version}",
                icon=":material/history:",
                help=_("For everybody. The others stay here, and you can come back."),
            ):
                ui.workspace().make_current(data.slug, version.version)
                st.rerun()
    st.caption(_("The last three versions are kept. Loading files in place of a data set makes a new version."))


def exports_of(data: DataSet) -> None:
    exported, templates = st.columns(2, gap="medium")
    with exported:
        st.markdown(f"**{_('Export a table')}**")
        for name in [name for name in TABLES if data.has(name)]:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(_(TABLES[name].label), width=160)
                for ending in ("csv", "parquet"):
                    st.download_button(
                        _("CSV") if ending == "csv" else _("Parquet"),
                        data=exporting(data, name, ending),
                        file_name=f"{data.slug} {name}.{ending}",
                        key=f"export {name} {ending}",
                        icon=":material/download:",
                        on_click="ignore",
                    )
        if data.row_counts["order_lines"] > EXCEL_READS:
            st.caption(_("Excel opens only the first {count} rows.").format(count=formats.number(EXCEL_READS)))
    with templates:
        template_buttons()


def exporting(data: DataSet, table: str, ending: str) -> Callable[[], bytes]:
    def exported() -> bytes:
        with tempfile.TemporaryDirectory(prefix="clientele-export-") as folder:
            return ui.workspace().export(data, table, Path(folder) / f"{table}.{ending}").read_bytes()

    return exported


def template_buttons() -> None:
    st.markdown(f"**{_('Templates')}**")
    st.caption(_("A file with our headers and two example rows. Your own headers do as well."))
    with st.container(horizontal=True):
        for name, table in TABLES.items():
            st.download_button(
                _(table.label),
                data=partial(template, name),
                file_name=f"{name}.csv",
                mime="text/csv",
                key=f"template {name}",
                icon=":material/draft:",
                on_click="ignore",
                help=_(table.grain),
            )


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


def when(instant: datetime) -> str:
    """An instant on the reader's clock."""
    zone = st.context.timezone
    return f"{instant.astimezone(ZoneInfo(zone) if zone else UTC):%Y-%m-%d %H:%M}"


def set_aside_file(path: Path) -> bytes:
    with tempfile.TemporaryDirectory(prefix="clientele-aside-") as folder:
        written = Path(folder) / "aside.csv"
        write_set_aside_csv([path], written)
        return written.read_bytes()


# ---------------------------------------------------------------------- loading


@st.fragment
def load_files() -> None:
    if not loading.incoming():
        drop()
        template_buttons()
        return
    left, right = st.columns([4, 7], gap="medium", vertical_alignment="bottom")
    with left:
        drop()
    below = st.container()
    files = loading.incoming()
    plans: list[Plan] = []
    unready: list[str] = []
    if notes := loading.left_out():
        st.caption(f":material/info: {ui.escaped(formats.sentences(*notes))}")
    names = tab_names(files)
    for tab, name, file in zip(st.tabs(names), names, files, strict=True):
        with tab:
            if users := loading.list_users(file):
                looked_up_in(file, users)
            elif plan := one_file(file):
                plans.append(plan)
            else:
                unready.append(name)
    with right:
        checking(plans, unready, below)


def tab_names(files: list[Together]) -> list[str]:
    names = [file.name for file in files]
    return [f"{file.name} ({file.number})" if names.count(file.name) > 1 else file.name for file in files]


def drop() -> None:
    """Where files are dropped; they leave it at once for the list below."""
    number = st.session_state.setdefault(DROP, 1)
    uploaded = st.file_uploader(
        _("Add files")
        if loading.incoming()
        else _("Drop files here: CSV, Excel, JSON, Parquet or Arrow, one or many, also in a zip or gz"),
        accept_multiple_files=True,
        key=f"drop {number}",
    )
    if uploaded:
        bar = st.progress(0.0, _("Looking at the files ..."))
        loading.take_in(uploaded, partial(telling, bar))
        for file in loading.incoming():
            looked_at(file)
        bar.empty()
        st.session_state[DROP] = number + 1
        st.rerun()
    database_connections.panel(looked_at)


def looked_at(file: Together) -> str | None:
    """Look at a file once; what makes it unreadable, as a sentence."""
    try:
        file.guess(ReadingOptions(), None)
    except CrmError as error:
        return str(error)
    return None


def one_file(file: Together) -> Plan | None:
    """One file: what was understood, what becomes of its columns. None while it cannot be loaded."""
    problem = looked_at(file)
    found = None if problem else file.source(ReadingOptions())
    if found:
        mapping_file.recall(file, found)
    head = st.container(horizontal=True, vertical_alignment="center", key=f"head {file.number}")
    with head:
        guessed = None if problem else file.guess(ReadingOptions(), None).table
        table = chosen_table(file, guessed)
        with st.popover(_("Read it in another way"), icon=":material/tune:"):
            options = load_controls.with_months(file, found, load_controls.reading_options(file, found))
        st.button(
            _("Take out"),
            icon=":material/close:",
            key=f"take out {file.number}",
            on_click=loading.take_out,
            args=(file.number,),
        )
    try:
        source = file.source(options)
        is_as_found = table == guessed and options == ReadingOptions()
        guess = mapping_file.given_or_guessed(file, file.guess(options, None if is_as_found else table))
    except CrmError as error:
        st.error(str(error), icon=":material/error:")
        return None
    with head:
        if len(file.files) > 1:
            parts_of(file, options)
        st.caption(ui.escaped(understood_together(file.sources(options))))
        if mapping_file.is_recalled(file, options):
            st.badge(_("read as last time"), icon=":material/history:")
    for part, other in loading.repeated_files(file):
        with st.container(horizontal=True, vertical_alignment="center", key=f"repeats {part.number}"):
            st.warning(
                ui.escaped(same_content_in_words(part.name, other.name)),
                icon=":material/content_copy:",
            )
            st.button(
                _("Take out {file}").format(file=ui.escaped(part.name)),
                key=f"take out again {part.number}",
                on_click=loading.take_out_file,
                args=(file.number, part.number),
            )
    for note in source.notes:
        st.info(ui.escaped(note), icon=":material/info:")
    mapping_file.offer_similar(file, options, guess)
    demand = st.container()
    left, right = st.columns([7, 4], gap="medium")
    with left:
        st.markdown(f"**{_('Which column is which')}**")
        with st.container(gap="xsmall"):
            mapping = load_controls.mapping_controls(file, options, guess)
    with right:
        st.markdown(f"**{_('How values are read')}**")
        words = st.container()
        questions = file.questions(options, mapping)
        with st.expander(_("Dates, numbers, returns, status"), expanded=bool(questions), key=f"rules {file.number}"):
            mapping = load_controls.rules(file, options, guess, mapping)
        mapping = mapping.read_with(options, found.headers if found else ())
        words.caption(ui.escaped(rules_in_words(mapping)) or _("As they stand in the file."))
        mapping_file.mapping_file(file, options, mapping)
        st.markdown(f"**{_('First rows')}**")
        st.dataframe(
            source.preview.slice(0, 20), height=210, hide_index=True, alt=_("The first rows of the file as text")
        )
    if missing := missing_columns(mapping):
        labels = formats.listed(_(TABLES[mapping.table].column(name).label) for name in missing)
        asked = [_("Choose a column for: {columns}.").format(columns=labels)]
        asked += load_controls.candidates_in_words(file, options, mapping)
        demand.warning(ui.escaped(" ".join(asked)), icon=":material/arrow_downward:")
        return None
    if told := told_by_content_in_words(mapping):
        demand.info(ui.escaped(told), icon=":material/visibility:")
    if "date_order" in file.questions(options, mapping):
        return None
    return Plan(file.number, options, mapping)


def parts_of(file: Together, options: ReadingOptions) -> None:
    """The files that are read alike, and the ways to part them."""
    with st.popover(_("The files"), icon=":material/library_books:"):
        for part, source in zip(file.files, file.sources(options), strict=True):
            with st.container(horizontal=True, vertical_alignment="center", key=f"part {part.number}"):
                st.markdown(f"**{ui.escaped(part.name)}**  \n{ui.escaped(understood(source))}")
                st.button(
                    _("Take out"),
                    icon=":material/close:",
                    key=f"take out part {part.number}",
                    on_click=loading.take_out_file,
                    args=(file.number, part.number),
                )
        st.button(
            _("Read each on its own"),
            icon=":material/call_split:",
            key=f"read apart {file.number}",
            on_click=loading.read_apart,
            args=(file.number,),
        )


def looked_up_in(file: Together, users: list[Together]) -> None:
    """A file that is no table of ours but knows the prices of others."""
    source = file.source(ReadingOptions())
    with st.container(horizontal=True, vertical_alignment="center", key=f"list {file.number}"):
        for user in users:
            if user.lookup:
                st.info(
                    _("The price of each line of {user} is looked up here, by “{header}”.").format(
                        user=ui.escaped(user.name), header=ui.escaped(user.lookup.table_key)
                    ),
                    icon=":material/join_inner:",
                )
        st.button(
            _("Look nothing up here"), key=f"no list {file.number}", on_click=loading.use_no_list, args=(file.number,)
        )
        st.button(
            _("Take out"),
            icon=":material/close:",
            key=f"take out {file.number}",
            on_click=loading.take_out,
            args=(file.number,),
        )
    st.caption(ui.escaped(understood(source)))
    st.dataframe(source.preview, height=260, hide_index=True, alt=_("The first rows of the file as text"))


def chosen_table(file: Together, guessed: str | None) -> str:
    """The table a file belongs to: as guessed, unless corrected."""
    names = list(TABLES)
    chosen: str = st.selectbox(
        _("Table"),
        names,
        index=names.index(guessed) if guessed else 0,
        format_func=lambda name: _(TABLES[name].label),
        key=f"table {file.number}",
        label_visibility="collapsed",
        width=180,
        persist_state="session",
        help=_("What the rows of the file are."),
    )
    return chosen


def checking(plans: list[Plan], unready: list[str], below: DeltaGenerator) -> None:
    """Load the files on trial; `below` says what became of them and keeps them for oneself or for everybody.

    `unready` names the files that cannot be loaded before something is put right.
    """
    has_orders = any(plan.mapping.table == "orders" for plan in plans)
    checked = loading.checked(plans)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        upon = chosen_base(by_default=not unready and not has_orders)
        has_orders = has_orders or upon is not None
        currency = upon.currency if upon else chosen_currency(plans)
        is_pressed = st.button(
            _("Check"),
            type="secondary" if checked else "primary",
            icon=":material/fact_check:",
            disabled=bool(unready) or not has_orders,
            key="check",
            help=_("Reads the whole of every file and says what is kept and what is set aside."),
        )
        if unready:
            st.caption(
                _("First put right what is asked of {files}, or take it out.").format(
                    files=ui.escaped(formats.listed(unready))
                )
            )
        elif not has_orders:
            st.caption(_("A data set needs orders: add the file that holds them."))
    if is_pressed:
        loading.ask_for_check(plans, upon)
        st.rerun()
    if problem := loading.check_problem():
        below.error(problem, icon=":material/error:")
    if checked:
        with below.container(border=True, key="results"):
            results(checked, currency)
            repeats(checked, upon, currency)
            if upon:
                add(checked, upon)
            else:
                keep(checked, currency)


def chosen_base(by_default: bool) -> DataSet | None:
    """The data set that the files are added to, by default those without orders; None if they make one of their own."""
    data = session.current_data()
    if data is None:
        return None
    is_added = st.checkbox(
        _("Add to {name}").format(name=ui.escaped(data.name)),
        value=by_default,
        key=f"add to {data.slug} {by_default}",
        help=_("What it holds stays, and the files come beside it as a new version."),
        on_change=loading.forget_check if loading.leaves_out() else None,  # what is held already depends on it
    )
    return data if is_added else None


def repeats(checked: Checked, upon: DataSet | None, currency: str) -> None:
    """What the files share, what the data set added to holds already, and the switch to leave it out."""
    said = [repeats_in_words(found, currency) for found in checked.repeats]
    if upon:
        said += [held_in_words(name, held, upon.name, currency) for name, held in loading.held_already(checked, upon)]
    for sentence in said:
        st.markdown(f":orange[:material/content_copy:] {ui.escaped(sentence)}")
    if said or loading.leaves_out():
        st.toggle(
            _("Leave out orders that are held already"),
            value=loading.leaves_out(),
            key="leave out held orders",
            on_change=loading.leave_out,
            args=(not loading.leaves_out(),),
            help=_("They are set aside with that reason. Check again afterwards."),
        )


def add(checked: Checked, upon: DataSet) -> None:
    """Add what was checked to a data set, as a new version of it."""
    if not st.button(
        _("Add to {name}").format(name=ui.escaped(upon.name)), type="primary", icon=":material/add_circle:", key="add"
    ):
        return
    try:
        with st.spinner(_("Laying out {name} by customer and day ...").format(name=upon.name), show_time=True):
            kept = loading.add_to(upon, checked)
    except CrmError as error:
        st.error(str(error), icon=":material/error:")
        return
    st.session_state[JUST_LOADED] = (kept.slug, kept.version)
    st.session_state[NEXT_VIEW] = LOADED
    st.rerun()


def chosen_currency(plans: list[Plan]) -> str:
    """The one currency of the data set: as the files show it, unless corrected."""
    files = {file.number: file for file in loading.incoming()}
    seen = [likely_currency(files[plan.number].source(plan.options), plan.mapping) for plan in plans]
    likely = next((code for code in seen if code), "")
    choices = ["", *CURRENCIES]
    chosen: str = st.selectbox(
        _("Currency"),
        choices,
        index=choices.index(likely),
        format_func=lambda code: f"{code} · {formats.currency_name(code)}" if code else _("not said"),
        key=f"currency {likely}",
        width=260,
        persist_state="session",
    )
    return chosen


def trial(plans: tuple[Plan, ...], upon: DataSet | None) -> None:
    """Load the files, telling how far it is; a press on Stop, or on anything else, ends it and leaves nothing.

    This stands outside the fragment of the page: only a press there ends a run that is under way.
    """
    place = st.empty()
    with place.container(border=True, horizontal=True, vertical_alignment="center", key="trial"):
        bar = st.progress(0.0)
        st.button(_("Stop"), icon=":material/stop_circle:", key="stop loading")
    began: dict[str, datetime] = {}

    def tell(name: str, progress: Progress) -> None:
        since = began.setdefault(name, session.now())
        bar.progress(progress.share, how_far(name, progress, (session.now() - since).total_seconds()))

    loading.check(plans, tell, upon)
    place.empty()


def how_far(name: str, progress: Progress, seconds: float) -> str:
    """A sentence under the bar: bytes and rows a second where the file is read, else the step."""
    file = ui.escaped(name)
    if progress.step != "read":
        return _("{file}: {step}").format(file=file, step=_(STEPS[progress.step]))
    if not (progress.done and seconds):
        return _("{file}: reading").format(file=file)
    left = seconds * (progress.total - progress.done) / progress.done
    return _("{file}: {done} of {total} read, {rows} rows a second, {left} s left").format(
        file=file,
        done=megabytes(progress.done),
        total=megabytes(progress.total),
        rows=formats.compact(progress.rows / seconds),
        left=formats.number(round(left)),
    )


def megabytes(count: int) -> str:
    return _("{count} MB").format(count=formats.number(count / 1e6, 0 if count >= 10e6 else 1))


def telling(bar: DeltaGenerator, name: str, progress: Progress) -> None:
    """Show on `bar` how far a file is."""
    bar.progress(
        progress.share,
        _("{file}: {step}, {done} of {total}").format(
            file=ui.escaped(name),
            step=_(STEPS[progress.step]),
            done=formats.compact(progress.done),
            total=formats.compact(progress.total),
        ),
    )


def results(checked: Checked, currency: str) -> None:
    """What became of each file: kept, set aside and why, in figures that add up."""
    for load in checked.loads:
        report = load.report
        adds_up = report.lines_add_up and report.amounts_add_up
        icon = ":green[:material/check_circle:]" if adds_up else ":red[:material/cancel:]"
        about = formats.labelled(
            f"**{ui.escaped(report.file_name)}**", ui.escaped(" · ".join(became(report, currency)))
        )
        st.markdown(f"{icon} {about}")
        for problem in problems(report):
            st.markdown(f":orange[:material/info:] {ui.escaped(problem)}")
        if report.reasons:
            aside_of(load.set_aside, report)


def aside_of(path: Path, report: QualityReport) -> None:
    """The reasons of one file with examples, and all of its rows to download."""
    with st.expander(_("Rows set aside, by reason"), icon=":material/rule:", key=f"aside {path.parent.name}"):
        st.dataframe(
            [
                {
                    _("Reason"): reason_text(counted.reason),
                    _("Rows"): formats.number(counted.rows),
                    _("Line"): example.line,
                    _("Column"): example.header or "",
                    _("Value as written"): example.value or "",
                }
                for counted in report.reasons
                for example in counted.examples[:3]
            ],
            hide_index=True,
            height="content",
            alt=_("Examples of rows set aside"),
        )
        st.download_button(
            _("Download all"),
            data=lambda: set_aside_file(path),
            file_name=f"{report.file_name} {_('set aside')}.csv",
            mime="text/csv",
            icon=":material/download:",
            key=f"download aside {path.parent.name}",
            on_click="ignore",
        )


def keep(checked: Checked, currency: str) -> None:
    """The two ways to keep what was checked."""
    shared = session.shared_data_sets()
    first = next(load.report.file_name for load in checked.loads if load.table_name == "orders")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            _("Name of the data set"),
            value=loading.suggested_name(checked),
            max_chars=80,
            key=f"name {first}",
            width=300,
        )
        replaces = st.selectbox(
            _("For everybody: new, or in place of"),
            [None, *shared],
            format_func=lambda slug: shared[slug] if slug else _("a new data set"),
            key="replaces",
            width=280,
        )
        has_name = bool(name.strip())
        for_me = st.button(
            _("Only for me"),
            icon=":material/person:",
            disabled=not has_name,
            help=_("Nobody else sees it, and it goes with this session."),
            key="for me",
        )
        for_all = st.button(
            _("Publish for everybody"), type="primary", icon=":material/groups:", disabled=not has_name, key="for all"
        )
    if not (for_me or for_all):
        return
    try:
        with st.spinner(_("Laying out {name} by customer and day ...").format(name=name.strip()), show_time=True):
            kept = (
                loading.keep_for_me(name.strip(), checked, currency)
                if for_me
                else loading.publish(shared[replaces] if replaces else name.strip(), checked, currency, replaces)
            )
    except CrmError as error:
        st.error(str(error), icon=":material/error:")
        return
    st.session_state[JUST_LOADED] = (kept.slug, kept.version)
    st.session_state[NEXT_VIEW] = LOADED
    st.rerun()
