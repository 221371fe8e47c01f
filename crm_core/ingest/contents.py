"""Which column of a file of orders is which, told from the values alone: `told_by_content`.

For files without a header, or with one that says nothing. Order numbers stay within a day, customers
come back on another, an order has one customer and may have several products; an amount grows with
the quantity, the price of a piece does not. What the values do not settle is left open and comes as
candidates to choose from: a wrong column must never pass in silence.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import permutations

from crm_core.ingest.cells import plain
from crm_core.ingest.source import SourceColumn, SourceTable

ENOUGH_GROUPS = 5  # orders of several lines, customers of several days: fewer prove nothing
NEARLY_ALL = 0.95
GROWS, GROWS_NOT = 0.4, 0.1  # rank correlation of a measure with the quantity: an amount, a price
DAYS_TO_DELIVERY = 60
LONGEST_NAME = 40
MOST_IDS = 12
FEWEST_ROWS = 10  # a shorter sample tells the day and no more

NOTHING_SAID = re.compile(
    r"(column|col|field|var|attribute|feature|unnamed|f|c|v|x|字段|列|欄位|栏位|栏|第)?"
    r"[ _.:#-]*(\d{1,3}|[a-z])?(列|栏|欄)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Told:
    """What the values say: our columns (and the price of a piece) that are sure, candidates for what is not.

    `candidates` names for a required column the headers it may be, the likeliest first.
    """

    columns: dict[str, str] = field(default_factory=dict)
    unit_price: str | None = None
    candidates: dict[str, tuple[str, ...]] = field(default_factory=dict)


def says_nothing(header: str) -> bool:
    """Whether a header is a mere number or place: "column 1", "F1", "字段1", "a"."""
    return NOTHING_SAID.fullmatch(plain(header)) is not None


def told_by_content(source: SourceTable) -> Told:
    """What the sample of a file of orders says of its columns, whatever their headers are."""
    columns = [_Values(column, source) for column in source.columns if column.content != "empty"]
    columns = [column for column in columns if len(column.distinct) > 1 or len(source.sample) == 1]
    days = _order_days(columns)
    day = days.sure
    if len(source.sample) < FEWEST_ROWS:
        return Told({"ordered_at": day.header} if day else {})
    measures = _measures(columns)
    used = {column.header for column in (*measures.all, *days.all)}
    ids = _ids([column for column in columns if column.header not in used], day)
    amount, price = _amount_or_price(measures, ids.products)
    sure = {
        "customer_id": ids.customer,
        "ordered_at": day,
        "amount": amount,
        "order_id": ids.order,
        "quantity": measures.quantity,
        "product_id": ids.product,
    }
    open_columns = {
        "customer_id": () if ids.customer else ids.customers,
        "ordered_at": () if day else days.all,
        "amount": () if amount or price else measures.money or measures.counts,
    }
    return Told(
        columns={name: column.header for name, column in sure.items() if column},
        unit_price=price.header if price else None,
        candidates={name: tuple(column.header for column in found) for name, found in open_columns.items() if found},
    )


class _Values:
    """The values of one column of the sample, row by row ("" where a cell is empty)."""

    def __init__(self, column: SourceColumn, source: SourceTable) -> None:
        self.header = column.header
        self.content = column.content
        self.filled_share = column.filled_share
        self.values = [(value or "").strip() for value in source.sample.column(column.header).to_pylist()]

    @cached_property
    def distinct(self) -> Counter[str]:
        return Counter(value for value in self.values if value)

    @cached_property
    def numbers(self) -> list[float | None]:
        return [_number(value) for value in self.values]

    @cached_property
    def known(self) -> list[float]:
        return [number for number in self.numbers if number is not None]

    @property
    def decimals_share(self) -> float:
        """The share of values written with decimals (0-1)."""
        return sum(bool(re.search(r"[.,]\d{1,4}\D*$", value)) for value in self.distinct) / len(self.distinct)

    @property
    def marked_share(self) -> float:
        """The share of values that carry the mark of a currency (0-1)."""
        return sum(bool(re.search(r"[$€£¥￥₩₹元円]", value)) for value in self.distinct) / len(self.distinct)

    @property
    def negative_share(self) -> float:
        return sum(number < 0 for number in self.known) / max(len(self.known), 1)

    @property
    def is_rate(self) -> bool:
        """Whether all values lie between 0 and 1, or are percentages."""
        return all(0 <= number <= 1 for number in self.known) or all(value.endswith("%") for value in self.distinct)

    @property
    def is_counter(self) -> bool:
        """Whether the values number the rows."""
        steps = [after - before for before, after in zip(self.known, self.known[1:], strict=False)]
        is_stepwise = len(steps) > 1 and sum(step == 1 for step in steps) >= 0.99 * len(steps)
        return is_stepwise and self.decimals_share < 0.02

    @property
    def is_code(self) -> bool:
        return any(re.fullmatch(r"0\d+", value) for value in self.distinct)

    @property
    def is_count(self) -> bool:
        """Whether the values may be numbers of pieces: whole, mostly small, often 1."""
        if self.is_code or self.content not in ("number", "flag") or self.decimals_share > 0.02 or self.is_counter:
            return False
        sizes = [abs(number) for number in self.known]
        ones, small = sizes.count(1), sum(size <= 100 for size in sizes)
        return ones >= 0.05 * len(sizes) and small >= 0.9 * len(sizes) and max(sizes, default=0) > 1


def _number(text: str) -> float | None:
    bare = re.sub(r"[^\d.,()-]", "", plain(text))
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})*,\d{1,2}", bare):
        bare = bare.replace(".", "").replace(",", ".")
    bare = bare.replace(",", "")
    if bare.startswith("(") and bare.endswith(")"):
        bare = f"-{bare[1:-1]}"
    try:
        return float(bare)
    except ValueError:
        return None


# ---------------------------------------------------------------------- days


@dataclass(frozen=True)
class _Days:
    sure: "_Values | None"
    all: tuple["_Values", ...]


def _order_days(columns: Sequence[_Values]) -> _Days:
    """The column of the order's day: the only date, or the first of dates that are never far apart."""
    dates = sorted((column for column in columns if column.content == "date"), key=lambda column: -column.filled_share)
    if len(dates) < 2:
        return _Days(dates[0] if dates else None, tuple(dates))
    ordinals = {column.header: [_ordinal(value) for value in column.values] for column in dates}
    for column in dates:
        others = [ordinals[other.header] for other in dates if other is not column]
        if all(_follows(ordinals[column.header], other) for other in others):
            return _Days(column, tuple(dates))
    return _Days(None, tuple(dates))


