"""Each verdict, and each reason why something can't be known, on a home of one device."""

from typing import Any

import pandas as pd
import pytest

from homeintel.features.reasons import REASONS
from homeintel.features.verdicts import judge
from tests.features.homes import at, capability, device, entity, remembered, seen, tables

LAMP = "0x1"


def verdict(
    cap: dict[str, Any],
    ent: list[dict[str, Any]],
    observed: list[dict[str, Any]],
    *,
    dev: dict[str, Any] | None = None,
    **more: Any,
) -> tuple[str, str | None]:
    rows = judge(tables(devices=[dev or device(LAMP)], capabilities=[cap], entities=ent, observed=observed, **more))
    assert len(rows) == 1
    return str(rows["verdict"].iloc[0]), rows["reason"].iloc[0]


SELECT = capability(LAMP, "power_on_behavior", kind="enum", values=["off", "on", "previous"])
ITS_ENTITY = entity("select.lamp", LAMP, "power_on_behavior")
ANOTHER = seen("select.other", changes=1)  # somebody's select is recorded, so the domain is


def test_a_change_in_the_window_is_used() -> None:
    assert verdict(SELECT, [ITS_ENTITY], [seen("select.lamp", changes=1)]) == ("used", None)


def test_one_value_is_constant() -> None:
    assert verdict(SELECT, [ITS_ENTITY], [seen("select.lamp")]) == ("constant", None)


def test_a_known_entity_that_stays_silent_was_never_seen() -> None:
    assert verdict(SELECT, [ITS_ENTITY], [ANOTHER]) == ("never_seen", None)


def test_what_was_seen_wins_over_what_should_be_possible() -> None:
    write_only = SELECT | {"access": 2}
    guessed = ITS_ENTITY | {"source": "guessed", "enabled": False}
    assert verdict(write_only, [guessed], [seen("select.lamp", changes=2)]) == ("used", None)


@pytest.mark.parametrize(
    ("reason", "cap", "ent", "observed", "dev"),
    [
        ("device_disabled", SELECT, [ITS_ENTITY], [ANOTHER], device(LAMP, disabled=True)),
        ("filtered", SELECT, [ITS_ENTITY], [ANOTHER], device(LAMP, options={"filtered_attributes": ["power_on_behavior"]})),
        ("entity_disabled", SELECT, [ITS_ENTITY | {"enabled": False}], [ANOTHER], None),
        ("excluded", SELECT, [ITS_ENTITY | {"excluded": True}], [ANOTHER], None),
        ("write_only", SELECT | {"access": 2}, [ITS_ENTITY], [ANOTHER], None),
        ("press", capability(LAMP, "action", kind="enum", access=1), [], [ANOTHER], None),
        ("button", capability(LAMP, "reset", kind="enum", values=["reset"]), [entity("button.x", LAMP, "reset")], [ANOTHER], None),
        ("no_control", capability(LAMP, "light/level_config/execute_if_off"), [], [ANOTHER], None),
        ("no_control", capability(LAMP, "gradient", kind="list"), [], [ANOTHER], None),
        ("no_entity", SELECT, [], [ANOTHER], None),
        ("no_control", SELECT, [entity("light.lamp", LAMP, "light/state")], [ANOTHER], None),
        ("no_entity", capability(LAMP, "light/brightness", kind="numeric"), [], [ANOTHER], None),
        ("no_history", SELECT, [ITS_ENTITY], [], None),
        ("guessed", SELECT, [ITS_ENTITY | {"source": "guessed"}], [ANOTHER], None),
        ("domain_silent", SELECT, [ITS_ENTITY], [seen("light.x", changes=3)], None),
        ("perhaps_renamed", SELECT, [ITS_ENTITY | {"source": "discovery"}], [ANOTHER], None),
        ("configuration_unknown", SELECT | {"origin": "option"}, [], [ANOTHER], device(LAMP, options=None)),
    ],
)  # fmt: skip
def test_every_reason_why_something_cannot_be_known(
    reason: str,
    cap: dict[str, Any],
    ent: list[dict[str, Any]],
    observed: list[dict[str, Any]],
    dev: dict[str, Any] | None,
) -> None:
    assert reason in REASONS
    assert verdict(cap, ent, observed, dev=dev) == ("not_observable", reason)


