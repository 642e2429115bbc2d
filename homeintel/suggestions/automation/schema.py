"""What homeintel writes as an automation, and nothing else: classic triggers in the keys of Home Assistant 2024.10 and later.

Source: https://www.home-assistant.io/docs/automation/yaml/ and `components/automation/config.py` of Home Assistant.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from homeintel.suggestions.automation.actions import KNOWN_ACTIONS

AutomationData = dict[str, Any]
"""An automation as plain data, in the order it is written."""

# Home Assistant's own rule (core.py, VALID_ENTITY_ID), without its look-arounds, which pydantic's engine lacks.
_WORD = r"[a-z0-9]+(?:_[a-z0-9]+)*"
ENTITY_ID_PATTERN = rf"^{_WORD}\.{_WORD}$"

EntityId = Annotated[str, StringConstraints(strict=True, pattern=ENTITY_ID_PATTERN, max_length=255)]
State = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=255)]
ClockTime = Annotated[str, StringConstraints(strict=True, pattern=r"^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$")]
Offset = Annotated[str, StringConstraints(strict=True, pattern=r"^-?([01]\d|2[0-3]):[0-5]\d:[0-5]\d$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Value = Annotated[str | int | float | bool, Field()]


class Part(BaseModel):
    """A piece of an automation: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TimeTrigger(Part):
    """At a local time of day."""

    trigger: Literal["time"]
    at: ClockTime


class SunTrigger(Part):
    """At sunrise or sunset, or so long before (`-`) or after it."""

    trigger: Literal["sun"]
    event: Literal["sunrise", "sunset"]
    offset: Offset | None = None


class StateTrigger(Part):
    """When an entity changes to a state; coming back from unavailable is no change a person made."""

    trigger: Literal["state"]
    entity_id: EntityId
    to: State
    not_from: list[State] | None = None
    duration: ClockTime | None = Field(default=None, alias="for")


class TimeCondition(Part):
    """Only on these weekdays, or between these local times."""

    condition: Literal["time"]
    after: ClockTime | None = None
    before: ClockTime | None = None
    weekday: list[Weekday] | None = Field(default=None, min_length=1, max_length=7)

    @model_validator(mode="after")
    def _says_something(self) -> "TimeCondition":
        if self.after is None and self.before is None and self.weekday is None:
            msg = "a time condition needs after, before or weekday"
            raise ValueError(msg)
        return self


class StateCondition(Part):
    """Only while an entity is in a state, or in one of several."""

    condition: Literal["state"]
    entity_id: EntityId
    state: State | list[State]


class NotCondition(Part):
    """Only while none of these holds."""

    condition: Literal["not"]
    conditions: list[StateCondition] = Field(min_length=1)


class Target(Part):
    """Which entity an action is for."""

    entity_id: EntityId


class ActionStep(Part):
    """One of Home Assistant's actions that homeintel knows."""

    action: str
    target: Target | None = None
    data: dict[str, Value] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _is_known(self) -> "ActionStep":
        if self.action not in KNOWN_ACTIONS:
            msg = f"{self.action} is not an action homeintel writes"
            raise ValueError(msg)
        domain = self.action.split(".")[0]
        if self.target is not None and self.target.entity_id.split(".")[0] != domain:
            msg = f"{self.action} does not exist for {self.target.entity_id}"
            raise ValueError(msg)
        return self


class DelayStep(Part):
    """Wait before the next step."""

    delay: ClockTime


class Automation(Part):
    """One automation, as Home Assistant's `automations.yaml` lists it."""

    id: Annotated[str, StringConstraints(strict=True, pattern=r"^homeintel_[a-z0-9_]+$", max_length=64)]
    alias: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=200)]
    description: Annotated[str, StringConstraints(strict=True, min_length=1, max_length=1000)]
    triggers: list[Annotated[TimeTrigger | SunTrigger | StateTrigger, Field(discriminator="trigger")]] = Field(
        min_length=1
    )
    conditions: list[Annotated[TimeCondition | StateCondition | NotCondition, Field(discriminator="condition")]]
    actions: list[DelayStep | ActionStep | NotCondition] = Field(min_length=1)
    mode: Literal["single", "restart"]
