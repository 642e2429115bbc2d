"""Simulated homes played through the real phases 1, 2 and 4: entities renamed and excluded, some states retained."""

import json
import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import time_machine

from homeintel.bridge import phase as bridge
from homeintel.events import phase as events
from homeintel.features import phase as features
from homeintel.features.analysis import FeatureAnalysis
from homeintel.phase import Phase, Window
from homeintel.settings import load_settings
from homeintel.simulate import SimulatedHome, simulate_home
from homeintel.simulate.truth import FeatureUse
from homeintel.store import Store, migrate

END = date(2026, 11, 8)
DAYS = 10
DEVICES = 20
KINDS = ("varied", "family", "sparse", "noisy", "holiday", "shift", "young")
"""Kinds of homes, in turn; every second home gives Home Assistant's registry, so each kind is met with and without."""

RETAINED_EVERY = 3
"""Every third device has `retain: true`, so that Zigbee2MQTT keeps its last state on the broker."""

PARAMS = """
home: {{name: test, timezone: Europe/Berlin, latitude: 52.52, longitude: 13.40}}
window: {{days: {days}, end: {end}}}
bridge: {{source: file, path: retained.json}}
events: {{source: files, paths: [events.parquet], exclude_entities: {excluded}}}
homeassistant: {{registry: {registry}}}
storage: {{database: home.duckdb, reports: reports}}
publish: {{enabled: false}}
"""


MISSING = 0
"""Stands for a property that a retained state lacks."""

State = dict[str, Any]


@dataclass
class Played:
    """One simulated home, and what the analysis said of it.

    `renamed` have another id in the history than Zigbee2MQTT announces; `hidden` are not in the store; both by the id
    that the truth knows. `told` are the properties (address, path) whose retained state holds a value, `never_told` those
    that hold null.
    """

    home: SimulatedHome
    analysis: FeatureAnalysis
    rows: pa.Table
    window: Window
    registry: bool
    renamed: dict[str, str]
    hidden: frozenset[str]
    told: frozenset[tuple[str, str]]
    never_told: frozenset[tuple[str, str]]

    def known_as(self, entity_id: str) -> str:
        """Return the entity's id in the history."""
        return self.renamed.get(entity_id, entity_id)


def play(folder: Path, seed: int, *, registry: bool) -> Played:
    """Run the phases on a home in which people renamed entities, disabled some, and kept others out of the history."""
    home = simulate_home(seed=seed, days=DAYS, end=END, devices=DEVICES, kind=KINDS[seed % len(KINDS)])
    entities = home.truth.entities
    chosen = random.Random(seed).sample(sorted({entity.entity_id for entity in entities}), 8)
    given = {name: f"{name}_by_the_window" for name in chosen[:4]}
    rows = _rename(home.events, given)
    excluded = frozenset(chosen[4:])
    states = _states(home)
    (folder / "retained.json").write_text(json.dumps(_with_states(home, states)))
    (folder / "registry.json").write_text(json.dumps(_registry(home, given)))
    pq.write_table(rows, folder / "events.parquet")
    path = "registry.json" if registry else "null"
    params = PARAMS.format(days=DAYS, end=END, excluded=json.dumps(sorted(excluded)), registry=path)
    (folder / "params.yaml").write_text(params)
    settings = load_settings(str(folder / "params.yaml"))
    store = Store(settings.storage.database)
    migrate(store)
    window = Window.of(settings)
    with time_machine.travel(window.end + timedelta(hours=4), tick=False):
        bridge.run(Phase("capabilities", settings, window, store, "r"))
    events.run(Phase("events", settings, window, store, "r"))
    phase = Phase("features", settings, window, store, "r")
    analysis = features.analyse_tables(phase, features.load(phase))
    renamed = {entity.entity_id: given.get(entity.entity_id, entity.entity_id) for entity in entities if entity.renamed}
    hidden = excluded | {entity.entity_id for entity in entities if entity.excluded}
    known = {
        (use.ieee_address, use.path): _at(states.get(use.ieee_address, {}), use)
        for use in home.truth.feature_use
        if use.entity_id not in excluded and use.origin == "expose"
    }
    told = frozenset(key for key, value in known.items() if isinstance(value, str))
    never = frozenset(key for key, value in known.items() if value is None)
    return Played(home, analysis, rows, window, registry, renamed | given, hidden, told, never)


def _at(state: State, use: FeatureUse) -> Any:
    """Return what a retained state holds of a feature: a text, None for null, or `MISSING`."""
    inside = state.get("level_config", {}) if _in_level_config(use) else state
    return inside.get(use.property, MISSING)


def _in_level_config(use: FeatureUse) -> bool:
    return use.path.startswith("light/level_config/")


def _states(home: SimulatedHome) -> dict[str, State]:
    """Return the retained states: what each entity showed last, null for what it never had, and what no entity shows."""
    last = dict(zip(home.events["entity_id"].to_pylist(), home.events["state"].to_pylist(), strict=True))
    addresses = list(dict.fromkeys(use.ieee_address for use in home.truth.feature_use))[::RETAINED_EVERY]
    found: dict[str, State] = {address: {} for address in addresses}
    for use in home.truth.feature_use:
        if use.ieee_address not in found or use.origin == "option":
            continue
        if _in_level_config(use):
            found[use.ieee_address].setdefault("level_config", {})[use.property] = "1"
        elif use.entity_id in last and use.attribute is None and use.path == use.property:
            value = last[use.entity_id]
            if value != "unavailable":
                found[use.ieee_address][use.property] = None if value == "unknown" else value
        elif not use.observable and use.path == use.property and use.property != "action":
            found[use.ieee_address][use.property] = "1"
    return found


def _with_states(home: SimulatedHome, states: dict[str, State]) -> dict[str, str]:
    """Return the broker's topics with those devices set to retain, and their states."""
    info = json.loads(home.retained["zigbee2mqtt/bridge/info"])
    topics = dict(home.retained)
    for address, state in states.items():
        entry = info["config"]["devices"][address]
        entry["retain"] = True
        topics[f"zigbee2mqtt/{entry['friendly_name']}"] = json.dumps(state)
    return {**topics, "zigbee2mqtt/bridge/info": json.dumps(info)}


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
