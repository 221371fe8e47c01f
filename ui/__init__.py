"""What pages share. Pages import this package as `ui` and find here all they arrange with."""

from ui.controls import (
    choice_setting,
    help_of,
    item_setting,
    number_setting,
    revert_button,
    title_of,
    weight_settings,
)
from ui.frame import (
    Headline,
    book_in_step,
    escaped,
    explain_empty,
    explain_problem,
    headline_row,
    how_it_is_computed,
    moved_sentence,
    page_head,
    page_opens,
    selected_areas,
    selected_parts,
    show_chart,
)
from ui.in_view import compared_day, current_book
from ui.places import link, open_customer, page
from ui.scenarios import (
    change_setting,
    change_settings,
    draft,
    draft_changes,
    draft_problem,
    saved_scenario,
    setting,
)
from ui.session import workspace
from ui.start import make, make_earlier_day_ready, opens_at_once, provide_data, publish_demo, warm_up
from ui.tables import customer_table, first_customers

__all__ = [
    "Headline",
    "book_in_step",
    "change_setting",
    "change_settings",
    "choice_setting",
    "compared_day",
    "current_book",
    "customer_table",
    "draft",
    "draft_changes",
    "draft_problem",
    "escaped",
    "explain_empty",
    "explain_problem",
    "first_customers",
    "headline_row",
    "help_of",
    "how_it_is_computed",
    "item_setting",
    "link",
    "make",
    "make_earlier_day_ready",
    "moved_sentence",
    "number_setting",
    "open_customer",
    "opens_at_once",
    "page",
    "page_head",
    "page_opens",
    "provide_data",
    "publish_demo",
    "revert_button",
    "saved_scenario",
    "selected_areas",
    "selected_parts",
    "setting",
    "show_chart",
    "title_of",
    "warm_up",
    "weight_settings",
    "workspace",
]
