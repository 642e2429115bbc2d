"""What devices last told (retained states) as a second witness: what it decides, what it leaves open, what it says."""

import json
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from homeintel.features.catalogue import load_catalogue
from homeintel.features.evidence import usage_rows
from homeintel.features.features import describe
from homeintel.features.records import as_records
from homeintel.features.reported import reported as read_reported
from homeintel.features.verdicts import judge
from homeintel.store import Store, insert
from tests.features.homes import END, START, at, capability, device, entity, reported, seen, tables

LAMP = "0x1"
SELECT = capability(LAMP, "power_on_behavior", kind="enum", values=["off", "on", "previous"], category="config")
DISABLED = entity("select.lamp", LAMP, "power_on_behavior", enabled=False)
ITS_ENTITY = entity("select.lamp", LAMP, "power_on_behavior")
ANOTHER = seen("select.other", changes=1)


def row(
    cap: dict[str, Any], told: list[dict[str, Any]], *entities: dict[str, Any], observed: Any = (ANOTHER,), **more: Any
) -> dict[str, Any]:
    home = tables(devices=[device(LAMP, **more)], capabilities=[cap, capability(LAMP, "light/state")],
                  entities=list(entities), observed=list(observed), told=told)  # fmt: skip
    return as_records(judge(home, load_catalogue()))[0]


def verdict(*given: Any, **more: Any) -> tuple[str, str | None]:
    found = row(*given, **more)
    return found["verdict"], found["reason"]


def test_a_setting_that_was_told_is_known_though_its_entity_is_disabled() -> None:
    found = row(SELECT, [reported(LAMP, "power_on_behavior", "previous", since=2)], DISABLED)
    assert (found["verdict"], found["last_value"], found["points"], found["changes"]) == ("constant", "previous", 0, 0)
    assert (found["first_seen"], found["last_seen"]) == (pd.Timestamp(at(2)), pd.Timestamp(at(30)))
    assert found["seen"] == ["previous"]


def test_a_setting_that_is_another_from_one_night_to_the_next_is_used_and_nobody_knows_by_whom() -> None:
    found = row(SELECT, [reported(LAMP, "power_on_behavior", "previous", since=9, changed=9)], DISABLED)
    assert (found["verdict"], found["changes"], found["unknown"]) == ("used", 1, 1)
    assert found["last_changed"] == pd.Timestamp(at(9))


def test_the_history_counts_where_it_knows_more() -> None:
    told = [reported(LAMP, "power_on_behavior", "previous", since=9, changed=9)]
    found = row(SELECT, told, ITS_ENTITY, observed=[seen("select.lamp", changes=4, last_value="on")])
    assert (found["verdict"], found["changes"], found["person"], found["last_value"]) == ("used", 4, 4, "on")


@pytest.mark.parametrize(
    ("path", "given", "lasts"),
    [
        ("power_on_behavior", {}, True),  # the catalogue knows it as a setting
        ("light/level_config/execute_if_off", {}, True),
        ("light/brightness", {}, False),  # it knows this as a control
        ("preset", {"category": "config"}, False),
        ("mystery", {"category": "config"}, True),  # Zigbee2MQTT calls it a setting
        ("mystery", {}, False),
        ("mystery", {"category": "config", "access": 1}, False),
    ],
)
def test_one_look_a_night_tells_all_of_a_setting_and_nothing_of_a_control(
    path: str, given: dict[str, Any], lasts: bool
) -> None:
    found = row(capability(LAMP, path, **given), [reported(LAMP, path, "1")])
    assert (found["verdict"] == "constant") == lasts
    assert found["last_value"] == "1"


def test_a_control_that_was_told_and_never_recorded_is_no_silent_one() -> None:
    brightness = capability(LAMP, "light/brightness", kind="numeric")
    its = entity("light.lamp", LAMP, "light/brightness", attribute="brightness")
    assert verdict(brightness, [reported(LAMP, "light/brightness", "200")], its, observed=[seen("light.other")]) == (
        "not_observable",
        "told_only",
    )


