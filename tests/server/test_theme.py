"""The theme can be read by everyone and fetches nothing."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from crm_core.charts.palette import contrast

SETTINGS = Path(__file__).parent.parent.parent / ".streamlit" / "config.toml"


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> dict[str, Any]:
    return settings()["theme"][request.param]


def settings() -> dict[str, Any]:
    return tomllib.loads(SETTINGS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("ink", ["textColor", "primaryColor", "linkColor", "grayTextColor", "blueTextColor"])
def test_words_stand_out_from_every_ground(theme: dict[str, Any], ink: str):
    grounds = [theme["backgroundColor"], theme["secondaryBackgroundColor"], theme["sidebar"]["backgroundColor"]]

    assert min(contrast(theme[ink], ground) for ground in grounds) >= 4.5


def test_marks_in_charts_stand_out_from_the_ground(theme: dict[str, Any]):
    assert min(contrast(colour, theme["backgroundColor"]) for colour in theme["chartCategoricalColors"]) >= 3


def test_plotly_and_streamlit_get_as_many_colours_as_they_ask_for(theme: dict[str, Any]):
    for name in ("chartCategoricalColors", "chartSequentialColors", "chartDivergingColors"):
        assert len(set(theme[name])) == 10


def test_no_setting_names_a_host():
    assert "://" not in SETTINGS.read_text(encoding="utf-8")


def test_only_this_machine_may_connect_until_somebody_says_otherwise():
    assert settings()["server"]["address"] == "127.0.0.1"
