import pandas as pd

from homeintel.features.views import opportunity_table, readable, unknown_table, untouched_table, verdict_counts

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


def test_verdicts_are_counted_with_options_apart() -> None:
    table = verdict_counts(ROWS)
    assert table["origin"].tolist() == ["Zigbee2MQTT's options", "device", "device"]
    assert table["properties"].tolist() == [1, 2, 1]


def test_shares_are_per_cent_and_times_are_local() -> None:
    table = pd.DataFrame(
        {
            "ieee_address": ["0x1"],
            "utilisation": [0.534],
            "last_seen": pd.to_datetime(["2026-10-31T23:30:00Z"]),
        }
    )
    shown = readable(table, "Europe/Berlin")
    assert list(shown.columns) == ["in use, %", "last seen"]
    assert shown["in use, %"].tolist() == [53.0]
    assert shown["last seen"].iloc[0].hour == 0


def test_an_opportunity_names_a_few_devices_and_counts_the_rest() -> None:
    names = [f"lamp {number}" for number in range(8)]
    table = pd.DataFrame(
        {
            "label": ["Child lock"], "sentence": ["Locks."], "friendly_names": [names], "payload": [{"child_lock": "LOCK"}],
            "topics": [["a/set"]], "action": [None], "caveats": [""], "reason": ["It kept one value."],
            "certainty": [0.876], "score": [0.5],
        }
    )  # fmt: skip
    row = opportunity_table(table).iloc[0]
    assert row["devices"] == "lamp 0, lamp 1, lamp 2, lamp 3, lamp 4, lamp 5 and 2 more"
    assert row["send"] == '{"child_lock": "LOCK"}'
    assert row["in Home Assistant"] == "no control"
    assert row["sure"] == 0.88


def test_nothing_gives_empty_tables() -> None:
    assert opportunity_table(pd.DataFrame(columns=["label", "sentence", "friendly_names", "payload", "topics", "action",
                                                   "caveats", "reason", "certainty", "score"])).empty  # fmt: skip
    assert unknown_table(ROWS.iloc[:0]).empty
    assert verdict_counts(ROWS.iloc[:0]).empty


def test_settings_the_catalogue_does_not_know_are_told_in_zigbee2mqtts_words() -> None:
    common = {"verdict": "constant", "settable": True, "usable": True, "catalogued": False, "label": "Odd setting",
              "description": "Does odd things.", "last_value": "5", "values": None, "value_min": 0.0, "value_max": 9.0,
              "unit": "s", "name": "odd"}  # fmt: skip
    rows = pd.DataFrame(
        [
            common | {"ieee_address": "0x2"},
            common | {"ieee_address": "0x1"},
            common | {"ieee_address": "0x1", "name": "rare", "values": '["a", "b"]', "label": "Rare"},
            common | {"ieee_address": "0x1", "name": "known", "catalogued": True},
            common | {"ieee_address": "0x1", "name": "busy", "verdict": "used"},
        ]
    )
    devices = pd.DataFrame({"ieee_address": ["0x1", "0x2"], "friendly_name": ["lamp", "plug"]})
    table = untouched_table(rows, devices)
    assert table["setting"].tolist() == ["Odd setting", "Rare"]
    assert table["devices"].tolist() == ["lamp, plug", "lamp"]
    assert table["takes"].tolist() == ["0 to 9 s", "a, b"]
    assert untouched_table(rows.iloc[:0], devices).empty
