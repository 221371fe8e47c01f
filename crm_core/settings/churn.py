"""When a customer counts as slipping away, and what is looked at for it."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from crm_core.language import N_, _
from crm_core.settings.base import Settings, Share, Weight, Weights, weight

Sensitivity = Annotated[float, Field(gt=0, le=10)]


class SignalWeights(Weights):
    """How much each signal counts in the risk."""

    overdue_order: Weight = weight(5, N_("Overdue order"), N_("Silent for longer than the customer's own rhythm."))
    spend_falling: Weight = weight(3, N_("Spend falling"), N_("Revenue in the signal window below the window before."))
    season_falling: Weight = weight(
        2, N_("Below last year"), N_("Revenue in the signal window below the same season last year.")
    )
    orders_falling: Weight = weight(2, N_("Fewer orders"), N_("Orders in the signal window below the window before."))
    categories_falling: Weight = weight(
        1, N_("Fewer categories"), N_("Categories in the signal window below the window before.")
    )
    discount_rising: Weight = weight(1, N_("Leaning on discounts"), N_("The discounted share rises."))
    returns_rising: Weight = weight(1, N_("More returns"), N_("The returned share rises."))


def sensitivity(default: float, title: str, description: str, *, most: float) -> Any:
    """The change at which a signal is at full strength: smaller is more sensitive."""
    return Field(default, gt=0, le=most, title=title, description=description)


class SignalSensitivity(Settings):
    """From which change on a signal is fully lit; a smaller number reacts sooner."""

    overdue_order: Sensitivity = sensitivity(
        3, N_("Overdue order"), N_("Silent for this many usual gaps is full strength; one usual gap is none."), most=10
    )
    spend_falling: Sensitivity = sensitivity(
        0.8, N_("Spend falling"), N_("A fall by this share is full strength."), most=1
    )
    season_falling: Sensitivity = sensitivity(
        0.8, N_("Below last year"), N_("A fall by this share is full strength."), most=1
    )
    orders_falling: Sensitivity = sensitivity(
        0.8, N_("Fewer orders"), N_("A fall by this share is full strength."), most=1
    )
    categories_falling: Sensitivity = sensitivity(
        0.8, N_("Fewer categories"), N_("A fall by this share is full strength."), most=1
    )
    discount_rising: Sensitivity = sensitivity(
        0.2, N_("Leaning on discounts"), N_("A rise by this many points of share is full strength."), most=1
    )
    returns_rising: Sensitivity = sensitivity(
        0.2, N_("More returns"), N_("A rise by this many points of share is full strength."), most=1
    )

    @model_validator(mode="after")
    def _overdue_above_one(self) -> Self:
        if self.overdue_order <= 1:
            raise ValueError(_("An order is overdue only after more than one usual gap."))
        return self


class ChurnSettings(Settings):
    """When a customer counts as slipping away, and what we look at."""

    horizon_days: int | None = Field(
        None,
        ge=7,
        le=1095,
        title=N_("Lapsed after"),
        description=N_(
            "No order for this many days means lapsed. Unset: the gap that 95 % of returning customers stay under."
        ),
    )
    watch_from: Share = Field(0.3, title=N_("Watch from"), description=N_("Risk from here up is worth watching."))
    high_from: Share = Field(0.6, title=N_("High from"), description=N_("Risk from here up is high."))
    weights: SignalWeights = SignalWeights()
    sensitivity: SignalSensitivity = SignalSensitivity()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.watch_from >= self.high_from:
            raise ValueError(_("Watch must begin below high."))
        if self.weights.are_all_zero:
            raise ValueError(_("Every signal's weight is zero. Give at least one signal some weight."))
        return self