def _ordinal(text: str) -> int | None:
    """A rough count of days of a date that begins with its year."""
    match = re.match(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})", plain(text))
    return 372 * int(match[1]) + 31 * int(match[2]) + int(match[3]) if match else None


def _follows(first: Sequence[int | None], second: Sequence[int | None]) -> bool:
    """Whether the second day is nearly always the first one or a few weeks later."""
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None]
    return bool(pairs) and sum(0 <= b - a <= DAYS_TO_DELIVERY for a, b in pairs) >= NEARLY_ALL * len(pairs)


# ---------------------------------------------------------------------- measures


@dataclass(frozen=True)
class _Measures:
    """Columns of numbers: money, the likeliest amount first, and what may be numbers of pieces."""

    money: tuple[_Values, ...]
    counts: tuple[_Values, ...]
    product: tuple[_Values, _Values, _Values] | None  # quantity, price of a piece, amount
    others: tuple[_Values, ...] = ()

    @property
    def all(self) -> tuple[_Values, ...]:
        return (*self.money, *self.counts, *(self.product or ()), *self.others)

    @property
    def quantity(self) -> _Values | None:
        if self.product:
            return self.product[0]
        return self.counts[0] if len(self.counts) == 1 else None


def _measures(columns: Sequence[_Values]) -> _Measures:
    numeric = [column for column in columns if column.content in ("number", "flag") and not column.is_code]
    numeric = [column for column in numeric if column.known and not column.is_counter]
    rates = [column for column in numeric if column.is_rate]
    numeric = [column for column in numeric if not column.is_rate]
    money = [column for column in numeric if column.decimals_share >= 0.1 or column.marked_share >= 0.5]
    counts = [column for column in numeric if column.is_count and column not in money]
    product = _product(numeric)
    if product:
        return _Measures((product[2],), (), product, (*rates, *money))
    profits = [column for column in money if _is_profit(column, money)]
    money = [column for column in money if column not in profits]
    money.sort(key=lambda column: -sum(map(abs, column.known)) / len(column.known))
    return _Measures(tuple(money), tuple(counts), None, (*rates, *profits))