def test_a_stranger_whose_values_cannot_be_this_propertys_does_not_raise_doubt() -> None:
    discovered = ITS_ENTITY | {"source": "discovery"}
    stranger = seen("select.coffee", changes=1, seen=["espresso", "lungo"])
    assert verdict(SELECT, [discovered], [stranger]) == ("never_seen", None)


def test_with_the_registry_known_no_entity_is_perhaps_renamed() -> None:
    other = entity("select.other2", "0x2", "mode", source="registry")
    assert verdict(SELECT, [ITS_ENTITY | {"source": "discovery"}, other], [ANOTHER]) == ("never_seen", None)


def test_no_state_ever_while_the_device_speaks_is_unsupported() -> None:
    rows = judge(
        tables(
            devices=[device(LAMP)],
            capabilities=[SELECT, capability(LAMP, "light/state")],
            entities=[ITS_ENTITY, entity("light.lamp", LAMP, "light/state")],
            observed=[ANOTHER, seen("light.lamp", changes=5)],
            gaps={"select.lamp": 0},
        )
    )
    assert rows["verdict"].tolist() == ["unsupported", "used"]


def test_a_device_that_is_silent_as_a_whole_is_not_unsupported() -> None:
    assert verdict(SELECT, [ITS_ENTITY], [ANOTHER], gaps={"select.lamp": 1}) == ("never_seen", None)


@pytest.mark.parametrize(("options", "expected"), [({"transition": 2}, "used"), ({}, "constant")])
def test_an_option_is_read_from_the_configuration(options: dict[str, Any], expected: str) -> None:
    option = capability(LAMP, "transition", kind="numeric", access=2, origin="option")
    assert verdict(option, [], [], dev=device(LAMP, options=options)) == (expected, None)


def test_a_composite_option_is_set_with_any_of_its_parts() -> None:
    option = capability(LAMP, "simulated_brightness/delta", kind="numeric", access=2, origin="option")
    configured = device(LAMP, options={"simulated_brightness": {"delta": 20}})
    assert verdict(option, [], [], dev=configured) == ("used", None)


def test_a_value_an_earlier_night_knew_is_still_known() -> None:
    rows = judge(
        tables(
            devices=[device(LAMP)],
            capabilities=[SELECT],
            entities=[ITS_ENTITY],
            observed=[ANOTHER],
            known=[remembered(LAMP, "power_on_behavior", "previous")],
        )
    )
    row = rows.iloc[0]
    assert (row["verdict"], row["points"], row["last_value"]) == ("constant", 0, "previous")
    assert row["last_seen"] == pd.Timestamp(at(-50))


def test_an_entity_disabled_since_is_not_observable_although_an_earlier_night_saw_it() -> None:
    found = verdict(SELECT, [ITS_ENTITY | {"enabled": False}], [ANOTHER], known=[remembered(LAMP, "power_on_behavior")])
    assert found == ("not_observable", "entity_disabled")


def test_no_devices_and_no_capabilities_give_no_rows() -> None:
    assert len(judge(tables(devices=[device(LAMP)]))) == 0


@pytest.mark.parametrize(
    ("restarts", "available", "sibling", "expected"),
    [
        (1, None, 5, ("not_observable", "not_recorded")),
        (1, True, 0, ("not_observable", "not_recorded")),
        (0, True, 5, ("never_seen", None)),
        (1, False, 0, ("never_seen", None)),
        (1, None, 0, ("never_seen", None)),
    ],
)
def test_silence_across_a_restart_says_that_an_entity_is_not_recorded(
    restarts: int, available: bool | None, sibling: int, expected: tuple[str, str | None]
) -> None:
    lamp = entity("light.lamp", LAMP, "light/state")
    rows = judge(
        tables(
            devices=[device(LAMP, available=available)],
            capabilities=[SELECT, capability(LAMP, "light/state")],
            entities=[ITS_ENTITY, lamp],
            observed=[ANOTHER, *([seen("light.lamp", changes=sibling)] if sibling else [])],
            restarts=restarts,
        )
    )
    assert (rows["verdict"].iloc[0], rows["reason"].iloc[0]) == expected
