"""The controls of one file about to be loaded: how it is read, which column is which, which rules hold."""

import hashlib
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from typing import Any, TypeVar

import streamlit as st

from crm_core import formats
from crm_core.ingest import Mapping, ReadingOptions, SourceTable
from crm_core.ingest.contents import says_nothing
from crm_core.ingest.date_question import DATE_ORDERS, order_question_in_words
from crm_core.ingest.mapping import AmountUnit
from crm_core.ingest.source import FIRST_YEAR, LAST_YEAR, TYPOGRAPHIC
from crm_core.ingest.units import told_units
from crm_core.ingest.words import DELIMITERS, SELF_TOLD, UNITS
from crm_core.language import N_, _
from crm_core.schema import TABLES, Column
from ui.frame import escaped
from ui.loading.incoming import Together

QUOTES = {'"': '"', "'": "'", TYPOGRAPHIC: "“ ”", "": N_("none")}
ESCAPES = {"": N_('doubled: ""'), "\\": N_('after a backslash: \\"')}
SHORT_ROWS = {True: N_("filled up with empty cells"), False: N_("set aside")}
ENCODINGS = (
    "utf-8",
    "gb18030",
    "big5hkscs",
    "cp932",
    "euc_jp",
    "cp949",
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "iso8859-2",
    "koi8-r",
    "cp866",
    "cp850",
    "cp852",
    "mac-roman",
    "utf-16-le",
    "utf-16-be",
)
DECIMAL_MARKS = {".": N_("point: 1,234.50"), ",": N_("comma: 1.234,50")}
LONGEST_SAMPLE = 28
MOST_VALUES = 50
Choice = TypeVar("Choice")
KEPT: Any = "session"  # what is chosen here outlasts a visit to another page


# ---------------------------------------------------------------------- how it is read


def reading_options(file: Together, found: SourceTable | None) -> ReadingOptions:
    """What the person says of encoding, delimiter, header and sheet; `found` is what was understood alone."""
    key = f"reading {file.number}"
    if found is not None and found.format in SELF_TOLD:
        st.caption(_("A {kind} file says all of this itself.").format(kind=SELF_TOLD[found.format]))
        return ReadingOptions()
    header_line = st.number_input(
        _("Line of the header"),
        min_value=0,
        value=None,
        step=1,
        placeholder=_("found by itself"),
        help=_("0 if the file has no header."),
        key=f"{key} header",
        persist_state=KEPT,
    )
    header_rows = st.number_input(
        _("Rows of the header"),
        min_value=1,
        max_value=10,
        value=None,
        step=1,
        placeholder=_("found by itself"),
        help=_("The names of several rows are joined to one for each column, such as “2024 Q1”."),
        key=f"{key} header rows",
        persist_state=KEPT,
    )
    if found is not None and found.format == "workbook":
        sheet = _choice(_("Sheet"), {name: name for name in found.sheets}, found.sheet, f"{key} sheet")
        return ReadingOptions(header_line=header_line, header_rows=header_rows, sheet=sheet)
    dialect = found.dialect if found else None
    return ReadingOptions(
        header_line=header_line,
        header_rows=header_rows,
        encoding=_choice(
            _("Encoding"), {name: name for name in ENCODINGS}, found.encoding if found else None, f"{key} encoding"
        ),
        delimiter=_choice(
            _("Fields parted by"), DELIMITERS, dialect.delimiter if dialect else None, f"{key} delimiter"
        ),
        quote=_choice(_("Quotation mark"), QUOTES, dialect.quote if dialect else None, f"{key} quote"),
        escape=_choice(
            _("A quotation mark inside quotes"), ESCAPES, dialect.escape if dialect else None, f"{key} escape"
        ),
        pad_short_rows=_choice(
            _("Rows with too few fields"), SHORT_ROWS, dialect.pad_short_rows if dialect else None, f"{key} short rows"
        ),
    )


