import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeintel.features.actions import Value, choose_value, home_assistant_action


@pytest.mark.parametrize(
    ("wanted", "kind", "possible", "low", "high", "chosen"),
    [
        ((True,), "binary", ["LOCK", "UNLOCK"], None, None, "LOCK"),
        ((False,), "binary", [True, False], None, None, False),
        ((True,), "binary", None, None, None, "ON"),
        (("previous", "restore"), "enum", ["on", "RESTORE"], None, None, "RESTORE"),
        (("previous",), "enum", ["on", "off"], None, None, None),
        ((60,), "enum", [30, 60], None, None, 60),
        ((370, 250), "numeric", None, 153, 333, 250),
        ((-1,), "numeric", None, None, None, -1),
        ((True, 3), "numeric", None, 0, 10, 3),
        (("on",), "text", None, None, None, "on"),
        ((3,), "text", None, None, None, None),
        ((), "numeric", None, 0, 10, None),
    ],
)
def test_the_first_value_that_the_device_offers_is_chosen_in_its_own_spelling(
    wanted: tuple[Value, ...],
    kind: str,
    possible: list[Value] | None,
    low: float | None,
    high: float | None,
    chosen: Value | None,
) -> None:
    values = None if possible is None else json.dumps(possible)
    assert choose_value(wanted, kind=kind, possible=values, low=low, high=high, presets=None) == chosen


def test_a_preset_is_chosen_by_its_name() -> None:
    presets = json.dumps([{"name": "previous", "value": 65535}])
    assert choose_value(("previous",), kind="numeric", possible=None, low=153, high=500, presets=presets) == "previous"
    assert choose_value(("warm",), kind="numeric", possible=None, low=153, high=500, presets=presets) is None


@given(
    st.lists(st.one_of(st.booleans(), st.integers(-500, 500), st.floats(-500, 500), st.text(max_size=5)), max_size=5),
    st.integers(-100, 100),
    st.integers(0, 200),
)
def test_a_chosen_number_is_never_outside_what_the_device_takes(wanted: list[Value], low: int, width: int) -> None:
    value = choose_value(wanted, kind="numeric", possible=None, low=low, high=low + width, presets=None)
    assert value is None or (isinstance(value, int | float) and low <= value <= low + width)


@given(
    st.lists(st.one_of(st.booleans(), st.integers(), st.text(max_size=5)), max_size=5), st.lists(st.text(max_size=5))
)
def test_a_chosen_word_is_always_one_that_the_device_offers(wanted: list[Value], offered: list[str]) -> None:
    value = choose_value(wanted, kind="enum", possible=json.dumps(offered), low=None, high=None, presets=None)
    assert value is None or value in offered


@pytest.mark.parametrize(
    ("component", "attribute", "value", "on", "action", "data"),
    [
        ("select", None, "previous", "ON", "select.select_option", {"option": "previous"}),
        ("number", None, 60, "ON", "number.set_value", {"value": 60}),
        ("switch", None, "LOCK", "LOCK", "switch.turn_on", None),
        ("switch", None, False, True, "switch.turn_off", None),
        ("text", None, "x", "ON", "text.set_value", {"value": "x"}),
        ("light", "brightness", 127, "ON", "light.turn_on", {"brightness_pct": 50}),
        ("light", "color_temp", 370, "ON", "light.turn_on", {"color_temp_kelvin": 2703}),
        ("light", "effect", "candle", "ON", "light.turn_on", {"effect": "candle"}),
        ("cover", "current_position", 50, "ON", "cover.set_cover_position", {"position": 50}),
        ("cover", "current_tilt_position", 50, "ON", "cover.set_cover_tilt_position", {"tilt_position": 50}),
        ("climate", "preset_mode", "eco", "ON", "climate.set_preset_mode", {"preset_mode": "eco"}),
        ("climate", None, "heat", "ON", "climate.set_hvac_mode", {"hvac_mode": "heat"}),
        ("fan", "percentage", 2, "ON", "fan.set_percentage", {"percentage": 2}),
        ("button", None, "test", "ON", "button.press", None),
        ("light", None, "ON", "ON", "light.turn_on", None),
        ("fan", None, "OFF", "ON", "fan.turn_off", None),
        ("cover", None, "STOP", "ON", "cover.stop_cover", None),
        ("lock", None, "UNLOCK", "LOCK", "lock.unlock", None),
    ],
)  # fmt: skip
def test_home_assistants_action(
    component: str, attribute: str | None, value: Value, on: Value, action: str, data: dict[str, Any] | None
) -> None:
    found = home_assistant_action(component, attribute, value, on, [f"{component}.x"])
    expected: dict[str, Any] = {"action": action, "target": {"entity_id": [f"{component}.x"]}}
    assert found == (expected | {"data": data} if data else expected)


@pytest.mark.parametrize(
    ("component", "attribute"), [("sensor", None), ("lock", None), ("light", "color_mode"), ("light", "hs_color")]
)
def test_where_home_assistant_has_no_action_there_is_none(component: str, attribute: str | None) -> None:
    assert home_assistant_action(component, attribute, "x", "ON", ["a.b"]) is None