def _product(numeric: Sequence[_Values]) -> tuple[_Values, _Values, _Values] | None:
    """Quantity, price and amount: the only three columns of which two give the third."""
    found = [
        (first, second, third)
        for first, second, third in permutations(numeric[:MOST_IDS], 3)
        if _is_whole(first) and _gives(first, second, third)
    ]
    amounts = {third.header for _first, _second, third in found}
    if len(amounts) != 1:
        return None
    return max(found, key=lambda three: (not _is_whole(three[1]), three[0].is_count))


def _is_whole(column: _Values) -> bool:
    return all(number == int(number) for number in column.known)


def _gives(first: _Values, second: _Values, third: _Values) -> bool:
    """Whether first × second is third nearly always, and often something else than either."""
    rows = _common(first, second, third)
    if len(rows) < 2 or sum(abs(a) != 1 and abs(b) != 1 for a, b, _c in rows) < 0.05 * len(rows):
        return False
    return sum(abs(a * b - c) <= 0.011 + 0.001 * abs(c) for a, b, c in rows) >= NEARLY_ALL * len(rows)


def _common(*columns: _Values) -> list[tuple[float, ...]]:
    """The numbers of the rows in which every column has one."""
    return [row for row in zip(*(column.numbers for column in columns), strict=True) if None not in row]


def _is_profit(column: _Values, money: Sequence[_Values]) -> bool:
    """Whether a column falls below zero where another does not, and stays within it."""
    others = [other for other in money if other is not column]
    return column.negative_share >= 0.03 and any(
        _shares(_common(column, other), lambda row: row[0] >= 0 or row[1] >= 0) >= NEARLY_ALL
        and other.negative_share < 0.3 * column.negative_share
        for other in others
    )


def _shares(rows: Sequence[tuple[float, ...]], test: Callable[[tuple[float, ...]], bool]) -> float:
    return sum(map(test, rows)) / len(rows) if rows else 0.0


def _amount_or_price(measures: _Measures, products: Sequence[_Values]) -> tuple[_Values | None, _Values | None]:
    """The amount of a line, or else the price of a piece; neither where the values do not tell."""
    if measures.product:
        return measures.product[2], None
    if len(measures.money) != 1:
        return None, None
    money = measures.money[0]
    if not measures.counts:
        return money, None
    count = measures.quantity
    if count is None:
        return None, None
    rows = [row for row in _common(count, money) if row[0] and row[1]]
    returned = [row for row in rows if row[0] < 0]
    if len(returned) >= ENOUGH_GROUPS:
        if _shares(returned, lambda row: row[1] < 0) >= NEARLY_ALL:
            return money, None
        if _shares(returned, lambda row: row[1] > 0) >= NEARLY_ALL:
            return None, money
    grows = _rank_correlation([(abs(a), abs(b)) for a, b in rows])
    if grows >= GROWS:
        return money, None
    if grows <= GROWS_NOT and any(_is_price(product, count, money) for product in products):
        return None, money
    return None, None


def _is_price(product: _Values, count: _Values, money: _Values) -> bool:
    """Whether a product costs the same in whatever number it is bought."""
    last: dict[str, tuple[float, float]] = {}
    same = changed = 0
    for name, pieces, price in zip(product.values, count.numbers, money.numbers, strict=True):
        if not name or pieces is None or price is None:
            continue
        before = last.get(name)
        if before and before[0] != pieces:
            changed += 1
            same += before[1] == price
        last[name] = (pieces, price)
    return changed >= ENOUGH_GROUPS and same >= 0.5 * changed


def _rank_correlation(rows: Sequence[tuple[float, float]]) -> float:
    """Spearman's rank correlation with mean ranks for ties; 0 where one side never changes."""
    if len(rows) < ENOUGH_GROUPS:
        return 0.0
    first, second = (_ranks([row[side] for row in rows]) for side in (0, 1))
    middle = (len(rows) - 1) / 2
    together = sum((a - middle) * (b - middle) for a, b in zip(first, second, strict=True))
    spread = sum((a - middle) ** 2 for a in first) * sum((b - middle) ** 2 for b in second)
    return float(together / spread**0.5) if spread else 0.0


