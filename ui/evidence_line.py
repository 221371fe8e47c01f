"""What history says of the churn settings in force, in one line beside the sliders."""

import streamlit as st

from crm_core.book import Book
from crm_core.errors import NotEnoughData, NotEnoughMemory
from crm_core.language import _
from crm_core.settings import ChurnSettings
from ui import places
from ui.frame import escaped


def evidence_line(book: Book, settings: ChurnSettings) -> None:
    """What the high cut would have caught one horizon ago, or why nobody can say, and the way to the whole evidence."""
    with st.container(border=True, key="evidence line", gap=None):
        try:
            with st.spinner(_("Looking back ...")), book.engine.passing():  # what the sliders stand on stays
                test = book.back_test(settings)
                told, beside = test.sentence(), test.against_silence()
        except (NotEnoughData, NotEnoughMemory) as error:
            st.caption(f":material/history: {escaped(str(error))}")
            return
        st.markdown(f":material/history: **{escaped(told)}**")
        if beside:
            st.caption(escaped(beside))
        places.link("evidence", _("See the evidence"), ":material/fact_check:")
