"""The product's server before the probe."""

from pathlib import Path

import streamlit as st

import server

app = st.App(
    Path(__file__).parent / "app.py",
    lifespan=server.lifespan,
    routes=server.routes(),
    middleware=server.middleware(),
)
