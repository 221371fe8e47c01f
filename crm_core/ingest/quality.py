"""What a load did, as figures that must add up, and what to look at, as sentences."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from crm_core import formats
from crm_core.ingest.amounts import DecimalMark
from crm_core.ingest.dates import DateOrder
from crm_core.ingest.mapping import Mapping
from crm_core.language import N_, _, ngettext

# Twice the standard error of DuckDB's estimate, which is 0.026 to 0.031 over a hundred columns of random values.
DISTINCT_ERROR_SHARE = 0.06
COUNTED_EXACTLY = 1_000_000  # rows

REASONS: dict[str, str] = {
    "broken_quote": N_("A quotation mark that is never closed, or has text after it"),
    "too_many_fields": N_("More fields than the table has columns"),
    "too_few_fields": N_("Fewer fields than the table has columns"),
    "comment_line": N_("A remark, not a row"),
    "repeated_header": N_("The header again"),
    "line_too_long": N_("The line is too long to be a row"),
    "broken_json": N_("The line is no whole object"),
    "total_line": N_("A total, not a row"),
    "status_not_counted": N_("The status of the order does not count"),
    "missing_customer": N_("No customer"),
    "missing_date": N_("No date"),
    "missing_amount": N_("No amount"),
    "missing_value": N_("A required value is missing"),
    "unreadable_date": N_("The date cannot be read"),
    "implausible_date": N_("The date is before 1990 or more than a year ahead"),
    "unreadable_amount": N_("The amount cannot be read"),
    "unreadable_value": N_("A required value cannot be read"),
    "implausible_amount": N_("The amount is too large to be one"),
    "shifted_row": N_("The values have slipped into the wrong columns"),
    "duplicate_line": N_("The line repeats another letter for letter"),
    "order_held_already": N_("The order stands in an earlier file already"),
    "repeated_customer": N_("A fuller row of the same customer stands for it"),
}
# Reasons found in the values of a row; for any other the row is kept as it stands in the file.
OF_VALUES = frozenset(list(REASONS)[list(REASONS).index("status_not_counted") :]) | {"repeated_header"}


def reason_text(code: str) -> str:
    """The reason behind a code, in the language spoken; the code itself if it is unknown."""
    return _(REASONS[code]) if code in REASONS else code


class Example(BaseModel):
    """A place in the file: physical line, header (none for the whole row), the value as written."""

    model_config = ConfigDict(frozen=True)

    line: int
    header: str | None
    value: str | None


class ReasonCount(BaseModel):
    """How many rows were set aside for one reason, and the first of them."""

    model_config = ConfigDict(frozen=True)

    reason: str
    rows: int
    examples: tuple[Example, ...]


class ColumnQuality(BaseModel):
    """One column of what was kept. `distinct_count` is exact for customers and up to a million rows.

    Beyond that it is estimated (`distinct_is_estimated`) and seldom off by more than `DISTINCT_ERROR_SHARE`.
    `unreadable_count` cells of an optional column could not be read and were left empty; their rows
    were kept. `outlier_count` numbers lie far from `median` (of sizes, signs aside); see `outliers`.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    header: str | None
    filled_count: int
    distinct_count: int
    lowest: str | None
    highest: str | None
    unreadable_count: int = 0
    examples: tuple[Example, ...] = ()
    median: str | None = None
    outlier_count: int = 0
    outliers: tuple[Example, ...] = ()
    distinct_is_estimated: bool = False


class Undecided(BaseModel):
    """A question the file leaves open: how it was answered for now, and the values that raise it."""

    model_config = ConfigDict(frozen=True)

    question: str
    header: str
    answer: str
    examples: tuple[str, ...]


class QualityReport(BaseModel):
    """What came in and where it went. Lines are physical lines, rows are records, amounts are exact.

    `lines_in = header_lines + blank_lines + continued_lines + rows_kept + rows_set_aside + rows_put_right`,
    and where one line gave several rows `lines_in + added_rows` is that and the `empty_cells`.
    `amount_in = amount_kept + amount_set_aside + amount_put_right` over the rows whose amount can be
    read. Rows put right were set aside and then corrected by hand: they came in again as a load of
    their own. `date_order` and `decimal_mark` are how the order's day and amount were read.
    """

    model_config = ConfigDict(frozen=True)

    file_name: str
    table: str
    mapping: Mapping
    encoding: str = ""
    lines_in: int
    header_lines: int
    blank_lines: int
    continued_lines: int
    added_rows: int = 0
    empty_cells: int = 0
    rows_kept: int
    rows_set_aside: int
    rows_put_right: int = 0
    amount_in: Decimal = Decimal(0)
    amount_kept: Decimal = Decimal(0)
    amount_set_aside: Decimal = Decimal(0)
    amount_put_right: Decimal = Decimal(0)
    return_rows: int = 0
    first_day: date | None = None
    last_day: date | None = None
    reasons: tuple[ReasonCount, ...] = ()
    columns: tuple[ColumnQuality, ...] = ()
    date_order: DateOrder | None = None
    headers: tuple[str, ...] = ()  # of the cells of its rows
    wide_headers: tuple[str, ...] = ()  # of its lines, where each month has a column of its own
    decimal_mark: DecimalMark | None = None
    exact_duplicates: int = 0
    exact_duplicates_amount: Decimal = Decimal(0)
    busiest_day: date | None = None
    busiest_day_share: float = 0.0
    days_ahead_rows: int = 0
    damaged_ids: int = 0
    bad_byte_count: int = 0
    nul_count: int = 0
    currencies: tuple[str, ...] = ()
    undecided: tuple[Undecided, ...] = ()

    @property
    def lines_add_up(self) -> bool:
        """Whether every line that came in is accounted for."""
        no_rows = self.header_lines + self.blank_lines + self.continued_lines + self.empty_cells
        return self.lines_in + self.added_rows == no_rows + self.rows_in

    @property
    def amounts_add_up(self) -> bool:
        """Whether every amount that could be read is accounted for, to the last digit."""
        return self.amount_in == self.amount_kept + self.amount_set_aside + self.amount_put_right

    @property
    def rows_in(self) -> int:
        """Rows that came in: kept, set aside or put right."""
        return self.rows_kept + self.rows_set_aside + self.rows_put_right


