"""What a second night writes: nothing that did not change, everything that is due; devices that leave and come back."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import time_machine

from homeintel.bridge.age import age
from homeintel.bridge.devices import Device, fingerprint, read_device
from homeintel.bridge.diff import compare
from homeintel.bridge.phase import read, run
from homeintel.store import query
from tests.bridge.homes import phase_of
from tests.bridge.payloads import lamp, topics

NIGHT = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)


class Home:
    """A home whose retained topics are a file that tests rewrite, night after night."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "retained.json"
        self.phase = phase_of(folder, {"source": "file", "path": str(self.file)})

    def night(self, day: int, *devices: dict[str, Any], **more: Any) -> dict[str, int | float | str]:
        self.file.write_text(json.dumps(topics(*devices, **more)))
        with time_machine.travel(NIGHT + timedelta(days=day), tick=False):
            outcome = run(self.phase)
        return {**outcome.figures, "rows_written": outcome.rows_written}

    def rows(self, sql: str) -> list[list[Any]]:
        with self.phase.store.connect() as connection:
            found: list[list[Any]] = query(connection, sql).astype(object).to_numpy().tolist()
        return found

    def written(self) -> dict[str, set[int]]:
        """Return, for devices and for capabilities, address -> the day on which rows were written."""
        sql = "SELECT ieee_address, date_diff('day', TIMESTAMPTZ '2026-11-01 03:00+00', updated_at) FROM {}"
        tables = {name: self.rows(sql.format(name)) for name in ("devices", "device_capabilities")}
        return {
            f"{name} {address}": {day for other, day in rows if other == address}
            for name, rows in tables.items()
            for address, _ in rows
        }


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_night_on_which_nothing_changed_writes_no_row(home: Home) -> None:
    first = home.night(0, lamp("0x1", "lamp"), lamp("0x2", "other"))
    assert (first["devices_new"], first["rows_written"]) == (2, 2 + 4 + 4)
    second = home.night(1, lamp("0x1", "lamp"), lamp("0x2", "other"))
    assert second["rows_written"] == 0
    assert (second["devices_checked"], second["devices_new"], second["devices_changed"], second["devices_left"]) == (
        2,
        0,
        0,
        0,
    )
    assert home.written() == {
        "devices 0x1": {0}, "devices 0x2": {0}, "device_capabilities 0x1": {0}, "device_capabilities 0x2": {0}
    }  # fmt: skip
    assert home.rows("SELECT DISTINCT checked_at::VARCHAR FROM devices") == [["2026-11-02 03:00:00+00"]]


@pytest.mark.parametrize("change", ["firmware", "definition", "exposes"])
def test_a_change_of_firmware_definition_or_exposes_rewrites_that_device_alone(home: Home, change: str) -> None:
    home.night(0, lamp("0x1", "lamp"), lamp("0x2", "other"))
    changed = lamp("0x1", "lamp")
    if change == "firmware":
        changed["software_build_id"] = "2.0"
    elif change == "definition":
        changed["definition"]["version"] = "0.0.2"
    else:
        del changed["definition"]["exposes"][0]["features"][1]
    figures = home.night(1, changed, lamp("0x2", "other"))
    assert figures["devices_changed"] == 1
    written = home.written()
    assert (written["devices 0x1"], written["device_capabilities 0x1"]) == ({1}, {1})
    assert (written["devices 0x2"], written["device_capabilities 0x2"]) == ({0}, {0})
    assert len(home.rows("SELECT * FROM device_capabilities WHERE ieee_address = '0x1'")) == (
        1 if change == "exposes" else 2
    )


def test_a_new_name_rewrites_the_device_s_row_and_not_its_capabilities(home: Home) -> None:
    home.night(0, lamp("0x1", "lamp"))
    home.night(1, lamp("0x1", "reading lamp", disabled=True))
    assert home.rows("SELECT friendly_name, disabled FROM devices") == [["reading lamp", True]]
    assert home.written() == {"devices 0x1": {1}, "device_capabilities 0x1": {0}}


def test_a_change_of_availability_is_no_rewriting(home: Home) -> None:
    home.night(0, lamp("0x1", "lamp"))
    home.file.write_text(json.dumps({**topics(lamp("0x1", "lamp")), "zigbee2mqtt/lamp/availability": "offline"}))
    outcome = run(home.phase)
    assert outcome.rows_written == 0
    assert home.rows("SELECT available FROM devices") == [[False]]


def test_after_refresh_days_an_unchanged_device_is_written_anew(home: Home) -> None:
    home.night(0, lamp("0x1", "lamp"))
    assert home.night(29, lamp("0x1", "lamp"))["rows_written"] == 0
    figures = home.night(30, lamp("0x1", "lamp"))
    assert figures["rows_written"] == 3
    assert figures["devices_changed"] == 0
    assert home.written() == {"devices 0x1": {30}, "device_capabilities 0x1": {30}}


