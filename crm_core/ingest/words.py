"""What was understood of a file, how it is read and what became of it, in sentences."""

from collections.abc import Sequence

from crm_core import formats
from crm_core.ingest.date_question import DATE_ORDERS
from crm_core.ingest.duplicates import RepeatedOrders
from crm_core.ingest.mapping import AmountUnit, Mapping, found_by_content
from crm_core.ingest.quality import QualityReport
from crm_core.ingest.source import Dialect, SourceTable
from crm_core.ingest.together import Repeats
from crm_core.language import N_, _, ngettext
from crm_core.schema import TABLES

SELF_TOLD = {"parquet": "Parquet", "arrow": "Arrow", "json": "JSON"}  # formats that say themselves how they are read
DELIMITERS = {
    ",": N_("comma"),
    ";": N_("semicolon"),
    "\t": N_("tab"),
    "|": N_("bar"),
    "，": N_("full-width comma"),
    " ": N_("single space"),
    "": N_("white space"),
}
UNITS: dict[AmountUnit, str] = {
    "cent": N_("hundredths, such as cents"),
    "thousand": N_("thousands"),
    "ten_thousand": N_("tens of thousands (万)"),
    "million": N_("millions"),
    "hundred_million": N_("hundreds of millions (亿)"),
}


def understood(source: SourceTable) -> str:
    """What a file is, in a sentence."""
    lines = formats.number(source.line_count)
    if source.format in SELF_TOLD:
        return _("{kind}, {columns} columns, {lines} rows.").format(
            kind=SELF_TOLD[source.format], columns=len(source.headers), lines=lines
        )
    header = _header_place(source.dialect)
    if source.format == "workbook":
        return _("Workbook, sheet “{sheet}”, {header}, {lines} rows.").format(
            sheet=source.sheet, header=header, lines=lines
        )
    delimiter = DELIMITERS.get(source.dialect.delimiter, "") if source.dialect else ""
    return _("Text in {encoding}, fields parted by {delimiter}, {header}, {lines} lines.").format(
        encoding=source.encoding,
        delimiter=_(delimiter) if delimiter else f"“{source.dialect.delimiter if source.dialect else ''}”",
        header=header,
        lines=lines,
    )


def understood_together(sources: Sequence[SourceTable]) -> str:
    """What files that are read alike are, and where their prices come from."""
    said = understood(sources[0])
    if len(sources) > 1:
        said = _("{count} files, {lines} lines, read alike.").format(
            count=len(sources), lines=formats.number(sum(source.line_count for source in sources))
        )
    lookup = sources[0].lookup
    if not lookup:
        return said
    return formats.sentences(
        said,
        _("Prices are looked up in {file} by “{header}”").format(file=lookup.table.file_name, header=lookup.key),
    )


def _header_place(dialect: Dialect | None) -> str:
    if dialect is None or not dialect.has_header:
        return _("no header")
    if dialect.header_rows > 1:
        return _("header of {count} rows, the last on line {line}").format(
            count=dialect.header_rows, line=dialect.header_lines
        )
    return _("header on line {line}").format(line=dialect.header_lines)


def rules_in_words(mapping: Mapping) -> str:
    """The rules in force, in sentences; "" if the file is read as it stands."""
    said = []
    if mapping.unit_price and "quantity" in mapping.columns:
        said.append(
            _("Amount = “{quantity}” × “{price}”").format(
                quantity=mapping.columns["quantity"], price=mapping.unit_price
            )
        )
    if mapping.profit:
        said.append(_("Cost = amount − “{profit}”").format(profit=mapping.profit))
    if mapping.return_order_prefix:
        said.append(
            _("Orders whose number begins with “{prefix}” are returns").format(prefix=mapping.return_order_prefix)
        )
    if mapping.refund:
        said.append(_("“{header}” was paid back and is taken off the amount").format(header=mapping.refund))
    for unit in dict.fromkeys(mapping.units.values()):
        said.append(_("Amounts are in {unit}").format(unit=_(UNITS[unit])))
    if mapping.return_flag and mapping.return_values:
        said.append(
            _("Lines whose “{header}” is {values} are returns").format(
                header=mapping.return_flag, values=formats.listed(mapping.return_values)
            )
        )
    elif mapping.return_flag:
        said.append(_("“{header}” marks returns").format(header=mapping.return_flag))
    if mapping.status:
        said.append(
            _("Only orders whose “{header}” is {statuses} count").format(
                header=mapping.status, statuses=formats.listed(mapping.kept_statuses)
            )
        )
    if mapping.discount_is_rate:
        said.append(_("The discount is a share of the list price"))
    if mapping.date_order and mapping.date_order != "ymd":
        said.append(_("Dates are {order}").format(order=_(DATE_ORDERS[mapping.date_order])))
    if mapping.drop_exact_duplicates:
        said.append(_("Repeated lines are set aside"))
    return formats.sentences(*said)


