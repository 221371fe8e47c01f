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
    explain_empty,
    explain_problem,
    headline_row,
    how_it_is_computed,
    keep_head_in_step,
    moved_sentence,
    page_head,
    selected_parts,
    show_chart,
)
from ui.places import link, open_customer, page
from ui.session import (
    change_setting,
    change_settings,
    compared_day,
    current_book,
    draft,
    draft_changes,
    draft_problem,
    saved_scenario,
    setting,
    workspace,
)
from ui.start import provide_data, warm_up
from ui.tables import customer_table

__all__ = [
    "Headline",
    "change_setting",
    "change_settings",
    "choice_setting",
    "compared_day",
    "current_book",
    "customer_table",
    "draft",
    "draft_changes",
    "draft_problem",
    "explain_empty",
    "explain_problem",
    "headline_row",
    "help_of",
    "how_it_is_computed",
    "item_setting",
    "keep_head_in_step",
    "link",
    "moved_sentence",
    "number_setting",
    "open_customer",
    "page",
    "page_head",
    "provide_data",
    "revert_button",
    "saved_scenario",
    "selected_parts",
    "setting",
    "show_chart",
    "title_of",
    "warm_up",
    "weight_settings",
    "workspace",
]
