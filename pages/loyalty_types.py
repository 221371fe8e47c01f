"""Placeholder while the page is being written."""

import ui


def page() -> None:
    ui.page_head("loyalty_types", "", ui.current_book())