def test_a_device_that_left_is_kept_and_comes_back_as_itself(home: Home) -> None:
    home.night(0, lamp("0x1", "lamp"), lamp("0x2", "other"))
    left = home.night(1, lamp("0x1", "lamp"))
    assert left["devices_left"] == 1
    assert home.rows("SELECT ieee_address, left_at::VARCHAR FROM devices WHERE left_at IS NOT NULL") == [
        ["0x2", "2026-11-02 03:00:00+00"]
    ]
    assert len(home.rows("SELECT * FROM device_capabilities WHERE ieee_address = '0x2'")) == 2
    still = home.night(2, lamp("0x1", "lamp"))
    assert (still["devices_left"], still["rows_written"]) == (0, 0)
    back = home.night(3, lamp("0x1", "lamp"), lamp("0x2", "other"))
    assert (back["devices_new"], back["devices_changed"]) == (0, 1)
    assert home.rows("SELECT count(*), count(left_at) FROM devices") == [[2, 0]]


def test_an_entity_id_that_another_device_took_over_belongs_to_that_one_alone(home: Home) -> None:
    home.night(0, lamp("0x1", "lamp"))
    home.night(1, lamp("0x2", "lamp"))
    assert home.rows("SELECT DISTINCT ieee_address FROM entities") == [["0x2"]]


def test_entities_of_a_device_that_left_stay(home: Home) -> None:
    home.night(0, lamp("0x1", "lamp"), lamp("0x2", "other"))
    home.night(1, lamp("0x1", "lamp"))
    assert home.rows("SELECT DISTINCT entity_id FROM entities ORDER BY 1") == [["light.lamp"], ["light.other"]]


def test_a_device_that_lost_its_definition_loses_its_capabilities(home: Home) -> None:
    home.night(0, lamp("0x1", "lamp"))
    bare = lamp("0x1", "lamp", supported=False)
    del bare["definition"]
    home.night(1, bare)
    assert home.rows("SELECT * FROM device_capabilities") == []


def test_a_bridge_that_is_no_longer_configured_has_left(tmp_path: Path) -> None:
    file = tmp_path / "retained.json"
    file.write_text(json.dumps({**topics(lamp("0x1", "a"), base="a"), **topics(lamp("0x2", "b"), base="b")}))
    source = {"source": "file", "path": str(file)}
    assert run(phase_of(tmp_path, {**source, "base_topics": ["a", "b"]})).figures["devices_checked"] == 2
    phase = phase_of(tmp_path, {**source, "base_topics": ["a"]})
    assert run(phase).figures["devices_left"] == 1


def test_the_reading_names_what_changed(home: Home) -> None:
    home.night(0, lamp("0x1", "lamp"), lamp("0x2", "other"), lamp("0x3", "gone"))
    changed = lamp("0x2", "other", software_build_id="2.0")
    home.file.write_text(json.dumps(topics(lamp("0x1", "reading lamp"), changed, lamp("0x4", "new"))))
    found = {change.ieee_address: (change.kind, change.detail) for change in read(home.phase).difference.changes}
    assert found == {
        "0x1": ("renamed", "friendly_name: lamp -> reading lamp"),
        "0x2": ("changed", "software_build_id: - -> 2.0"),
        "0x3": ("left", ""),
        "0x4": ("new", ""),
    }


def test_the_comparison_is_pure() -> None:
    stored = pd.DataFrame(
        {
            "ieee_address": ["0x1"],
            "friendly_name": ["lamp"],
            "base_topic": ["z"],
            "type": ["Router"],
            "left_at": [pd.NaT],
        }
    )
    before = stored.copy()
    difference = compare(stored, [], unread={"z"}, groups_unread=(), now=NIGHT, refresh_days=30)
    assert difference.left == ()
    gone = compare(stored, [], unread=(), groups_unread=(), now=NIGHT, refresh_days=30)
    assert gone.left == ("0x1",)
    pd.testing.assert_frame_equal(stored, before)


def test_the_fingerprint_does_not_mind_the_order_of_keys() -> None:
    assert fingerprint({"a": 1, "b": [{"c": 2, "d": 3}]}) == fingerprint({"b": [{"d": 3, "c": 2}], "a": 1})
    assert fingerprint({"a": [1, 2]}) != fingerprint({"a": [2, 1]})


def test_a_device_s_last_seen_is_utc_in_either_form() -> None:
    def seen(value: object) -> Device:
        return read_device({"ieee_address": "0x1", "last_seen": value}, "z")

    expected = datetime(2026, 11, 22, 17, 18, 17, tzinfo=UTC)
    assert seen("2026-11-22T17:18:17Z").last_seen == expected
    assert seen("2026-11-22T18:18:17+01:00").last_seen == expected
    assert seen(int(expected.timestamp() * 1000)).last_seen == expected
    odd_values: list[object] = ["never", 1e30, True, None, {}]
    for odd in odd_values:
        assert seen(odd).last_seen is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a minute"),
        (61, "1 minute"),
        (7_300, "2 hours"),
        (86_400 * 3, "3 days"),
        (-5, "less than a minute"),
    ],
)
def test_ages_in_words(seconds: float, words: str) -> None:
    assert age(NIGHT, NIGHT + timedelta(seconds=seconds)) == words
