"""What earlier nights leave for later ones: the trend, and values that the dropped days held."""

from datetime import timedelta

import pandas as pd
import pytest

from homeintel.features.earlier import last_known, last_used, nights
from homeintel.features.trend import trend, with_trend
from homeintel.features.utilisation import utilisation
from homeintel.store import Store
from tests.features.homes import END, START, device, fill

TONIGHT = pd.DataFrame(
    {
        "ieee_address": ["0x1", "0x2"], "features": [5, 2], "used": [3, 0], "usable": [4, 1], "not_observable": [1, 1],
        "used_weight": [2.0, 0.0], "usable_weight": [3.0, 1.0],
    }
)  # fmt: skip
DEVICES = pd.DataFrame([device("0x1", area="hall"), device("0x2", area="attic")])


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
    assert table["ieee_address"].tolist() == ["0x1", "0x1"]
    assert table["features"].tolist() == [2, 3]
    assert table["used"].tolist() == [1, 2]
    assert table["usable"].tolist() == [2, 2]
    assert table["not_observable"].tolist() == [0, 1]
    assert table["used_weight"].tolist() == [0.5, 2.0]
    assert table["usable_weight"].tolist() == [2.0, 2.0]


def history(*days_ago: int) -> pd.DataFrame:
    """Nights on which only the first device was there, and used half of its four features."""
    row = TONIGHT.iloc[:1].assign(used=2)
    parts = [row.assign(window_end=pd.Timestamp(END - timedelta(days=day))) for day in days_ago]
    return pd.concat(parts, ignore_index=True) if parts else row.assign(window_end=pd.Timestamp(END)).iloc[:0]


@pytest.mark.parametrize(
    ("days_ago", "last_night", "month_ago"),
    [((), None, None), ((1,), 0.5, None), ((40, 31, 1), 0.5, 0.5), ((40, 1), 0.5, None), ((31,), 0.5, 0.5)],
)
def test_tonight_stands_beside_last_night_and_a_month_ago(
    days_ago: tuple[int, ...], last_night: float | None, month_ago: float | None
) -> None:
    home = with_trend(utilisation(TONIGHT, DEVICES), history(*days_ago), DEVICES, None, END).iloc[0]
    assert home["utilisation"] == pytest.approx(3 / 5)
    for name, expected in (("last_night", last_night), ("month_ago", month_ago)):
        assert pd.isna(home[name]) if expected is None else home[name] == expected


def test_every_group_has_its_own_trend() -> None:
    table = with_trend(utilisation(TONIGHT, DEVICES, "area"), history(1), DEVICES, "area", END)
    assert table["area"].tolist() == ["hall", "attic"]
    assert table["utilisation"].tolist() == [0.75, 0.0]
    assert table["last_night"].tolist()[0] == 0.5
    assert pd.isna(table["last_night"].tolist()[1])
    assert table["month_ago"].isna().all()
    assert table["weighted"].tolist() == [pytest.approx(2 / 3), 0.0]
    assert table["last_night_weighted"].tolist()[0] == pytest.approx(2 / 3)


def test_when_a_device_was_last_in_use_is_known_from_all_earlier_nights(store: Store) -> None:
    fill(
        store,
        job_runs=[run("old", 60), run("newest", 1), run("void", 1, superseded=True), run("tonight", 0)],
        device_feature_usage=[
            usage("old", "a", "used", changes=3, last_changed=START - timedelta(days=40)),
            usage("old", "b", "used", changes=1, last_changed=START - timedelta(days=35)),
            usage("newest", "a", "constant"),
            usage("void", "a", "used", changes=1, last_changed=START),
            usage("tonight", "a", "used", changes=1, last_changed=START),
        ],
    )
    with store.connect() as connection:
        table = last_used(connection, END)
    assert table.to_numpy().tolist() == [["0x1", pd.Timestamp(START - timedelta(days=35))]]


def test_the_trend_ends_with_tonight() -> None:
    rows = trend(history(2, 1), TONIGHT, END)
    assert rows["utilisation"].tolist() == [0.5, 0.5, 0.6]
    assert rows["window_end"].is_monotonic_increasing
    assert len(trend(history(), TONIGHT, END)) == 1


def test_without_any_feature_there_is_no_trend() -> None:
    assert trend(history(), TONIGHT.iloc[:0], END).empty
