"""A dashboard of two pages, as small as can be, to look at the server through."""

from pathlib import Path

import streamlit as st

from ui.uploads import saved_upload

ICON = Path(__file__).parent.parent.parent.parent / "static" / "favicon.png"


def receive() -> None:
    st.title("Receive")
    uploaded = st.file_uploader("A file", key="file")
    if uploaded:
        upload = saved_upload(uploaded)
        st.button("Again")
        st.write(f"saved {upload.size} bytes of {upload.file_name} in {upload.path}, holding {uploaded.size}")


def chart() -> None:
    st.title("Chart")
    st.plotly_chart({"data": [{"type": "bar", "x": [1, 2], "y": [3, 4]}]})
    st.dataframe({"a": [1, 2]})
    st.latex("x^2")


st.set_page_config(page_title="Probe", page_icon=str(ICON))
st.sidebar.write("The whole app")
st.navigation(
    [
        st.Page(receive, title="Receive", icon=":material/upload:", default=True),
        st.Page(chart, title="Chart", icon=":material/leaderboard:", url_path="chart"),
    ]
).run()
