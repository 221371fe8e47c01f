"""What Streamlit would run instead of the app if it went by this folder's name."""

import streamlit as st

st.title("A page alone, past the app")
