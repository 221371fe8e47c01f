"""Where one stage of a customer's life ends and the next begins."""

from typing import Self

from pydantic import Field, model_validator

from crm_core.language import N_, _
from crm_core.settings.base import Settings, Share


class LifecycleSettings(Settings):
    """Where one stage of a customer's life ends and the next begins."""

    dormant_share: float = Field(
        0.5,
        ge=0.1,
        le=1,
        title=N_("Dormant from"),
        description=N_("Silent for this share of the time after which a customer counts as lapsed."),
    )
    won_back_days: int = Field(
        180,
        ge=7,
        le=1095,
        title=N_("Won back for"),
        description=N_("Who had lapsed and bought again counts as won back for this many days from the return."),
    )
    growing_from: Share = Field(
        0.2,
        title=N_("Growing from"),
        description=N_("Revenue of the look-back window above that of the window before by this share."),
    )
    declining_from: Share = Field(
        0.2,
        title=N_("Declining from"),
        description=N_("Revenue of the look-back window below that of the window before by this share."),
    )

    @model_validator(mode="after")
    def _growth_is_a_change(self) -> Self:
        if not self.growing_from or not self.declining_from:
            raise ValueError(_("Growing and declining need a change of more than 0 %."))
        return self
