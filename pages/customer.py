"""Placeholder while the page is being written."""

import ui


def page() -> None:
    ui.page_head("customer", "", ui.current_book())
