"""The demo home holds together: rows in the window, truth in the rows, the same bytes each time."""

import hashlib
import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from homeintel.errors import SettingsError
from homeintel.settings import load_settings
from homeintel.simulate import SimulatedHome, simulate_events, simulate_home, simulate_retained, write_home
from homeintel.simulate.history import EVENT_SCHEMA

DIGEST = """
import hashlib, json
from datetime import date
from homeintel.simulate import simulate_home
home = simulate_home(seed=3, days=12, end=date(2026, 4, 5))
digest = hashlib.sha256()
for column in home.events.columns:
    for value in column.to_pylist():
        digest.update(repr(value).encode())
digest.update(json.dumps(home.retained).encode())
digest.update(json.dumps(home.truth.to_json()).encode())
print(digest.hexdigest())
"""


def test_size_and_schema(demo: SimulatedHome) -> None:
    assert demo.events.schema == EVENT_SCHEMA
    assert 60_000 < demo.events.num_rows < 100_000
    assert demo.start == date(2026, 10, 9)
    assert demo.end == date(2026, 11, 8)


def test_rows_lie_in_the_window_and_are_sorted(demo: SimulatedHome, rows: pd.DataFrame) -> None:
    assert rows["ts"].min() >= datetime(2026, 10, 8, 22, tzinfo=UTC)
    assert rows["ts"].max() < datetime(2026, 11, 7, 23, tzinfo=UTC)
    order = list(zip(rows["ts"], rows["entity_id"], strict=True))
    assert order == sorted(order)
    future = demo.future.to_pandas()
    assert future["ts"].min() >= datetime(2026, 11, 7, 23, tzinfo=UTC)
    assert future["ts"].max() < datetime(2026, 11, 14, 23, tzinfo=UTC)


def test_another_process_makes_the_same_home() -> None:
    digests = set()
    for hash_seed in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", DIGEST],
            check=True,
            capture_output=True,
            text=True,
            env={"PYTHONHASHSEED": hash_seed, "PATH": "/usr/bin:/bin"},
            cwd=Path(__file__).parents[2],
        )
        digests.add(done.stdout.strip())
    assert len(digests) == 1
    assert len(digests.pop()) == hashlib.sha256().digest_size * 2


def test_parts_alone_are_the_same_as_in_the_whole(demo: SimulatedHome) -> None:
    assert simulate_retained(seed=7) == demo.retained
    assert simulate_events(seed=7, days=30, end=date(2026, 11, 8)).equals(demo.events)


def test_another_seed_is_another_home(demo: SimulatedHome) -> None:
    other = simulate_home(seed=8, days=30, end=date(2026, 11, 8))
    assert other.truth.routines != demo.truth.routines
    assert other.retained != demo.retained


def test_unknown_kind_names_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r"castle.*regular"):
        simulate_home(seed=1, days=3, end=date(2026, 1, 4), kind="castle")


@pytest.mark.parametrize("devices", [1, 2, 3, 17, 130])
def test_any_number_of_devices(devices: int) -> None:
    home = simulate_home(seed=2, days=2, end=date(2026, 1, 4), devices=devices)
    listed = json.loads(home.retained["zigbee2mqtt/bridge/devices"])
    assert len(listed) == devices + 1  # and the coordinator
    assert home.events.num_rows > 0


def test_write_home_can_be_run(demo: SimulatedHome, tmp_path: Path) -> None:
    params_file = write_home(demo, tmp_path / "out")
    settings = load_settings(params_file)
    assert settings.home.name == "regular-7"
    assert settings.window.days == 30
    assert settings.window.end == date(2026, 11, 8)
    assert json.loads((tmp_path / "out" / "retained.json").read_text(encoding="utf-8")) == demo.retained
    truth = json.loads((tmp_path / "out" / "truth.json").read_text(encoding="utf-8"))
    assert truth["routines"][0]["entity_id"] == demo.truth.routines[0].entity_id
    assert datetime.fromisoformat(truth["restarts"][0]["started_at"]) == demo.truth.restarts[0].started_at
    assert parquet.read_table(tmp_path / "out" / "events.parquet").equals(demo.events)


def test_every_event_belongs_to_an_enabled_entity(demo: SimulatedHome, rows: pd.DataFrame) -> None:
    known = {entity.entity_id for entity in demo.truth.entities if entity.enabled}
    extra = {name for name in rows["entity_id"] if not name.startswith(("person.", "automation.", "sun."))}
    assert "light.living_room_all_lights" in extra
    extra.remove("light.living_room_all_lights")
    assert extra <= known


def test_nobody_acts_while_away(demo: SimulatedHome, rows: pd.DataFrame) -> None:
    assert len(demo.truth.away_days) == 2
    away = rows[rows["local"].dt.date.isin(demo.truth.away_days)]
    assert away["context_user_id"].notna().sum() == 0
    motion = away[away["entity_id"].str.endswith("_motion_occupancy") & (away["state"] == "on")]
    restarts = [restart.ended_at for restart in demo.truth.restarts]
    for ts in motion["ts"]:
        assert any(abs(ts - restart) < timedelta(minutes=1) for restart in restarts)


def test_a_restart_makes_everything_unavailable_and_brings_it_back(demo: SimulatedHome, rows: pd.DataFrame) -> None:
    for restart in demo.truth.restarts:
        near = rows[(rows["ts"] >= restart.started_at) & (rows["ts"] < restart.ended_at + timedelta(seconds=4))]
        gone = near[near["state"] == "unavailable"]
        assert gone["entity_id"].nunique() > 300
        back = near[near["state"] != "unavailable"]
        assert len(set(gone["entity_id"]) - set(back["entity_id"])) < 10
        assert (gone["ts"].max() - gone["ts"].min()) < timedelta(seconds=1)


def test_causes_are_as_rare_as_in_real_homes(rows: pd.DataFrame) -> None:
    acts = rows[rows["entity_id"].str.startswith(("light.", "switch.", "cover.", "lock.", "fan."))]
    by_user = acts["context_user_id"].notna().mean()
    assert 0.02 < by_user < 0.15
    assert acts["context_parent_id"].notna().sum() > 100
    assert acts["context_parent_id"].dropna().str.fullmatch(r"[0-9A-HJKMNP-TV-Z]{26}").all()


def test_attributes_are_json_with_a_friendly_name(rows: pd.DataFrame) -> None:
    some = rows["attributes"].dropna().drop_duplicates()
    assert len(some) > 500
    assert all("friendly_name" in json.loads(text) for text in some)


def test_empty_home_plants_nothing() -> None:
    home = simulate_home(seed=1, days=10, end=date(2026, 11, 8), kind="empty")
    planted = (home.truth.routines, home.truth.sun_routines, home.truth.couplings, home.truth.automations)
    assert planted == ((), (), (), ())
    assert isinstance(home.events, pa.Table)
