"""What a reader is told of anomalies, and the series they stand in."""

import json

import numpy as np
import pandas as pd
import pytest

from homeintel.patterns.anomaly_views import anomaly_view, new_tonight, of_devices, series
from homeintel.store import Store
from tests.patterns.homes import Home

START = pd.Timestamp("2026-01-10 03:05", tz="UTC")


def _row(number: int, kind: str = "level", score: float = 0.8, **detail: object) -> dict[str, object]:
    return {
        "anomaly_id": f"id{number}", "kind": kind, "entity_id": f"sensor.s{number}", "score": score,
        "started_at": START + pd.Timedelta(hours=number), "ended_at": START + pd.Timedelta(hours=number + 2),
        "expected": "about 20", "observed": "+6", "detail": json.dumps(detail) if detail else None,
    }  # fmt: skip


def test_the_entities_of_one_silent_device_are_one_row() -> None:
    rows = [_row(number, "silent", device="0x1", device_silent_since=5) for number in range(3)]
    rows += [_row(7, "silent", device="0x2", device_silent_since=5), _row(8)]
    devices = of_devices(pd.DataFrame(rows))
    assert list(zip(devices["anomaly_id"], devices["others"], strict=True)) == [("id8", 0), ("id7", 0), ("id2", 2)]
    view = anomaly_view(devices, "Europe/Berlin")
    assert view["entity"].tolist()[-1] == "sensor.s2 and 2 more of its device"
    assert view["when (Europe/Berlin)"].tolist()[0] == "Sat 2026-01-10 12:05 to 14:05"


def test_at_most_five_new_ones_are_told_the_most_surprising_first() -> None:
    devices = of_devices(pd.DataFrame([_row(number, score=number / 10) for number in range(9)]))
    told, new = new_tonight(devices, {"id8", "id1"})
    assert told["anomaly_id"].tolist() == ["id7", "id6", "id5", "id4", "id3"]
    assert new == 7


def test_without_any_anomaly_the_tables_are_empty() -> None:
    nothing = pd.DataFrame([_row(1)]).head(0)
    devices = of_devices(nothing)
    told, new = new_tonight(devices, set())
    assert (len(anomaly_view(told, "UTC")), new) == (0, 0)


@pytest.mark.parametrize(
    ("kind", "label", "values"),
    [
        ("rate", "reports an hour", 2),
        ("stuck", "state", "off"),
        ("unusual_time", "local time of day, hours", 12.0),
    ],
)
def test_each_kind_is_drawn_on_what_it_is_about(store: Store, kind: str, label: str, values: object) -> None:
    home = Home(days=10)
    for day in range(10):
        home.change(day, 720, "binary_sensor.door", "on")
        home.change(day, 725, "binary_sensor.door", "off")
    history = home.history(store)
    anomaly = {
        "kind": kind, "entity_id": "binary_sensor.door", "started_at": pd.Timestamp("2026-01-09 11:00", tz="UTC"),
        "ended_at": pd.NaT, "detail": json.dumps({"state": "on"}),
    }  # fmt: skip
    frame, shown = series(history, anomaly)
    assert shown == label
    assert values in set(np.round(frame["value"], 3) if kind == "unusual_time" else frame["value"])
