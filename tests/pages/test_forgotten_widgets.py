"""A tab that is open all day: what the session knows of widgets that went is forgotten with them.

`tests/server/test_many_moves.py` weighs the server; here descriptions and keys are counted.
"""

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from tests.pages.conftest import OpenApp

SLIDERS = {
    "value-tiers": "slider:value.weights.growth",
    "loyalty-types": "slider:loyalty.weights.tenure",
    "churn-signals": "slider:churn.watch_from",
}
MOVES = 4


def known_widgets(at: AppTest) -> list[int]:
    """How many widgets the session holds a description, a key for an id, and an id for a key of."""
    state = at.session_state._state._state  # AppTest wraps what the server wraps once
    keys = state._key_id_mapper
    return [len(state._new_widget_state.widget_metadata), len(keys._id_key_mapping), len(keys._key_id_mapping)]


@pytest.mark.usefixtures("demo_workspace")
@pytest.mark.parametrize(("page", "control"), SLIDERS.items())
def test_moves_leave_no_description_behind(open_app: OpenApp, page: str, control: str):
    at = open_app(page)
    known = []
    for move in range(MOVES):
        moved = next(slider for slider in at.slider if (slider.key or "").startswith(control))
        moved.set_value(0.11 + move / 100).run()
        known.append(known_widgets(at))

    assert not at.exception
    assert known == [known[0]] * MOVES


@pytest.mark.usefixtures("demo_workspace")
def test_a_page_that_is_left_takes_its_widgets_with_it(open_app: OpenApp):
    at = open_app("loyalty-types")
    before = known_widgets(at)
    for page in ("value-tiers", "loyalty-types"):
        at._page_hash = calc_hash(page)
        at.run()

    assert not at.exception
    assert known_widgets(at) == before