@pytest.mark.parametrize(
    ("cap", "entities", "expected"),
    [
        (SELECT, [ITS_ENTITY], ("unsupported", "told_null")),
        (SELECT, [DISABLED], ("unsupported", "told_null")),
        (SELECT, [], ("unsupported", "told_null")),
        (capability(LAMP, "effect", kind="enum", access=2), [], ("not_observable", "write_only")),
        (capability(LAMP, "action", kind="enum", access=1), [], ("not_observable", "press")),
    ],
)
def test_null_at_every_reading_is_unsupported_where_a_value_could_be_told(
    cap: dict[str, Any], entities: list[dict[str, Any]], expected: tuple[str, str]
) -> None:
    told = [reported(LAMP, cap["path"], None), reported(LAMP, "light/state", "ON")]
    assert verdict(cap, told, *entities) == expected


def test_a_device_that_has_told_nothing_at_all_is_not_unsupported() -> None:
    told = [reported(LAMP, "power_on_behavior", None), reported(LAMP, "light/state", None)]
    assert verdict(SELECT, told, ITS_ENTITY) == ("never_seen", None)


def test_what_was_told_before_a_device_was_disabled_says_nothing_of_now() -> None:
    told = [reported(LAMP, "power_on_behavior", "previous")]
    assert verdict(SELECT, told, DISABLED, disabled=True) == ("not_observable", "device_disabled")


def test_without_any_event_a_told_setting_is_still_known() -> None:
    told = [reported(LAMP, "power_on_behavior", "previous")]
    assert verdict(SELECT, told, ITS_ENTITY, observed=[]) == ("constant", None)


def test_the_evidence_holds_what_was_told_and_when() -> None:
    home = tables(
        devices=[device(LAMP)],
        capabilities=[SELECT, capability(LAMP, "operation_mode", kind="enum")],
        entities=[DISABLED],
        observed=[ANOTHER],
        told=[reported(LAMP, "power_on_behavior", "on", since=4, changed=4), reported(LAMP, "operation_mode", None)],
    )
    rows = usage_rows(describe(judge(home, load_catalogue()), load_catalogue()))
    first, second = (json.loads(text) for text in rows["evidence"])
    assert first["told"] == {
        "value": "on", "since": "2026-10-05T00:00:00Z", "last": "2026-10-31T00:00:00Z", "changed": "2026-10-05T00:00:00Z",
    }  # fmt: skip
    assert first["by"] == {"unknown": 1}
    assert second["told"] == {"value": None, "since": "2026-10-02T00:00:00Z", "last": "2026-10-31T00:00:00Z"}
    assert (
        second["why"] == "Zigbee2MQTT announces it, and the device has never told a value (null in its retained state)."
    )


def test_an_old_window_knows_nothing_of_what_was_told_later_nor_a_new_one_of_what_was_told_long_before(
    store: Store,
) -> None:
    rows = [
        {"path": name, "value": "on", "ieee_address": LAMP, "source": "zigbee2mqtt", "readings": 1,
         "since": at(since), "read_at": at(read), "changed_at": None if changed is None else at(changed)}
        for name, since, read, changed in (
            ("before", -20, -1, None), ("during", -20, 5, -20), ("changed", 3, 5, 3),
            ("that night", 30.2, 30.2, 30.2), ("later", 31.2, 31.2, None),
        )
    ]  # fmt: skip
    with store.transaction() as connection:
        insert(connection, "reported_values", pd.DataFrame(rows))
        found = read_reported(connection, START, END).set_index("path")
    assert set(found.index) == {"during", "changed", "that night"}
    assert found["told_changed"].notna().to_dict() == {"during": False, "changed": True, "that night": True}
    assert found.loc["that night", "told_at"] == datetime(2026, 10, 31, 4, 48, tzinfo=UTC)
