"""What the draft does against the saved scenario: always in sight while a manager tunes."""

from collections.abc import Sequence

import streamlit as st

from crm_core.language import _
from ui import scenarios
from ui.frame import scenario_title


def against_saved(sentence: str, details: Sequence[str], problem: str | None = None) -> None:
    """Who moves, in a sentence, and below it who rises, who falls and where the largest moves go.

    `problem` says why the changes do not fit together; the figures shown are then the saved ones.
    """
    with st.container(border=True, key="against saved", gap=None):
        if problem:
            shown = _("Until then the figures are those of the saved scenario.")
            st.markdown(f":orange[:material/warning: **{problem}**]")
            st.caption(shown)
            return
        st.markdown(f":material/compare_arrows: **{sentence}**")
        name = scenario_title(scenarios.saved_name())
        st.caption(" · ".join(details) or _("Saved: {name}. Move a control to see who would move.").format(name=name))
