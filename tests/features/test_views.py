import pandas as pd

from homeintel.features.views import (
    home_table,
    readable,
    unknown_table,
    untouched_table,
    utilisation_table,
    verdict_counts,
)

ROWS = pd.DataFrame(
    {
        "ieee_address": ["0x1", "0x1", "0x2", "0x2"],
        "path": ["a", "b", "a", "t"],
        "origin": ["expose", "expose", "expose", "option"],
        "verdict": ["used", "not_observable", "not_observable", "constant"],
        "reason": [None, "write_only", "write_only", None],
    }
)


def test_what_cannot_be_known_is_counted_by_reason_with_its_remedy() -> None:
    table = unknown_table(ROWS)
    assert table[["properties", "devices"]].to_numpy().tolist() == [[2, 2]]
    assert table["why"].tolist() == ["The device can be told this but never reports it (write-only)."]
    assert table["to make it observable"].tolist() == ["-"]
    composite = unknown_table(ROWS.replace({"write_only": "no_control"}))
    assert composite["to make it observable"].iloc[0].startswith("Set retain: true for the device in Zigbee2MQTT")


def test_verdicts_are_counted_with_options_apart() -> None:
    table = verdict_counts(ROWS)
    assert table["setting or value of"].tolist() == ["device", "device", "Zigbee2MQTT's options"]
    assert table["verdict"].tolist() == ["not observable", "used", "constant"]
    assert table["properties"].tolist() == [2, 1, 1]


def test_times_are_local_and_names_are_those_of_people() -> None:
    table = pd.DataFrame(
        {
            "ieee_address": ["0x1"],
            "friendly_name": ["lamp"],
            "verdict": ["never_seen"],
            "setting": [True],
            "last_seen": pd.to_datetime(["2026-10-31T23:30:00Z"]),
        }
    )
    shown = readable(table, "Europe/Berlin")
    assert list(shown.columns) == ["device", "verdict", "setting", "last seen"]
    assert shown.iloc[0, :3].tolist() == ["lamp", "never seen", "yes"]
    assert shown["last seen"].iloc[0].hour == 0


NAN = float("nan")
GROUPS = pd.DataFrame(
    {
        "area": ["hall", "attic"], "devices": [2, 1], "features": [10, 3], "used": [4, 0], "usable": [8, 0],
        "not_observable": [2, 3], "utilisation": [0.5, NAN], "weighted": [0.556, NAN], "not_observable_share": [0.2, 1.0],
        "last_night": [0.494, NAN], "month_ago": [NAN, NAN], "last_night_weighted": [0.5, NAN],
        "month_ago_weighted": [0.25, NAN],
    }
)  # fmt: skip


def test_each_groups_share_stands_beside_what_it_was_and_what_cannot_be_observed() -> None:
    table = utilisation_table(GROUPS, "area")
    assert list(table.columns) == ["area", "devices", "in use", "in use, %", "by usefulness, %", "can't be observed"]
    assert table.iloc[0].tolist() == [
        "hall", 2, "4 of 8", "50 (last night 49)", "56 (last night 50, a month ago 25)", "2 of 10",
    ]  # fmt: skip
    assert table["in use, %"].isna().tolist() == [False, True]
    assert table["can't be observed"].tolist()[1] == "3 of 3"
    assert "device" in utilisation_table(GROUPS.rename(columns={"area": "friendly_name"}), "friendly_name").columns


def test_the_home_is_told_by_count_and_by_usefulness() -> None:
    table = home_table(GROUPS.drop(columns="area").head(1))
    assert table["features in use"].tolist() == ["4 of 8", ""]
    assert table["in use, %"].tolist() == [50, 56]
    assert table["last night, %"].tolist() == [49, 50]
    assert table["a month ago, %"].isna().tolist() == [True, False]
    assert table["can't be observed, %"].tolist() == [20, 20]
    assert home_table(GROUPS.drop(columns="area").head(0))["in use, %"].isna().all()


def test_nothing_gives_empty_tables() -> None:
    assert utilisation_table(GROUPS.iloc[:0], "area").empty
    assert unknown_table(ROWS.iloc[:0]).empty
    assert verdict_counts(ROWS.iloc[:0]).empty


def test_settings_the_catalogue_does_not_know_are_told_in_zigbee2mqtts_words() -> None:
    common = {"verdict": "constant", "settable": True, "usable": True, "catalogued": False, "label": "Odd setting",
              "description": "Does odd things.", "last_value": "5.0", "kind": "numeric", "values": None, "value_min": 0.0, "value_max": 9.0,
              "unit": "s", "name": "odd"}  # fmt: skip
    rows = pd.DataFrame(
        [
            common | {"ieee_address": "0x2"},
            common | {"ieee_address": "0x1"},
            common
            | {
                "ieee_address": "0x1",
                "name": "rare",
                "values": '["a", "b"]',
                "label": "Rare",
                "kind": "enum",
                "last_value": "a",
            },
            common
            | {
                "ieee_address": "0x1",
                "name": "so",
                "values": "[true, false]",
                "label": "So",
                "kind": "binary",
                "last_value": None,
            },
            common | {"ieee_address": "0x1", "name": "known", "catalogued": True},
            common | {"ieee_address": "0x1", "name": "busy", "verdict": "used"},
        ]
    )
    devices = pd.DataFrame({"ieee_address": ["0x1", "0x2"], "friendly_name": ["lamp", "plug"]})
    table = untouched_table(rows, devices)
    assert table["setting"].tolist() == ["Odd setting", "Rare", "So"]
    assert table["devices"].tolist() == ["lamp, plug", "lamp", "lamp"]
    assert table["takes"].tolist() == ["0 to 9 s", "a, b", "on, off"]
    assert table["now"].fillna("-").tolist() == ["5 s", "a", "-"]
    assert untouched_table(rows.iloc[:0], devices).empty
