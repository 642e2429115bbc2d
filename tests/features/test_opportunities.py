"""Which unused features are told, how they are put together and how they are ranked."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from homeintel.features.analysis import analyse
from homeintel.features.catalogue import load_catalogue
from homeintel.features.certainty import certainty
from homeintel.features.opportunities import COLUMNS
from homeintel.features.tables import Tables
from tests.features.homes import BERLIN, END, START, at, capability, device, entity, pattern, seen, tables

POWER_ON: dict[str, Any] = {"kind": "enum", "values": ["off", "on", "previous"], "category": "config"}


def opportunities(home: Tables) -> list[dict[str, Any]]:
    found = analyse(home, load_catalogue(), start=START, end=END, zone=BERLIN).opportunities
    assert list(found.columns) == list(COLUMNS)
    return [{str(key): cell for key, cell in row.items()} for row in found.to_dict("records")]


def lamp(address: str, **options: Any) -> dict[str, Any]:
    return device(address, friendly_name=f"lamp {address}", options=options)


def lamps(count: int, **more: Any) -> Tables:
    """Equal lamps: switched every day, power-on behaviour left as delivered."""
    addresses = [f"0x{number}" for number in range(count)]
    return tables(
        devices=[lamp(address) for address in addresses],
        capabilities=[
            row
            for address in addresses
            for row in (capability(address, "light/state"), capability(address, "power_on_behavior", **POWER_ON))
        ],
        entities=[
            row
            for address in addresses
            for row in (
                entity(f"light.{address}", address, "light/state"),
                entity(f"select.{address}", address, "power_on_behavior"),
            )
        ],
        observed=[
            row
            for address in addresses
            for row in (seen(f"light.{address}", changes=60), seen(f"select.{address}", last_value="on", seen=["on"]))
        ],
        **more,
    )


def test_ten_equal_lamps_are_one_opportunity_with_the_exact_message() -> None:
    (found,) = opportunities(lamps(10))
    assert found["label"] == "State after a power cut"
    assert found["ieee_addresses"] == [f"0x{number}" for number in range(10)]
    assert found["topics"][0] == "zigbee2mqtt/lamp 0x0/set"
    assert len(found["topics"]) == 10
    assert found["payload"] == {"power_on_behavior": "previous"}
    assert found["action"] == {
        "action": "select.select_option",
        "target": {"entity_id": [f"select.0x{number}" for number in range(10)]},
        "data": {"option": "previous"},
    }
    assert found["reason"] == "Each has kept one value since 2026-10-01 (on; 10 records, the last on 2026-10-01)."
    assert 0.8 < found["certainty"] < 0.9
    assert found["key"] == 'expose:power_on_behavior:{"power_on_behavior": "previous"}'


def test_the_key_does_not_depend_on_which_devices_have_it() -> None:
    assert opportunities(lamps(2))[0]["key"] == opportunities(lamps(5))[0]["key"]


def test_what_already_stands_at_the_advised_value_is_no_opportunity() -> None:
    home = lamps(1)
    home.observed.loc[home.observed["entity_id"] == "select.0x0", "last_value"] = "previous"
    assert opportunities(home) == []


@pytest.mark.parametrize(
    ("kind", "values", "last_value", "found"),
    [
        ("binary", ["LOCK", "UNLOCK"], "off", 1),
        ("binary", ["LOCK", "UNLOCK"], "on", 0),
        ("binary", ["LOCK", "UNLOCK"], "LOCK", 0),
    ],
)
def test_home_assistants_word_for_a_value_counts_too(kind: str, values: list[str], last_value: str, found: int) -> None:
    home = tables(
        devices=[lamp("0x1")],
        capabilities=[capability("0x1", "switch/state"), capability("0x1", "child_lock", kind=kind, values=values)],
        entities=[entity("switch.a", "0x1", "switch/state"), entity("switch.a_child_lock", "0x1", "child_lock")],
        observed=[seen("switch.a", changes=9), seen("switch.a_child_lock", last_value=last_value)],
    )
    assert len(opportunities(home)) == found


def test_a_number_that_home_assistant_writes_with_a_fraction_is_the_same_number() -> None:
    sensor = capability("0x1", "occupancy_timeout", kind="numeric", value_min=0, value_max=600)
    home = tables(
        devices=[lamp("0x1")],
        capabilities=[capability("0x1", "occupancy", access=1), sensor],
        entities=[entity("binary_sensor.a", "0x1", "occupancy"), entity("number.a", "0x1", "occupancy_timeout")],
        observed=[seen("binary_sensor.a", changes=9), seen("number.a", last_value="60.0")],
    )
    assert opportunities(home) == []


def test_a_feature_of_which_one_part_is_used_is_no_opportunity() -> None:
    home = tables(
        devices=[lamp("0x1")],
        capabilities=[
            capability("0x1", "light/level_config/execute_if_off", values=[True, False]),
            capability("0x1", "light/level_config/on_level", kind="numeric", value_min=1, value_max=254),
        ],
        entities=[entity("number.a", "0x1", "light/level_config/on_level")],
        observed=[seen("number.a", changes=1)],
    )
    assert opportunities(home) == []


def test_parts_of_a_composite_are_sent_together_and_without_home_assistant() -> None:
    parts = ["mode", "level", "strobe", "duration", "strobe_duty_cycle"]
    given: dict[str, dict[str, Any]] = {
        "mode": {"kind": "enum", "values": ["stop", "emergency"]},
        "level": {"kind": "enum", "values": ["low", "high"]},
        "strobe": {"values": [True, False]},
        "duration": {"kind": "numeric"},
        "strobe_duty_cycle": {"kind": "numeric", "value_min": 0, "value_max": 10},
    }
    home = tables(
        devices=[lamp("0x1")],
        capabilities=[
            capability("0x1", "battery_low", access=1),
            capability("0x1", "tamper", access=1),
            *(capability("0x1", f"warning/{part}", access=2, **given[part]) for part in parts),
        ],
        entities=[entity("binary_sensor.a", "0x1", "tamper")],
        observed=[seen("binary_sensor.a", changes=2)],
    )
    (found,) = opportunities(home)
    assert found["payload"] == {"warning": {"mode": "emergency", "level": "low", "strobe": True, "duration": 5}}
    assert found["action"] is None
    assert "can't be known" in found["reason"]
    assert found["certainty"] == pytest.approx(0.4)


def test_an_option_that_is_not_set_goes_to_zigbee2mqtts_own_topic_and_is_certain() -> None:
    option: dict[str, Any] = {"kind": "numeric", "access": 2, "origin": "option"}
    home = tables(
        devices=[lamp("0x1"), lamp("0x2"), lamp("0x3", transition=2)],
        capabilities=[
            row
            for address in ("0x1", "0x2", "0x3")
            for row in (capability(address, "light/state"), capability(address, "transition", **option))
        ],
        entities=[entity(f"light.{address}", address, "light/state") for address in ("0x1", "0x2", "0x3")],
        observed=[seen(f"light.{address}", changes=9) for address in ("0x1", "0x2", "0x3")],
    )
    (found,) = opportunities(home)
    assert found["origin"] == "option"
    assert found["ieee_addresses"] == ["0x1", "0x2"]
    assert found["topics"] == ["zigbee2mqtt/bridge/request/device/options"]
    assert found["payload"] == {"transition": 1}
    assert found["certainty"] == 1.0


def test_spare_devices_disabled_ones_and_groups_are_not_advised_on() -> None:
    power_on = capability("0x1", "power_on_behavior", **POWER_ON)
    entities = [entity("select.a", "0x1", "power_on_behavior")]
    observed = [seen("select.a", last_value="on")]
    spare = tables(devices=[lamp("0x1")], capabilities=[power_on], entities=entities, observed=observed)
    assert opportunities(spare) == []
    disabled = lamps(1)
    disabled.devices["disabled"] = True
    disabled.observed["changes"] = 0
    assert opportunities(disabled) == []
    group = lamps(1)
    group.devices["type"] = "Group"
    assert opportunities(group) == []


def test_a_feature_that_would_help_a_finding_ranks_higher_and_says_why() -> None:
    plain = opportunities(lamps(2))[0]
    helped = opportunities(lamps(2, gaps={"light.0x1": 5}))[0]
    assert helped["score"] > plain["score"]
    assert helped["usefulness"] == 1.0
    assert helped["reason"].startswith("lamp 0x1 was without power 5 times in the window, as a light is")


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (
            pattern("light.0x0", "on", trigger_entity_id="binary_sensor.hall", kind="co_occurrence"),
            "A habit starts with it: when lamp 0x9 notices somebody, light.0x0 is turned on (20 of 25 times).",
        ),
        (pattern("light.0x0", "on", already_automated=True, trigger_entity_id="binary_sensor.hall"), None),
        (pattern("light.0x0", "on"), None),
    ],
)
def test_a_motion_sensor_that_starts_a_habit_gets_its_timeout_advised(
    found: dict[str, Any], reason: str | None
) -> None:
    home = tables(
        devices=[lamp("0x9")],
        capabilities=[
            capability("0x9", "occupancy", access=1),
            capability("0x9", "occupancy_timeout", kind="numeric", value_min=0, value_max=600),
        ],
        entities=[entity("binary_sensor.hall", "0x9", "occupancy"), entity("number.hall", "0x9", "occupancy_timeout")],
        observed=[seen("binary_sensor.hall", changes=99), seen("number.hall", last_value="0")],
        patterns=[found],
    )
    (opportunity,) = opportunities(home)
    assert opportunity["reason"] == " ".join(
        filter(None, [reason, "It has kept one value since 2026-10-01 (0; 1 record, the last on 2026-10-01)."])
    )
    assert opportunity["now"] == "0"


@pytest.mark.parametrize(
    ("verdict", "first_seen", "expected"),
    [
        ("constant", at(-5), 0.883),
        ("constant", at(20), 0.51),
        ("constant", at(29), 0.4),
        ("never_seen", None, 0.706),
        ("not_observable", None, 0.4),
    ],
)
def test_certainty_grows_with_the_days_that_were_watched(verdict: str, first_seen: Any, expected: float) -> None:
    row = {"origin": "expose", "verdict": verdict, "first_seen": pd.Timestamp(first_seen)}
    assert certainty(row, START, END) == pytest.approx(expected, abs=0.001)
    assert certainty(row | {"origin": "option"}, START, END) == 1.0


def test_the_order_does_not_depend_on_the_order_of_the_rows() -> None:
    home = lamps(3, gaps={"light.0x1": 5})
    rows: dict[str, Any] = {
        name: table.sample(frac=1, random_state=4).reset_index(drop=True)
        for name, table in vars(home).items()
        if isinstance(table, pd.DataFrame)
    }
    shuffled = replace(home, **rows)
    assert opportunities(home) == opportunities(shuffled)


def test_silence_in_a_young_home_proves_little() -> None:
    def certainty_of(days: float) -> float:
        home = lamps(1, restarts=0)
        home.observed["first_seen"] = pd.Timestamp(at(30 - days))
        others = home.observed["entity_id"] != "select.0x0"
        stranger = pd.DataFrame(
            [seen("select.other", changes=1, seen=["espresso"], first_seen=pd.Timestamp(at(30 - days)))]
        )
        observed = pd.concat([home.observed.loc[others], stranger], ignore_index=True)
        (found,) = opportunities(replace(home, observed=observed))
        assert found["reason"] == "Its entity is known and stayed silent, while others of its kind are recorded."
        return float(found["certainty"])

    assert certainty_of(3) == pytest.approx(0.4)  # no more than is thought of any feature
    assert certainty_of(20) == pytest.approx(0.608, abs=0.001)
    assert certainty_of(30) == pytest.approx(0.706, abs=0.001)


@pytest.mark.parametrize(("kelvin", "advised"), [("2702", 250), ("4000", 370)])
def test_a_control_is_advised_a_value_it_does_not_have_yet(kelvin: str, advised: int) -> None:
    home = tables(
        devices=[lamp("0x1")],
        capabilities=[
            capability("0x1", "light/state", values=["ON", "OFF"]),
            capability("0x1", "light/color_temp", kind="numeric", value_min=153, value_max=500, unit="mired"),
        ],
        entities=[
            entity("light.a", "0x1", "light/state"),
            entity("light.a", "0x1", "light/color_temp", attribute="color_temp"),
        ],
        observed=[seen("light.a", changes=9), seen("light.a", "color_temp_kelvin", last_value=kelvin, seen=[kelvin])],
        patterns=[pattern("light.a", "on", minute_of_day=1200.4)],
    )
    (found,) = opportunities(home)
    evening = "A habit has to do with it: lamp 0x1 is turned on around 20:00 (on 20 of 25 days)."
    assert found["reason"].startswith(evening) == (advised == 370)  # a light that is warm already gains nothing
    assert found["payload"] == {"color_temp": advised}
    assert found["now"] == f"{round(1_000_000 / int(kelvin))} mired"
