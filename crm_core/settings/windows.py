"""How far back is looked."""

from datetime import date, timedelta
from typing import Any

from pydantic import Field

from crm_core.language import N_
from crm_core.settings.base import Settings


class Windows(Settings):
    """How far back the features look, in days."""

    lookback_days: int = Field(
        365,
        ge=30,
        le=1095,
        title=N_("Look-back window"),
        description=N_("Revenue, orders and shares are counted over this many days up to the day shown."),
    )
    window_days: int = Field(
        90,
        ge=7,
        le=365,
        title=N_("Signal window"),
        description=N_("Signals compare the last so many days with as many days before."),
    )
    default_margin_rate: float = Field(
        0.25,
        ge=0,
        le=1,
        title=N_("Assumed margin"),
        description=N_("Where the cost of a line is unknown, this share of its amount counts as margin."),
    )

    def days(self, as_of: date) -> dict[str, Any]:
        """The first and last days of every window that ends on `as_of`, as query parameters."""
        window, lookback = timedelta(self.window_days), timedelta(self.lookback_days)
        season_end = as_of - timedelta(364)
        return {
            "as_of": as_of,
            "never": date(9999, 12, 31),
            "year_days": 365,
            "lookback_days": self.lookback_days,
            "window_days": self.window_days,
            "default_margin_rate": self.default_margin_rate,
            "lookback_start": as_of - lookback,
            "earlier_lookback_start": as_of - 2 * lookback,
            "window_start": as_of - window,
            "earlier_window_start": as_of - 2 * window,
            "season_window_start": season_end - window,
            "season_window_end": season_end,
        }
