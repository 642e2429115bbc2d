"""Points by the million: their number, their shape, their order."""

import json
from datetime import UTC, datetime

import pandas as pd
import pyarrow as pa
import pytest

from homeintel.simulate import devices_for, simulate_raw, simulate_retained
from homeintel.simulate.volume import RAW_SCHEMA


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    frame: pd.DataFrame = pa.Table.from_batches(list(simulate_raw(50_000, 400, 5, 0.3, 9))).to_pandas()
    return frame


def test_as_many_points_and_entities_as_asked(raw: pd.DataFrame) -> None:
    assert len(raw) == 50_000
    assert raw["entity_id"].nunique() > 350
    assert raw["ts"].is_monotonic_increasing
    assert raw["ts"].min() >= datetime(2026, 11, 3, tzinfo=UTC)
    assert raw["ts"].max() < datetime(2026, 11, 8, tzinfo=UTC)


def test_discrete_entities_alternate_and_have_their_share(raw: pd.DataFrame) -> None:
    discrete = ~raw["entity_id"].str.startswith("sensor.")
    assert abs(discrete.mean() - 0.3) < 0.02
    lights = raw[raw["entity_id"].str.startswith("light.")]
    again = lights["state"] == lights.groupby("entity_id")["state"].shift()
    assert again.sum() == 0
    assert raw[~discrete]["state"].astype(float).between(0, 41).all()


def test_some_entities_write_most(raw: pd.DataFrame) -> None:
    counts = raw["entity_id"].value_counts()
    assert counts.head(20).sum() > 0.3 * len(raw)


def test_the_same_seed_gives_the_same_points() -> None:
    one, other = (pa.Table.from_batches(list(simulate_raw(2000, 50, 2, 0.5, 1))) for _ in range(2))
    assert one.equals(other)
    assert one.schema == RAW_SCHEMA


def test_the_broker_knows_the_entities(raw: pd.DataFrame) -> None:
    topics = simulate_retained(seed=9, kind="empty", devices=devices_for(400))
    listed = {
        json.loads(payload)["object_id"]
        for topic, payload in topics.items()
        if topic.startswith("homeassistant/light/")
    }
    lights = set(raw[raw["entity_id"].str.startswith("light.")]["entity_id"])
    assert lights
    assert {name.removeprefix("light.") for name in lights} & {
        name.replace("/", "_").replace("ü", "u") for name in listed
    }
