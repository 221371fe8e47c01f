"""Placeholder while the page is being written."""

import ui


def page() -> None:
    ui.page_head("data", "", ui.current_book())
