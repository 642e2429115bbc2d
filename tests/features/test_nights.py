"""What earlier nights leave for later ones: the trend, and values that the dropped days held."""

from datetime import timedelta

import pandas as pd
import pytest

from homeintel.features.earlier import last_known, nights
from homeintel.features.trend import compared, trend
from homeintel.store import Store
from tests.features.homes import END, START, fill

HOME = pd.DataFrame(
    {"used": [3], "usable": [4], "utilisation": [0.75], "weighted": [0.8], "not_observable_share": [0.1]}
)


def run(name: str, days_ago: int, *, superseded: bool = False) -> dict[str, object]:
    return {
        "run_id": name, "params_file": "p", "window_start": START, "window_end": END - timedelta(days=days_ago),
        "started_at": END, "status": "succeeded", "superseded": superseded, "version": "1",
    }  # fmt: skip


def usage(name: str, path: str, verdict: str, **given: object) -> dict[str, object]:
    return {
        "run_id": name, "ieee_address": "0x1", "path": path, "property": path, "verdict": verdict, "changes": 0,
        "distinct_values": 0, "settable": True, "feature": path, "usable": True, "usefulness": 0.5,
        "evidence": '{"first": "2026-09-01T00:00:00Z", "last": "2026-09-02T00:00:00Z", "values": ["on"], "value": "on"}',
    } | given  # fmt: skip


def test_the_newest_earlier_night_tells_what_was_known(store: Store) -> None:
    fill(
        store,
        job_runs=[run("old", 2), run("newest", 1), run("void", 1, superseded=True), run("tonight", 0)],
        device_feature_usage=[
            usage("old", "a", "constant"),
            usage("newest", "b", "used"),
            usage("newest", "c", "never_seen", evidence="{}"),
            usage("void", "d", "used"),
            usage("tonight", "e", "used"),
        ],
    )
    with store.connect() as connection:
        known = last_known(connection, END)
    assert known["path"].tolist() == ["b"]
    assert known["known_value"].tolist() == ["on"]
    assert list(known["known_values"].iloc[0]) == ["on"]
    assert known["known_last"].iloc[0] == pd.Timestamp("2026-09-02T00:00:00Z")


def test_each_night_of_the_trend_counts_features_once_and_leaves_groups_and_void_runs_out(store: Store) -> None:
    fill(
        store,
        job_runs=[run("a", 30), run("b", 1), run("void", 1, superseded=True), run("ancient", 200)],
        device_feature_usage=[
            usage("a", "x", "used"),
            usage("a", "y", "constant", usefulness=1.5),
            usage("b", "x", "used"),
            usage("b", "x2", "constant", feature="x"),
            usage("b", "y", "used", usefulness=1.5),
            usage("b", "z", "not_observable"),
            usage("b", "w", "used", usable=False),
            usage("b", "x", "constant", ieee_address="group:zigbee2mqtt:1"),
            usage("void", "x", "constant"),
            usage("ancient", "x", "used"),
        ],
    )
    with store.connect() as connection:
        table = nights(connection, END)
    assert table["used"].tolist() == [1, 2]
    assert table["usable"].tolist() == [2, 2]
    assert table["utilisation"].tolist() == [0.5, 1.0]
    assert table["weighted"].tolist() == [0.25, 1.0]
    assert table["not_observable_share"].tolist() == [0.0, pytest.approx(1 / 3)]


def history(*days_ago: int) -> pd.DataFrame:
    rows = [{"window_end": pd.Timestamp(END - timedelta(days=day)), **HOME.iloc[0].to_dict()} for day in days_ago]
    return pd.DataFrame(rows, columns=["window_end", *HOME.columns])


@pytest.mark.parametrize(
    ("days_ago", "expected"),
    [
        ((), ["tonight"]),
        ((1,), ["tonight", "last night"]),
        ((40, 31, 1), ["tonight", "last night", "a month ago"]),
        ((40, 1), ["tonight", "last night"]),
    ],
)
def test_tonight_is_compared_with_the_nights_that_exist(days_ago: tuple[int, ...], expected: list[str]) -> None:
    rows = trend(history(*days_ago), HOME, END)
    assert len(rows) == len(days_ago) + 1
    assert compared(rows)["night"].tolist() == expected


def test_without_any_feature_there_is_no_trend() -> None:
    assert compared(trend(history(), HOME.iloc[:0], END)).empty
