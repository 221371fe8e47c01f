"""Placeholder while the page is being written."""

import ui


def page() -> None:
    ui.page_head("churn_signals", "", ui.current_book())
