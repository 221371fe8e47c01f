"""Value tiers: who is worth what, and who moves when the weights change."""

import streamlit as st

import ui
from crm_core import charts, formats
from crm_core.book import Book
from crm_core.language import _


def page() -> None:
    book = ui.current_book()
    ui.page_head(_("Value tiers"), _("Who is worth what, and who moves when the weights change?"), book)
    if book is None or book.is_empty:
        ui.explain_empty(book)
        return
    tuning(book)


@st.fragment
def tuning(book: Book) -> None:
    ui.weight_settings("value.weights", ["revenue", "margin", "growth"])
    tiers = book.value_tiers(ui.draft().value, ui.saved_scenario())
    ui.show_chart(charts.pyramid(tiers.summary, book.data.currency), "pyramid", selects=True)
    st.write(ui.moved_sentence(tiers.moved_customers, tiers.moved_revenue, book.data.currency))
    st.write(formats.money(tiers.revenue, book.data.currency))
    ui.customer_table(
        tiers.listing(),
        ["customer_id", "name", "tier_number", "score", "revenue", "risk", "band"],
        key="value",
        value=ui.draft().value,
        currency=book.data.currency,
        file_name="value-tiers",
    )
    ui.how_it_is_computed([_("x")], tiers.sql())