def told_by_content_in_words(mapping: Mapping) -> str:
    """Which columns only the values told, because their headers say nothing; "" if none."""
    found = found_by_content(mapping)
    if not found:
        return ""
    table = TABLES[mapping.table]
    labels = {
        name: _(table.column(name).label) if name in table.column_names else _("Price of a piece") for name in found
    }
    pairs = [f"{labels[name]} = {header}" for name, header in found.items()]
    return _("The headers say nothing, so the columns were told by what they hold: {columns}. Please check.").format(
        columns=formats.listed(pairs)
    )


def became(report: QualityReport, currency: str) -> list[str]:
    """What became of a file: rows and amounts in and out, returns, the days covered."""
    said = [
        _("{rows} rows in = {kept} kept + {aside} set aside").format(
            rows=formats.number(report.rows_in),
            kept=formats.number(report.rows_kept),
            aside=formats.number(report.rows_set_aside),
        )
    ]
    if "amount" in TABLES[report.table].column_names:
        said.append(
            _("{amount} in = {kept} kept + {aside} set aside").format(
                amount=formats.money(report.amount_in, currency, exact=True),
                kept=formats.money(report.amount_kept, currency, exact=True),
                aside=formats.money(report.amount_set_aside, currency, exact=True),
            )
        )
    if report.empty_cells:
        said.append(
            ngettext("{count} empty cell beside them", "{count} empty cells beside them", report.empty_cells).format(
                count=formats.number(report.empty_cells)
            )
        )
    if report.return_rows:
        said.append(
            ngettext("{count} return among them", "{count} returns among them", report.return_rows).format(
                count=formats.number(report.return_rows)
            )
        )
    if report.first_day and report.last_day:
        said.append(
            _("{first} to {last}").format(
                first=formats.day_iso(report.first_day), last=formats.day_iso(report.last_day)
            )
        )
    return said


def same_content_in_words(file_name: str, other: str) -> str:
    """That a file came twice."""
    return _("{file} is {other} once more, byte for byte: loading both counts everything twice.").format(
        file=file_name, other=other
    )


def repeats_in_words(repeats: Repeats, currency: str) -> str:
    """What two files share."""
    if repeats.rows:
        return ngettext(
            "{count} row of {other} is in {file} too, alike in every column: {amount} would count twice. "
            "Do the files overlap?",
            "{count} rows of {other} are in {file} too, alike in every column: {amount} would count twice. "
            "Do the files overlap?",
            repeats.rows,
        ).format(
            count=formats.number(repeats.rows),
            other=repeats.other,
            file=repeats.file_name,
            amount=formats.money(repeats.amount, currency, exact=True),
        )
    return ngettext(
        "{count} order number of a customer is in {file} and in {other}, such as {examples}: what came later is "
        "then no purchase of its own. If numbers begin anew in each file, choose no column for them.",
        "{count} order numbers of a customer are in {file} and in {other}, such as {examples}: what came later is "
        "then no purchase of its own. If numbers begin anew in each file, choose no column for them.",
        repeats.orders,
    ).format(
        count=formats.number(repeats.orders),
        file=repeats.file_name,
        other=repeats.other,
        examples=formats.listed(repeats.examples),
    )


def held_in_words(file_name: str, held: RepeatedOrders, data_set: str, currency: str) -> str:
    """What of a file the data set it is added to holds already."""
    return ngettext(
        "{file}: {count} line ({amount}, {orders} orders) is in {data_set} already.",
        "{file}: {count} lines ({amount}, {orders} orders) are in {data_set} already.",
        held.lines,
    ).format(
        file=file_name,
        count=formats.number(held.lines),
        amount=formats.money(held.amount, currency, exact=True),
        orders=formats.number(held.orders),
        data_set=data_set,
    )
