from typing import Any, cast

import duckdb
import pandas as pd
import pytest

from homeintel.features.observed import COLUMNS, observe
from homeintel.store import Store
from tests.features.homes import END, START, attribute, event, fill, measurement


def seen(store: Store) -> dict[tuple[str, str], dict[str, Any]]:
    with store.connect() as connection:
        rows = observe(connection, START, END).to_dict("records")
    return {(row["entity_id"], row["attribute"]): {str(key): value for key, value in row.items()} for row in rows}


def counts(row: dict[str, Any]) -> tuple[int, int, int]:
    return row["points"], row["changes"], row["distinct_values"]


def test_nothing_stored_gives_no_rows_with_all_columns(store: Store) -> None:
    with store.connect() as connection:
        rows = observe(connection, START, END)
    assert list(rows.columns) == list(COLUMNS)
    assert len(rows) == 0


def test_changes_are_counted_by_cause_and_a_restart_is_nobodys_use(store: Store) -> None:
    fill(
        store,
        events=[
            event(1, "switch.a", "on", "off", "person"),
            event(2, "switch.a", "off", "on", "automation"),
            event(3, "switch.a", "on", "off", "device"),
            event(4, "switch.a", "off", "on", "restart"),
        ],
    )
    row = seen(store)["switch.a", ""]
    assert row["points"] == 4
    assert row["changes"] == 3
    assert (row["person"], row["automation"], row["device"], row["unknown"]) == (1, 1, 1, 0)
    assert row["distinct_values"] == 2
    assert row["last_changed"] == pd.Timestamp("2026-10-04T00:00:00Z")
    assert row["last_seen"] == pd.Timestamp("2026-10-05T00:00:00Z")


def test_a_value_from_before_the_window_is_seen_but_no_change(store: Store) -> None:
    fill(store, events=[event(-5, "select.a", "restore", "off"), event(40, "select.a", "on", "restore")])
    row = seen(store)["select.a", ""]
    assert counts(row) == (1, 0, 1)
    assert row["last_value"] == "restore"
    assert pd.isna(row["last_changed"])


def test_the_first_value_ever_seen_is_no_change(store: Store) -> None:
    fill(store, events=[event(3, "select.a", "on", None)])
    assert seen(store)["select.a", ""]["changes"] == 0


def test_a_light_that_goes_off_and_on_at_one_brightness_does_not_change_its_brightness(store: Store) -> None:
    fill(
        store,
        attribute_changes=[
            attribute(1, "light.a", "brightness", "254"),
            attribute(2, "light.a", "brightness", None),
            attribute(3, "light.a", "brightness", "254"),
            attribute(4, "light.b", "brightness", "254"),
            attribute(5, "light.b", "brightness", None),
            attribute(6, "light.b", "brightness", "120"),
        ],
    )
    rows = seen(store)
    assert counts(rows["light.a", "brightness"]) == (2, 0, 1)
    assert counts(rows["light.b", "brightness"]) == (2, 1, 2)


@pytest.mark.parametrize(
    ("rows", "moved"),
    [
        ([measurement(1, "number.a", 5), measurement(2, "number.a", 5)], False),
        ([measurement(1, "number.a", 5), measurement(2, "number.a", 6)], True),
        ([measurement(1, "number.a", 5, 7)], True),
        ([measurement(-2, "number.a", 5), measurement(3, "number.a", 6)], True),
        ([measurement(-2, "number.a", 5), measurement(-1, "number.a", 6)], False),
    ],
)
def test_a_series_of_numbers_changes_when_its_value_moves_in_the_window(
    store: Store, rows: list[dict[str, Any]], moved: bool
) -> None:
    fill(store, measurements=rows)
    row = seen(store)["number.a", ""]
    assert (row["changes"] > 0) == moved
    assert (row["distinct_values"] > 1) == (
        len({entry["min"] for entry in rows} | {entry["max"] for entry in rows}) > 1
    )


def test_each_press_of_a_button_is_a_use(store: Store) -> None:
    fill(store, events=[event(1, "button.a", "pressed", None), event(2, "button.a", "pressed", "pressed")])
    assert seen(store)["button.a", ""]["changes"] == 2


def test_each_of_the_three_tables_is_scanned_once(store: Store) -> None:
    fill(
        store,
        events=[event(1, "switch.a", "on", "off")],
        attribute_changes=[attribute(1, "light.a", "brightness", "1")],
        measurements=[measurement(1, "number.a", 5)],
    )
    with store.connect() as connection:
        plans = PlannedConnection(connection)
        observe(cast("duckdb.DuckDBPyConnection", plans), START, END)
    assert sum(plan.count("Seq Scan") for plan in plans.seen) == 3


class PlannedConnection:
    """A connection that notes the plan of each statement."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.seen: list[str] = []

    def execute(self, sql: str, parameters: list[Any]) -> duckdb.DuckDBPyConnection:
        self.seen += [plan for _, plan in self._connection.execute(f"EXPLAIN {sql}", parameters).fetchall()]
        return self._connection.execute(sql, parameters)