def with_months(file: Together, found: SourceTable | None, options: ReadingOptions) -> ReadingOptions:
    """Whether a table with one column a month is read as one row a month."""
    if found is None:
        return options
    key = f"reading {file.number} months"
    if found.lacks_year:
        year = st.number_input(
            _("Year of the months"),
            min_value=FIRST_YEAR,
            max_value=LAST_YEAR,
            value=None,
            step=1,
            placeholder=_("not said"),
            help=_("Each column that names a month is then read as rows of that year."),
            key=f"{key} year",
            persist_state=KEPT,
        )
        return options.model_copy(update={"months_year": year}) if year else options
    if found.months is None:
        return options
    st.session_state.setdefault(key, True)
    is_on = st.toggle(
        _("Read one column a month as rows"),
        key=key,
        help=_("Each filled cell under a month becomes a row with that month's first day and the cell as its amount."),
        persist_state=KEPT,
    )
    return options if is_on else options.model_copy(update={"months_as_rows": False})


def _choice(label: str, choices: Dictionary[Choice, str], found: Choice | None, key: str) -> Choice | None:
    """One of `choices`, or None to leave it as it was found."""

    def shown(value: Choice | None) -> str:
        if value is not None:
            return _(choices[value])
        if found is None:
            return _("as found")
        return _("as found: {value}").format(value=_(choices.get(found, str(found))))

    given = st.session_state.get(key)
    if given is not None:
        choices = {**choices, given: choices.get(given, given)}  # a mapping file may name one we do not offer
    chosen: Choice | None = st.selectbox(label, [None, *choices], format_func=shown, key=key, persist_state=KEPT)
    return chosen


def choose_reading(number: int, reading: ReadingOptions) -> None:
    """Set the controls of a file, before they are drawn, to what `reading` says."""
    chosen = {
        "header": reading.header_line,
        "header rows": reading.header_rows,
        "sheet": reading.sheet,
        "encoding": reading.encoding,
        "delimiter": reading.delimiter,
        "quote": reading.quote,
        "escape": reading.escape,
        "short rows": reading.pad_short_rows,
        "months": reading.months_as_rows is not False,
        "months year": reading.months_year,
    }
    for control, value in chosen.items():
        key = f"reading {number} {control}"
        if st.session_state.get(key) != value:  # a box that was not touched goes on to say what was found
            st.session_state[key] = value


# ---------------------------------------------------------------------- which column is which


def mapping_controls(file: Together, options: ReadingOptions, guess: Mapping) -> Mapping:
    """A select box for each of our columns, samples beside it: required ones first, then those found."""
    source = file.source(options)
    key = _key(file, options, guess)
    table = TABLES[guess.table]
    is_remembered = file.is_remembered(options, guess)
    required = [column for column in table.columns if column.required]
    found = [column for column in table.columns if not column.required and column.name in guess.columns]
    others = [column for column in table.columns if not column.required and column.name not in guess.columns]
    chosen = {column.name: _mapped(column, source, guess, key, is_remembered) for column in required}
    price = guess.unit_price
    if guess.table == "orders" and chosen["amount"] is None:
        price = _price(source, guess, key)
    for column in found:
        chosen[column.name] = _mapped(column, source, guess, key, is_remembered)
    if others:
        with st.expander(
            _("More columns that can be loaded: {columns}").format(
                columns=formats.listed(_(column.label) for column in others)
            ),
            key=f"{key} more",
        ):
            for column in others:
                chosen[column.name] = _mapped(column, source, guess, key, is_remembered)
    columns = {name: header for name in table.column_names if (header := chosen.get(name)) is not None}
    dates = [column.name for column in table.columns if column.kind == "instant"]
    has_same_dates = all(columns.get(name) == guess.columns.get(name) for name in dates)
    return guess.model_copy(
        update={
            "columns": columns,
            "unit_price": price if "amount" not in columns else None,
            "date_order": guess.date_order if has_same_dates else None,
        }
    )