def distinct_text(column: ColumnQuality) -> str:
    """How many different values a column has; an estimate says that it is one, and how far it may be off."""
    if not column.distinct_is_estimated:
        return formats.number(column.distinct_count)
    return _("about {count} (± {error})").format(
        count=formats.compact(column.distinct_count), error=formats.percent(DISTINCT_ERROR_SHARE, digits=0)
    )


def problems(report: QualityReport) -> list[str]:
    """What a person should look at, the gravest first; empty if nothing stands out."""
    found: list[str] = []
    checks: tuple[Callable[[QualityReport], list[str]], ...] = (
        _sums_that_differ,
        _rows_set_aside,
        _questions,
        _cells_left_empty,
        _dates_to_check,
        _values_to_check,
    )
    for check in checks:
        found.extend(check(report))
    return found


def _sums_that_differ(report: QualityReport) -> list[str]:
    found = []
    if not report.lines_add_up:
        found.append(_("The lines do not add up: please report this file."))
    if not report.amounts_add_up:
        found.append(_("The amounts do not add up: please report this file."))
    return found


def _rows_set_aside(report: QualityReport) -> list[str]:
    found = []
    for counted in report.reasons:
        lines = formats.listed(formats.number(example.line) for example in counted.examples[:3])
        found.append(
            ngettext(
                "{rows} of {all} rows is set aside: {reason} (line {lines}).",
                "{rows} of {all} rows are set aside: {reason} (first on lines {lines}).",
                counted.rows,
            ).format(
                rows=formats.number(counted.rows),
                all=formats.number(report.rows_in),
                reason=reason_text(counted.reason).lower(),
                lines=lines,
            )
        )
    return found


def _questions(report: QualityReport) -> list[str]:
    return [
        _(
            "“{header}” could be read in two ways, such as {examples}; it was read with “{answer}”. Please check."
        ).format(header=question.header, examples=formats.listed(question.examples), answer=question.answer)
        for question in report.undecided
    ]


def _cells_left_empty(report: QualityReport) -> list[str]:
    return [
        ngettext(
            "{count} value of “{header}” cannot be read and was left empty, such as {example}.",
            "{count} values of “{header}” cannot be read and were left empty, such as {example}.",
            column.unreadable_count,
        ).format(
            count=formats.number(column.unreadable_count),
            header=column.header or column.name,
            example=column.examples[0].value if column.examples else "",
        )
        for column in report.columns
        if column.unreadable_count
    ]


def _dates_to_check(report: QualityReport) -> list[str]:
    found = []
    if report.days_ahead_rows:
        found.append(
            ngettext(
                "{count} row has a date in the future.",
                "{count} rows have a date in the future.",
                report.days_ahead_rows,
            ).format(count=formats.number(report.days_ahead_rows))
        )
    if report.busiest_day and report.busiest_day_share >= 0.2 and report.rows_kept >= 50:
        found.append(
            _("{share} % of the rows fall on one day, {day}: perhaps a migration date.").format(
                share=round(100 * report.busiest_day_share), day=report.busiest_day.isoformat()
            )
        )
    return found


def _far_away(report: QualityReport) -> list[str]:
    return [
        ngettext(
            "{count} value of “{header}” lies far from the others, such as {example} on line {line}; "
            "half of them are below {median}.",
            "{count} values of “{header}” lie far from the others, such as {example} on line {line}; "
            "half of them are below {median}.",
            column.outlier_count,
        ).format(
            count=formats.number(column.outlier_count),
            header=column.header or column.name,
            example=column.outliers[0].value,
            line=formats.number(column.outliers[0].line),
            median=column.median,
        )
        for column in report.columns
        if column.outlier_count
    ]


def _values_to_check(report: QualityReport) -> list[str]:
    found = []
    if report.exact_duplicates and not report.mapping.drop_exact_duplicates:
        found.append(
            ngettext(
                "{count} line repeats another letter for letter ({amount}). It is kept unless you say otherwise.",
                "{count} lines repeat another letter for letter ({amount}). They are kept unless you say otherwise.",
                report.exact_duplicates,
            ).format(
                count=formats.number(report.exact_duplicates),
                amount=formats.money(report.exact_duplicates_amount, "", exact=True),
            )
        )
    found.extend(_far_away(report))
    if report.damaged_ids:
        found.append(
            ngettext(
                "{count} id looks like 1.23E+11: a spreadsheet has shortened it. Export it again as text.",
                "{count} ids look like 1.23E+11: a spreadsheet has shortened them. Export them again as text.",
                report.damaged_ids,
            ).format(count=formats.number(report.damaged_ids))
        )
    if len(report.currencies) > 1:
        found.append(
            _("The amounts are in several currencies ({currencies}); a data set has one.").format(
                currencies=formats.listed(report.currencies)
            )
        )
    if report.bad_byte_count:
        found.append(
            ngettext(
                "{count} place does not decode as {encoding}.",
                "{count} places do not decode as {encoding}.",
                report.bad_byte_count,
            ).format(count=formats.number(report.bad_byte_count), encoding=report.encoding)
        )
    return found
