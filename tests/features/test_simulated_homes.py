"""Verdicts against homes whose every row is known: through the real phases 1 and 2, some entities renamed or left out."""

import json
import random
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from homeintel.bridge import phase as bridge
from homeintel.events import phase as events
from homeintel.features import phase as features
from homeintel.features.analysis import FeatureAnalysis
from homeintel.phase import Phase, Window
from homeintel.settings import load_settings
from homeintel.simulate import SimulatedHome, simulate_home
from homeintel.store import Store, migrate
from tests.features.witness import CARRIERS, Series, witness

END = date(2026, 11, 8)
DAYS = 10
DEVICES = 20
SEEDS = range(20)

PARAMS = """
home: {{name: test, timezone: Europe/Berlin, latitude: 52.52, longitude: 13.40}}
window: {{days: {days}, end: {end}}}
bridge: {{source: file, path: retained.json}}
events: {{source: files, paths: [events.parquet], exclude_entities: {excluded}}}
storage: {{database: home.duckdb, reports: reports}}
publish: {{enabled: false}}
"""


@dataclass
class Played:
    """One simulated home, and what the analysis said of it."""

    home: SimulatedHome
    analysis: FeatureAnalysis
    seen: dict[tuple[str, str], Series]
    renamed: frozenset[str]
    excluded: frozenset[str]


def play(folder: Path, seed: int) -> Played:
    """Run phases 1, 2 and 4 on a simulated home in which people renamed entities and excluded others."""
    home = simulate_home(seed=seed, days=DAYS, end=END, devices=DEVICES)
    chosen = random.Random(seed).sample(sorted({entity.entity_id for entity in home.truth.entities}), 12)
    renamed, excluded = frozenset(chosen[:6]), frozenset(chosen[6:])
    rows = _rename(home.events, renamed)
    (folder / "retained.json").write_text(json.dumps(home.retained))
    pq.write_table(rows, folder / "events.parquet")
    params = PARAMS.format(days=DAYS, end=END, excluded=json.dumps(sorted(excluded)))
    (folder / "params.yaml").write_text(params)
    settings = load_settings(str(folder / "params.yaml"))
    store = Store(settings.storage.database)
    migrate(store)
    window = Window.of(settings)
    bridge.run(Phase("capabilities", settings, window, store, "r"))
    events.run(Phase("events", settings, window, store, "r"))
    phase = Phase("features", settings, window, store, "r")
    analysis = features.analyse_tables(phase, features.load(phase))
    return Played(home, analysis, witness(rows, window.start, window.end), renamed, excluded)


def _rename(rows: pa.Table, entities: frozenset[str]) -> pa.Table:
    """Give entities an id that only Home Assistant's registry would know."""
    known = rows["entity_id"].combine_chunks().dictionary_encode()
    names = [f"{name}_by_the_window" if name in entities else name for name in known.dictionary.to_pylist()]
    renamed = pc.take(pa.array(names), known.indices)
    return rows.set_column(rows.column_names.index("entity_id"), "entity_id", renamed)


def carriers(home: SimulatedHome, row: pd.Series) -> list[tuple[str, str]]:
    """Return the (entity, attribute) pairs that the truth names for a property of a device."""
    own = [one for one in home.truth.entities if one.ieee_address == row["ieee_address"]]
    as_state = [(one.entity_id, "") for one in own if one.property == row["property"]]
    as_attribute = [
        (one.entity_id, CARRIERS[component, row["name"]])
        for one in own
        if (component := one.entity_id.split(".")[0], row["name"]) in CARRIERS
    ]
    return as_attribute + as_state


@pytest.mark.parametrize("seed", SEEDS)
def test_every_verdict_agrees_with_the_raw_rows(seed: int, tmp_path: Path) -> None:
    played = play(tmp_path, seed)
    enabled = {one.entity_id for one in played.home.truth.entities if one.enabled}
    checked = 0
    single = played.analysis.rows["ieee_address"].isin(played.analysis.devices["ieee_address"])
    for _, row in played.analysis.rows.loc[single & (played.analysis.rows["origin"] == "expose")].iterrows():
        pairs = carriers(played.home, row)
        observable = [pair for pair in pairs if pair[0] not in played.renamed | played.excluded]
        shown = [played.seen[pair] for pair in observable if pair in played.seen and played.seen[pair].seen]
        what = f"{row['ieee_address']} {row['path']} {pairs}: {row['verdict']} {row['reason']}"
        if row["feature"].endswith("/color"):
            assert row["verdict"] != "used", what  # these homes' lights only ever show a white tone
        elif any(series.changes for series in shown):
            assert row["verdict"] == "used", what
        elif shown:
            assert row["verdict"] == "constant", what
        elif not any(entity in enabled for entity, _ in observable):
            assert row["verdict"] in {"not_observable", "unsupported"}, what
        else:
            assert row["verdict"] in {"never_seen", "not_observable", "unsupported"}, what
        checked += bool(pairs)
    assert checked > 100
