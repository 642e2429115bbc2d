"""Simulated homes played through the real phases 1, 2 and 4, with further entities renamed and excluded."""

import json
import random
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from homeintel.bridge import phase as bridge
from homeintel.events import phase as events
from homeintel.features import phase as features
from homeintel.features.analysis import FeatureAnalysis
from homeintel.phase import Phase, Window
from homeintel.settings import load_settings
from homeintel.simulate import SimulatedHome, simulate_home
from homeintel.store import Store, migrate

END = date(2026, 11, 8)
DAYS = 10
DEVICES = 20

PARAMS = """
home: {{name: test, timezone: Europe/Berlin, latitude: 52.52, longitude: 13.40}}
window: {{days: {days}, end: {end}}}
bridge: {{source: file, path: retained.json}}
events: {{source: files, paths: [events.parquet], exclude_entities: {excluded}}}
homeassistant: {{registry: {registry}}}
storage: {{database: home.duckdb, reports: reports}}
publish: {{enabled: false}}
"""


@dataclass
class Played:
    """One simulated home, and what the analysis said of it.

    `renamed` have another id in the history than Zigbee2MQTT announces; `hidden` are not in the store; both by the id
    that the truth knows.
    """

    home: SimulatedHome
    analysis: FeatureAnalysis
    rows: pa.Table
    window: Window
    registry: bool
    renamed: dict[str, str]
    hidden: frozenset[str]


def play(folder: Path, seed: int, *, registry: bool) -> Played:
    """Run the phases on a home in which people renamed entities, disabled some, and kept others out of the history."""
    home = simulate_home(seed=seed, days=DAYS, end=END, devices=DEVICES, kind="varied")
    entities = home.truth.entities
    chosen = random.Random(seed).sample(sorted({entity.entity_id for entity in entities}), 8)
    given = {name: f"{name}_by_the_window" for name in chosen[:4]}
    rows = _rename(home.events, given)
    (folder / "retained.json").write_text(json.dumps(home.retained))
    (folder / "registry.json").write_text(json.dumps(_registry(home, given)))
    pq.write_table(rows, folder / "events.parquet")
    path = "registry.json" if registry else "null"
    params = PARAMS.format(days=DAYS, end=END, excluded=json.dumps(sorted(chosen[4:])), registry=path)
    (folder / "params.yaml").write_text(params)
    settings = load_settings(str(folder / "params.yaml"))
    store = Store(settings.storage.database)
    migrate(store)
    window = Window.of(settings)
    bridge.run(Phase("capabilities", settings, window, store, "r"))
    events.run(Phase("events", settings, window, store, "r"))
    phase = Phase("features", settings, window, store, "r")
    analysis = features.analyse_tables(phase, features.load(phase))
    renamed = {entity.entity_id: given.get(entity.entity_id, entity.entity_id) for entity in entities if entity.renamed}
    hidden = frozenset(chosen[4:]) | {entity.entity_id for entity in entities if entity.excluded}
    return Played(home, analysis, rows, window, registry, renamed | given, hidden)


def _rename(rows: pa.Table, given: dict[str, str]) -> pa.Table:
    known = rows["entity_id"].combine_chunks().dictionary_encode()
    names = [given.get(name, name) for name in known.dictionary.to_pylist()]
    return rows.set_column(rows.column_names.index("entity_id"), "entity_id", pc.take(pa.array(names), known.indices))


def _registry(home: SimulatedHome, given: dict[str, str]) -> dict[str, Any]:
    """Return `.storage/core.entity_registry` as Home Assistant would have it."""
    entries = [
        {
            "entity_id": given.get(entity.entity_id, entity.entity_id),
            "unique_id": entity.unique_id,
            "platform": "mqtt",
            "disabled_by": None if entity.enabled else "user",
            "device_id": entity.ieee_address,
            "area_id": None,
            "name": None,
            "original_name": None,
        }
        for entity in home.truth.entities
    ]
    data = {"entities": entries, "deleted_entities": []}
    return {"version": 1, "minor_version": 15, "key": "core.entity_registry", "data": data}
