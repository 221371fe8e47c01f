"""The language of the session: chosen in the sidebar, at first what the browser asks for."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from crm_core import language

KEY = "lang"
SHORT_NAMES = {"en": "English", "zh_Hans": "中文"}


def follow_session() -> None:
    """Let the core speak the language of whichever session is running."""
    language.follow(spoken)


def spoken() -> str | None:
    """The language of the running session; None outside one."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    chosen: str | None = st.session_state.get(KEY)
    return chosen if chosen in language.LANGUAGES else preferred()


def preferred() -> str:
    """The language the reader's browser asks for, if we speak it."""
    return "zh_Hans" if (st.context.locale or "").lower().startswith("zh") else language.SOURCE_LANGUAGE


def switch() -> None:
    """The switch between languages."""
    if st.session_state.get(KEY) not in language.LANGUAGES:
        st.session_state[KEY] = preferred()
    st.segmented_control(
        language._("Language"),
        list(language.LANGUAGES),
        format_func=SHORT_NAMES.__getitem__,
        key=KEY,
        required=True,
        label_visibility="collapsed",
        width="stretch",
    )