def _mapped(column: Column, source: SourceTable, guess: Mapping, key: str, is_remembered: bool) -> str | None:
    """The header that stands for one of our columns, with samples of it."""
    label, select, sample = st.columns([5, 6, 8], vertical_alignment="center", gap="small")
    mark = " :red[\\*]" if column.required else ""
    label.markdown(f"{_(column.label)}{mark}", help=_(column.description))
    guessed = guess.columns.get(column.name)
    chosen = _header(_(column.label), source, guessed, f"{key} {column.name}", select)
    note = ""
    if chosen is not None and chosen == guessed:
        by_content = f" :orange-badge[{_('by what it holds')}]"
        guess_note = by_content if says_nothing(chosen) else f" :gray-badge[{_('guessed')}]"
        note = f" :blue-badge[{_('as last time')}]" if is_remembered else guess_note
    absent = _("or made from price and quantity") if column.name == "amount" else _("not in this file")
    sample.caption((_samples(source, chosen) if chosen else f":gray[{absent}]") + note)
    return chosen


def _price(source: SourceTable, guess: Mapping, key: str) -> str | None:
    """Where no column holds amounts: the one with the price of a piece, which makes them with the quantity."""
    label, select, sample = st.columns([5, 6, 8], vertical_alignment="center", gap="small")
    label.markdown(
        f"↳ {_('or price of a piece')}", help=_("The amount of a line is then its quantity times this price.")
    )
    chosen = _header(_("Price of a piece"), source, guess.unit_price, f"{key} price", select)
    sample.caption(
        f"{_samples(source, chosen)} :gray-badge[{_('amount = quantity × price')}]"
        if chosen
        else f":gray[{_('not in this file')}]"
    )
    return chosen


def _header(label: str, source: SourceTable, guessed: str | None, key: str, place: Any = st) -> str | None:
    choices = [None, *source.headers]
    chosen: str | None = place.selectbox(
        label,
        choices,
        index=choices.index(guessed) if guessed in choices else 0,
        format_func=lambda header: header or "–",
        key=key,
        label_visibility="collapsed",
        persist_state=KEPT,
    )
    return chosen


def _samples(source: SourceTable, header: str) -> str:
    shown: list[str] = []
    for value in source.column(header).samples[:3]:
        if shown and sum(map(len, shown)) + len(value) > LONGEST_SAMPLE:
            break
        shown.append(value if len(value) <= LONGEST_SAMPLE else f"{value[: LONGEST_SAMPLE - 1]}…")
    return escaped(" · ".join(shown)) or _("empty")


def candidates_in_words(file: Together, options: ReadingOptions, mapping: Mapping) -> list[str]:
    """For each required column that is wanting: what it could be by what the columns hold, with samples."""
    source = file.source(options)
    table = TABLES[mapping.table]
    return [
        _("{column} could be {candidates}.").format(
            column=_(table.column(name).label),
            candidates=formats.listed(f"{header} ({_plain_samples(source, header)})" for header in headers[:3]),
        )
        for name, headers in file.candidates(options, mapping).items()
    ]


def _plain_samples(source: SourceTable, header: str) -> str:
    return " · ".join(value[:LONGEST_SAMPLE] for value in source.column(header).samples[:2])


# ---------------------------------------------------------------------- rules


def rules(file: Together, options: ReadingOptions, guess: Mapping, mapping: Mapping) -> Mapping:
    """How dates, numbers, returns and statuses are read."""
    source = file.source(options)
    key = _key(file, options, guess)
    dates = st.selectbox(
        _("Dates begin with"),
        [None, *DATE_ORDERS],
        index=[None, *DATE_ORDERS].index(mapping.date_order),
        format_func=lambda order: _(DATE_ORDERS[order]) if order else _("as the column shows"),
        key=f"{key} dates {sorted(mapping.columns.items())}"
        if mapping.date_order != guess.date_order
        else f"{key} dates",
        persist_state=KEPT,
    )
    mapping = mapping.model_copy(update={"date_order": dates})
    for dates_read in file.questions(options, mapping).values():
        choose = _("Say which above; a wrong choice moves orders by months or years.")
        st.warning(f"{escaped(order_question_in_words(dates_read))} {choose}", icon=":material/help:")
    mark = st.selectbox(
        _("Decimal mark"),
        [None, *DECIMAL_MARKS],
        index=[None, *DECIMAL_MARKS].index(mapping.decimal_mark),
        format_func=lambda value: _(DECIMAL_MARKS[value]) if value else _("as each column shows"),
        key=f"{key} mark",
        persist_state=KEPT,
    )
    mapping = mapping.model_copy(update={"decimal_mark": mark})
    if mapping.table == "orders":
        mapping = _order_rules(source, guess, mapping, key)
    drop = st.checkbox(
        _("Set aside lines that repeat another letter for letter"),
        value=guess.drop_exact_duplicates,
        key=f"{key} duplicates",
        persist_state=KEPT,
    )
    return mapping.model_copy(update={"drop_exact_duplicates": drop})


