"""All decisions together: compared, hashed, to and from JSON."""

import hashlib
from typing import Any

from pydantic import ValidationError

from crm_core.errors import SettingsError
from crm_core.language import _
from crm_core.settings.base import Settings
from crm_core.settings.churn import ChurnSettings
from crm_core.settings.economics import EconomicsSettings
from crm_core.settings.exits import ExitSettings
from crm_core.settings.lifecycle import LifecycleSettings
from crm_core.settings.lifetime import LifetimeSettings
from crm_core.settings.loyalty import LoyaltySettings
from crm_core.settings.rfm import RfmSettings
from crm_core.settings.value import ValueSettings
from crm_core.settings.windows import Windows


class Scenario(Settings):
    """All of a manager's decisions together."""

    windows: Windows = Windows()
    value: ValueSettings = ValueSettings()
    loyalty: LoyaltySettings = LoyaltySettings()
    churn: ChurnSettings = ChurnSettings()
    lifetime: LifetimeSettings = LifetimeSettings()
    economics: EconomicsSettings = EconomicsSettings()
    lifecycle: LifecycleSettings = LifecycleSettings()
    rfm: RfmSettings = RfmSettings()
    exits: ExitSettings = ExitSettings()

    @property
    def key(self) -> str:
        """A short hash of all settings: equal scenarios have equal keys."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]

    @classmethod
    def from_json(cls, text: str) -> "Scenario":
        """Read a scenario from JSON. Raises SettingsError naming each field that does not fit."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise settings_error(error) from error

    def with_changes(self, changes: dict[str, Any]) -> "Scenario":
        """This scenario with some settings replaced: `{"value.weights.revenue": 3}`.

        Raises SettingsError naming each field that does not fit.
        """
        content = self.model_dump()
        for path, value in changes.items():
            *parents, last = path.split(".")
            branch: Any = content
            for name in parents:
                branch = branch.get(name) if isinstance(branch, dict) else None
            if not isinstance(branch, dict) or last not in branch:
                raise SettingsError(_("There is no setting called {name}.").format(name=path))
            branch[last] = value
        try:
            return Scenario.model_validate(content)
        except ValidationError as error:
            raise settings_error(error) from error

    def changes_from(self, other: "Scenario") -> dict[str, Any]:
        """The settings that differ from `other`, by path, with the values they have here."""
        return _differences(self.model_dump(mode="json"), other.model_dump(mode="json"))


def _differences(mine: dict[str, Any], theirs: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in mine.items():
        if isinstance(value, dict):
            found |= _differences(value, theirs[name], f"{prefix}{name}.")
        elif value != theirs[name]:
            found[prefix + name] = value
    return found


def settings_error(error: ValidationError) -> SettingsError:
    """A sentence for each setting that does not fit."""
    sentences = []
    for problem in error.errors():
        place = ".".join(str(part) for part in problem["loc"])
        text = problem["msg"].removeprefix("Value error, ")
        sentences.append(f"{place}: {text}" if place and problem["type"] != "value_error" else text)
    return SettingsError(" ".join(sentences))
