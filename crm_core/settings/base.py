"""What all settings have in common."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from crm_core.language import N_

Weight = Annotated[float, Field(ge=0, le=10)]
Share = Annotated[float, Field(ge=0, le=1)]
Score = Annotated[float, Field(ge=0, le=100)]


class Settings(BaseModel):
    """Base of all settings: frozen, no unknown field, equal when all fields are."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Weights(Settings):
    """How much each of several things counts; only the proportions matter."""

    @property
    def are_all_zero(self) -> bool:
        """Whether nothing counts at all."""
        return not any(self.model_dump().values())


def weight(default: float, title: str, description: str) -> Any:
    """A relative weight from 0 (left out) to 10."""
    return Field(default, ge=0, le=10, title=title, description=description)


def discount_rate(description: str) -> Any:
    """How much less a year makes of what comes, as a share."""
    return Field(0.1, ge=0, le=1, title=N_("Discount rate"), description=description)


def cost(title: str, description: str) -> Any:
    """What something costs, in the currency of the data set: nothing until it is said."""
    return Field(0, ge=0, le=1e9, title=title, description=description)