def _order_rules(source: SourceTable, guess: Mapping, mapping: Mapping, key: str) -> Mapping:
    """Which lines are returns, which orders count, and what cost and discount are."""
    prefix = st.text_input(
        _("Order numbers of returns begin with"),
        value=guess.return_order_prefix or "",
        placeholder=_("returns are negative amounts"),
        max_chars=8,
        key=f"{key} prefix",
        persist_state=KEPT,
    )
    flag = _extra(_("Column that marks returns"), source, guess.return_flag, f"{key} flag")
    marking = _return_values(source, guess, flag, key) if flag else ()
    refund = _extra(_("Column with what was paid back"), source, guess.refund, f"{key} refund")
    status = _extra(_("Column with the status of the order"), source, guess.status, f"{key} status")
    kept: Sequence[str] = ()
    if status:
        values = sorted(set(source.sample_values(status)))
        default = [value for value in guess.kept_statuses if value in values] if status == guess.status else values
        kept = st.multiselect(
            _("Statuses that count"), values, default=default, key=f"{key} kept {status}", persist_state=KEPT
        )
    profit = None
    if "cost" not in mapping.columns:
        profit = _extra(_("Column with the profit (cost = amount − profit)"), source, guess.profit, f"{key} profit")
    is_rate = False
    if "discount" in mapping.columns:
        is_rate = st.checkbox(
            _("The discount is a share of the list price, not money"),
            value=guess.discount_is_rate,
            key=f"{key} rate",
            persist_state=KEPT,
        )
    return mapping.model_copy(
        update={
            "return_order_prefix": prefix.strip() or None,
            "return_flag": flag,
            "return_values": marking,
            "refund": refund,
            "units": _units(source, guess, mapping, key),
            "status": status,
            "kept_statuses": tuple(kept) if status else (),
            "profit": profit,
            "discount_is_rate": is_rate,
        }
    )


def _return_values(source: SourceTable, guess: Mapping, flag: str, key: str) -> tuple[str, ...]:
    """Which values of a column mark returns; none where it says yes or no itself."""
    if source.column(flag).content == "flag":
        return ()
    values = sorted(set(source.sample_values(flag)))[:MOST_VALUES]
    default = [value for value in guess.return_values if value in values] if flag == guess.return_flag else []
    return tuple(
        st.multiselect(
            _("Values that mark returns"), values, default=default, key=f"{key} marking {flag}", persist_state=KEPT
        )
    )


def _units(source: SourceTable, guess: Mapping, mapping: Mapping, key: str) -> dict[str, AmountUnit]:
    """What the amounts count; a column of money whose header names no unit of its own follows them."""
    found = guess.units.get("amount") or guess.units.get("unit_price")
    choices: list[AmountUnit | None] = [None, *UNITS]
    chosen = st.selectbox(
        _("Amounts are in"),
        choices,
        index=choices.index(found),
        format_func=lambda unit: _(UNITS[unit]) if unit else _("the currency itself"),
        key=f"{key} unit",
        persist_state=KEPT,
    )
    return told_units(source, mapping, chosen)


def _extra(label: str, source: SourceTable, guessed: str | None, key: str) -> str | None:
    choices = [None, *source.headers]
    chosen: str | None = st.selectbox(
        label,
        choices,
        index=choices.index(guessed) if guessed in choices else 0,
        format_func=lambda header: header or "–",
        key=key,
        persist_state=KEPT,
    )
    return chosen


def _key(file: Together, options: ReadingOptions, guess: Mapping) -> str:
    """Read in another way, as another table or by a mapping from elsewhere, the columns are asked for anew."""
    digest = hashlib.sha256(f"{options!r} {guess.model_dump_json()}".encode()).hexdigest()[:8]
    return f"map {file.number} {digest}"
