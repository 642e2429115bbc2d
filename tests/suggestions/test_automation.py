import copy
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from homeintel.errors import SuggestionError
from homeintel.suggestions.automation import Automation, automation_yaml, build, dump_yaml
from homeintel.suggestions.automation.actions import action_for
from homeintel.suggestions.automation.security import is_security


def example(name: str = "Kitchen light") -> dict[str, Any]:
    action = action_for("light.kitchen", "on")
    assert action is not None
    return build.automation(
        "s0123456789ab",
        f"Turn on {name} at 07:30",
        "homeintel: seen on 14 of 20 weekdays",
        triggers=[build.time_trigger(450)],
        conditions=[*build.day_condition("weekday"), build.not_yet("light.kitchen", "on")],
        steps=[build.action_step("light.kitchen", action)],
    )


def test_states_and_times_are_quoted_and_the_text_is_exactly_this() -> None:
    assert automation_yaml([example()]) == (
        "- id: homeintel_s0123456789ab\n"
        '  alias: "Turn on Kitchen light at 07:30"\n'
        '  description: "homeintel: seen on 14 of 20 weekdays"\n'
        "  triggers:\n"
        "    - trigger: time\n"
        '      at: "07:30:00"\n'
        "  conditions:\n"
        "    - condition: time\n"
        "      weekday:\n"
        "        - mon\n        - tue\n        - wed\n        - thu\n        - fri\n"
        "    - condition: not\n"
        "      conditions:\n"
        "        - condition: state\n"
        "          entity_id: light.kitchen\n"
        "          state:\n"
        '            - "on"\n            - unavailable\n            - unknown\n'
        "  actions:\n"
        "    - action: light.turn_on\n"
        "      target:\n"
        "        entity_id: light.kitchen\n"
        "  mode: single\n"
    )


@pytest.mark.parametrize(
    "word", ["on", "off", "yes", "no", "y", "n", "null", "true", "07:30:00", "1e3", "0x1f", "~", "", "12:30"]
)
def test_words_that_yaml_1_1_reads_as_something_else_stay_text(word: str) -> None:
    assert f'"{word}"' in dump_yaml([word])
    assert yaml.safe_load(dump_yaml([word])) == [word]


@given(name=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=150))
def test_names_from_the_house_are_text_whatever_they_hold(name: str) -> None:
    automation = example(name)
    assert yaml.safe_load(automation_yaml([automation])) == [automation]


@pytest.mark.parametrize("name", ["!secret x", "&a *a", "{{ states('x') }}", "a: b # c", '"quoted"', "- x", "<b>"])
def test_yaml_markup_in_a_name_is_text(name: str) -> None:
    assert yaml.safe_load(automation_yaml([example(name)]))[0]["alias"] == f"Turn on {name} at 07:30"


def broken(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(example()) | changes


@pytest.mark.parametrize(
    "automation",
    [
        broken(trigger=[]),
        broken(triggers=[]),
        broken(triggers=[{"trigger": "time", "at": "25:00:00"}]),
        broken(triggers=[{"trigger": "time", "at": 27000}]),
        broken(triggers=[{"trigger": "state", "entity_id": "binary_sensor.hall", "to": True}]),
        broken(triggers=[{"platform": "time", "at": "07:30:00"}]),
        broken(actions=[{"service": "light.turn_on"}]),
        broken(actions=[{"action": "cover.turn_on", "target": {"entity_id": "cover.a"}}]),
        broken(actions=[{"action": "light.turn_on", "target": {"entity_id": "cover.a"}}]),
        broken(conditions=[{"condition": "time"}]),
        broken(mode="often"),
        broken(id="other_1"),
    ],
)
def test_what_home_assistant_would_not_take_is_refused(automation: dict[str, Any]) -> None:
    with pytest.raises(SuggestionError, match="would not be valid"):
        automation_yaml([automation])


def test_the_schema_holds_what_is_written() -> None:
    Automation.model_validate(example())
    with pytest.raises(ValidationError):
        Automation.model_validate(example() | {"surprise": 1})


@pytest.mark.parametrize(
    ("entity_id", "state", "action"),
    [
        ("light.a", "on", "light.turn_on"),
        ("cover.a", "closed", "cover.close_cover"),
        ("climate.a", "heat", "climate.set_hvac_mode"),
        ("vacuum.a", "docked", "vacuum.return_to_base"),
        ("select.a", "eco", "select.select_option"),
    ],
)
def test_an_action_exists_for_the_domain(entity_id: str, state: str, action: str) -> None:
    found = action_for(entity_id, state)
    assert found is not None
    assert found.name == action


@pytest.mark.parametrize(
    ("entity_id", "state"), [("cover.a", "on"), ("sensor.a", "on"), ("binary_sensor.a", "on"), ("cover.a", "opening")]
)
def test_no_action_where_the_domain_has_none(entity_id: str, state: str) -> None:
    assert action_for(entity_id, state) is None


@pytest.mark.parametrize(
    ("entity_id", "state", "expected"),
    [
        ("lock.front", "locked", True),
        ("cover.garage_door", "open", True),
        ("cover.living_room_blind", "closed", False),
        ("climate.bedroom", "off", True),
        ("climate.bedroom", "heat", False),
        ("switch.boiler", "off", True),
        ("light.garage", "on", False),
        ("alarm_control_panel.home", "armed_away", True),
        ("cover.outdoor_awning", "open", False),
        ("cover.patio_door_shutter", "closed", True),
        ("cover.bathroom_window", "open", True),
        ("cover.bathroom_window", "closed", False),
        ("cover.office_window_blind", "open", False),
        ("cover.motor_rollo", "open", False),
        ("cover.garagentor", "open", True),
        ("switch.front_door_opener", "on", True),
        ("switch.alarm_siren", "on", True),
        ("switch.clock", "on", False),
        ("switch.iron", "on", True),
        ("switch.iron", "off", False),
        ("switch.environment", "on", False),
        ("switch.bath_heater", "off", True),
        ("select.alarm_mode", "away", True),
        ("select.washing_mode", "eco", False),
    ],
)
def test_what_guards_the_house_is_known(entity_id: str, state: str, expected: bool) -> None:
    assert is_security(entity_id, state) is expected


@given(st.floats(-1500, 3000))
def test_clock_is_always_a_time_of_day(minute: float) -> None:
    hour, rest, seconds = build.clock(minute).split(":")
    assert 0 <= int(hour) < 24
    assert 0 <= int(rest) < 60
    assert seconds == "00"


def test_offsets_before_and_after_the_sun() -> None:
    assert build.sun_trigger("sunset", -90) == {"trigger": "sun", "event": "sunset", "offset": "-01:30:00"}
    assert build.sun_trigger("sunset", 15.4) == {"trigger": "sun", "event": "sunset", "offset": "00:15:00"}
    assert build.sun_trigger("sunrise", 0.2) == {"trigger": "sun", "event": "sunrise"}
