"""The question that a column of dates leaves open, with its evidence."""

from crm_core import formats
from crm_core.ingest.dates import DateOrder, DateReading
from crm_core.language import N_, _

DATE_ORDERS: dict[DateOrder, str] = {
    "ymd": N_("year, month, day"),
    "dmy": N_("day, month, year"),
    "mdy": N_("month, day, year"),
}


def order_question_in_words(reading: DateReading) -> str:
    """That nothing shows the order of a column's dates, and which days each order would make of them."""
    said = [_("Nothing shows in which order {examples} are written.").format(examples=formats.listed(reading.examples))]
    said += [
        _("As {order} they run from {first} to {last}.").format(
            order=_(DATE_ORDERS[order]), first=formats.day_iso(first), last=formats.day_iso(last)
        )
        for order, (first, last) in reading.spans.items()
    ]
    return " ".join(said)