def _ranks(values: Sequence[float]) -> list[float]:
    counts = Counter(values)
    rank_of, before = {}, 0
    for value in sorted(counts):
        rank_of[value] = before + (counts[value] - 1) / 2
        before += counts[value]
    return [rank_of[value] for value in values]


# ---------------------------------------------------------------------- ids


@dataclass(frozen=True)
class _Ids:
    customer: _Values | None
    order: _Values | None
    product: _Values | None
    customers: tuple[_Values, ...]  # what may be the customer, the likeliest first
    products: tuple[_Values, ...]


def _ids(columns: Sequence[_Values], day: _Values | None) -> _Ids:
    """Customer, order and product among columns of codes and names."""
    named = [column for column in columns if _may_be_id(column)][:MOST_IDS]
    if day is None:
        return _Ids(None, None, None, tuple(named), ())
    days = [value[:10] for value in day.values]
    order = _order(named, days)
    again = [column for column in named if column is not order and _comes_again(column, days)]
    again.sort(key=lambda column: (column.content == "text", -len(column.distinct)))
    if order is None:
        codes = [column for column in again if column.content != "text"]
        sure = (
            codes[0] if codes and all(_goes_with(codes[0], other) for other in named if other is not codes[0]) else None
        )
        return _Ids(sure, None, None, tuple(again or named), tuple(again))
    whose = {column.header: _decides(order, column) for column in again}
    customers = [column for column in again if whose[column.header] >= 0.97]
    products = [column for column in again if whose[column.header] < 0.9]
    return _Ids(_leading(customers), order, _leading(products), tuple(customers or again or named), tuple(products))


def _may_be_id(column: _Values) -> bool:
    length = sum(map(len, column.distinct)) / len(column.distinct)
    is_whole = column.content != "number" or column.decimals_share < 0.02
    return (
        column.content in ("id", "text", "number")
        and is_whole
        and not column.is_counter
        and length <= LONGEST_NAME
        and len(column.distinct) > 2
    )


def _groups(column: _Values, days: Sequence[str]) -> dict[str, list[str]]:
    """The days of each value that stands in several rows."""
    found: dict[str, list[str]] = {}
    for value, day in zip(column.values, days, strict=True):
        if value and day:
            found.setdefault(value, []).append(day)
    return {value: of_value for value, of_value in found.items() if len(of_value) > 1}


def _order(columns: Sequence[_Values], days: Sequence[str]) -> _Values | None:
    """The only column of codes that come in several lines, of one day each, and more of them than days."""
    found = []
    for column in columns:
        groups = _groups(column, days)
        one_day = sum(len(set(of_value)) == 1 for of_value in groups.values())
        if (
            column.content in ("id", "number")
            and len(groups) >= ENOUGH_GROUPS
            and one_day >= 0.97 * len(groups)
            and len(column.distinct) > 1.5 * len(set(days))
        ):
            found.append(column)
    return found[0] if len(found) == 1 else None


def _comes_again(column: _Values, days: Sequence[str]) -> bool:
    """Whether values come back on another day, and are not merely a few kinds."""
    groups = _groups(column, days)
    again = sum(len(set(of_value)) > 1 for of_value in groups.values())
    return again >= ENOUGH_GROUPS and again >= 0.1 * len(groups) and len(column.distinct) >= 0.002 * len(days)


def _decides(first: _Values, second: _Values) -> float:
    """The share of values of `first` in several rows that go with one value of `second` (0-1)."""
    found: dict[str, set[str]] = {}
    rows: Counter[str] = Counter()
    for one, other in zip(first.values, second.values, strict=True):
        if one and other:
            found.setdefault(one, set()).add(other)
            rows[one] += 1
    several = [value for value, count in rows.items() if count > 1]
    if len(several) < ENOUGH_GROUPS:
        return 0.0
    return sum(len(found[value]) == 1 for value in several) / len(several)


def _goes_with(first: _Values, second: _Values) -> bool:
    """Whether two columns number the same things."""
    return _decides(first, second) >= 0.97 and _decides(second, first) >= 0.97


def _leading(columns: Sequence[_Values]) -> _Values | None:
    """The column that decides all others of its kind: a code before the name that goes with it."""
    for column in columns:
        others = [other for other in columns if other is not column]
        if all(_decides(column, other) >= 0.9 or len(other.distinct) < 0.1 * len(column.distinct) for other in others):
            return column
    return None
