"""Which features of the devices were used, by whom, and which could not be seen: counted from the home's own rows."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from homeintel.simulate.arrow import int32_values
from homeintel.simulate.clock import Ints
from homeintel.simulate.layout import SimulatedDevice, SimulatedEntity
from homeintel.simulate.options import set_options
from homeintel.simulate.rows import NONE, Rows
from homeintel.simulate.scene import Scene
from homeintel.simulate.truth import FeatureUse

__all__ = ["Leaf", "feature_use", "leaves"]

SPECIFIC = frozenset({"light", "switch", "cover", "lock", "climate", "fan"})
# Which attribute of a specific entity carries a feature; None is the state itself.
CARRIED: Mapping[str, Mapping[str, str | None]] = {
    "light": {
        "state": None,
        "brightness": "brightness",
        "color_temp": "color_temp_kelvin",
        "color_xy": "xy_color",
        "color_hs": "hs_color",
    },
    "switch": {"state": None},
    "lock": {"state": None},
    "cover": {"state": None, "position": "current_position"},
    "fan": {"state": None, "mode": "preset_mode"},
    "climate": {
        "system_mode": None,
        "occupied_heating_setpoint": "temperature",
        "local_temperature": "current_temperature",
        "running_state": "hvac_action",
    },
}
COLOURS = frozenset({"xy_color", "hs_color"})
STATE, SET = 1, 2


class Leaf(NamedTuple):
    """One thing a device can do, its path as in the table `device_capabilities`."""

    path: str
    property: str
    access: int
    parent: str | None  # the specific type it stands in
    feature: str  # the step below that type, else its own name
    origin: str
    deep: bool  # inside a composite


class Counts(NamedTuple):
    """How often an entity's state changed, and how often without an automation."""

    changes: int
    by_hand: int


def leaves(model: Mapping[str, Any]) -> Iterator[Leaf]:
    """Yield everything a model exposes, then its options; composites are opened."""
    taken: Counter[str] = Counter()
    for origin, name in (("expose", "exposes"), ("option", "options")):
        for expose in model[name]:
            for leaf in _open(expose, (), None, None, origin):
                taken[leaf.path] += 1
                repeat = taken[leaf.path]
                yield leaf if repeat == 1 else leaf._replace(path=f"{leaf.path}#{repeat}")


def _open(
    expose: Mapping[str, Any], above: tuple[str, ...], endpoint: str | None, parent: str | None, origin: str
) -> Iterator[Leaf]:
    name, own = str(expose.get("name") or expose["type"]), expose.get("endpoint")
    repeated = own is None or own == endpoint or name.endswith(f"_{own}")
    steps = (*above, name if repeated else f"{name}_{own}")
    if "features" in expose:
        inner = expose["type"] if expose["type"] in SPECIFIC else parent
        for feature in expose["features"]:
            yield from _open(feature, steps, own or endpoint, inner, origin)
        return
    feature = steps[1] if parent is not None else steps[0]
    deep = len(steps) > (1 if parent is None else 2)
    yield Leaf("/".join(steps), expose["property"], expose.get("access", 0), parent, feature, origin, deep)


def feature_use(scene: Scene, rows: Rows) -> tuple[FeatureUse, ...]:
    """Return the use of every feature of every device; `rows` lie in the window, sorted by entity and time."""
    counts, attributes = _state_counts(scene, rows), _attribute_changes(scene, rows)
    options = set_options(scene.layout, scene.seed)
    own: dict[str, list[SimulatedEntity]] = {}
    for entity in scene.layout.entities:
        own.setdefault(entity.device.ieee_address, []).append(entity)
    found = []
    for device in scene.layout.devices:
        for leaf in leaves(device.model):
            if leaf.origin == "option":
                used = leaf.path.split("/", maxsplit=1)[0] in options.get(device.ieee_address, {})
                found.append(
                    _use(device, leaf, None, None, observable=True, changes=0, used=used, by="person" if used else None)
                )
            else:
                found.append(_exposed(scene, device, leaf, own.get(device.ieee_address, []), counts, attributes))
    return tuple(found)


def _exposed(
    scene: Scene,
    device: SimulatedDevice,
    leaf: Leaf,
    own: list[SimulatedEntity],
    counts: Mapping[str, Counts],
    attributes: Mapping[tuple[str, str], int],
) -> FeatureUse:
    entity, attribute = _carrier(leaf, own)
    recorded = entity is not None and entity.enabled and entity.unique_id not in scene.changed.excluded
    observable = recorded and device.supported and bool(leaf.access & STATE)
    if entity is None or not recorded:
        return _use(device, leaf, entity, attribute, observable=False, changes=0, used=False, by=None)
    count = counts.get(entity.entity_id, Counts(0, 0))
    changes = count.changes if attribute is None else attributes.get((entity.entity_id, attribute), 0)
    by_hand = 2 * count.by_hand >= count.changes
    by = None if not changes else "device" if not leaf.access & SET else "person" if by_hand else "automation"
    return _use(device, leaf, entity, attribute, observable=observable, changes=changes, used=changes > 0, by=by)


def _use(
    device: SimulatedDevice,
    leaf: Leaf,
    entity: SimulatedEntity | None,
    attribute: str | None,
    *,
    observable: bool,
    changes: int,
    used: bool,
    by: str | None,
) -> FeatureUse:
    return FeatureUse(
        ieee_address=device.ieee_address,
        path=leaf.path,
        property=leaf.property,
        origin=leaf.origin,
        entity_id=entity.entity_id if entity else None,
        attribute=attribute,
        settable=bool(leaf.access & SET),
        observable=observable,
        used=used,
        changes=changes,
        by=by,
    )


def _carrier(leaf: Leaf, own: list[SimulatedEntity]) -> tuple[SimulatedEntity | None, str | None]:
    """Return the entity that carries a leaf, and the attribute if it is not the state."""
    carried = CARRIED.get(leaf.parent or "", {})
    if leaf.feature in carried:
        prefix = leaf.path.split("/", maxsplit=1)[0]
        for entity in own:
            if entity.component == leaf.parent and entity.object_id == prefix:
                return entity, carried[leaf.feature]
    if not leaf.deep:
        for entity in own:
            if entity.property_name == leaf.property and entity.component not in SPECIFIC - {"switch"}:
                return entity, None
    return None, None


def _state_counts(scene: Scene, rows: Rows) -> dict[str, Counts]:
    """Return, by entity id, how often the known state changed."""
    blank = [scene.state("unknown"), scene.state("unavailable")]
    known = rows.take(~np.isin(rows.state, blank))
    changed = np.zeros(len(known), dtype=np.bool_)
    texts = _same_text_same_number(scene, known.state)
    changed[1:] = (known.entity[1:] == known.entity[:-1]) & (texts[1:] != texts[:-1])
    total = np.bincount(known.entity[changed], minlength=len(scene.cast.names))
    by_hand = np.bincount(known.entity[changed & (known.parent == NONE)], minlength=len(scene.cast.names))
    pairs = zip(scene.cast.names, total.tolist(), by_hand.tolist(), strict=True)
    return {name: Counts(changes, hand) for name, changes, hand in pairs}


def _same_text_same_number(scene: Scene, numbers: Ints) -> Ints:
    """Return a number for each text: those of measured values differ from row to row though their texts may not."""
    encoded = int32_values(scene.texts.array().dictionary_encode().indices)
    positions = np.where(numbers < NONE, scene.texts.bulk_position(numbers), numbers)
    return np.asarray(encoded[positions], dtype=np.int64)


def _value(name: str, attributes: Mapping[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Return an attribute; no colour while a lamp shows white: Home Assistant then writes the white as a colour."""
    if name in COLOURS and attributes.get("color_mode") == "color_temp":
        return None
    return attributes.get(name)


def _attribute_changes(scene: Scene, rows: Rows) -> dict[tuple[str, str], int]:
    """Return, by entity id and attribute, how often the attribute changed from one value to another."""
    found: dict[tuple[str, str], int] = {}
    for number, entity in enumerate(scene.cast.entities):
        wanted = [name for name in CARRIED.get(entity.component, {}).values() if name is not None]
        low, high = np.searchsorted(rows.entity, [number, number + 1])
        if not wanted or low == high:
            continue
        numbers, inverse = np.unique(rows.attributes[low:high], return_inverse=True)
        parsed = [json.loads(scene.texts.text(int(text))) for text in numbers]
        for name in wanted:
            values = [json.dumps(_value(name, attributes)) for attributes in parsed]
            codes = np.array([sorted(set(values)).index(value) for value in values])[inverse]
            there = np.array([value != "null" for value in values])[inverse]
            seen = codes[there]
            found[entity.entity_id, name] = int((seen[1:] != seen[:-1]).sum())
    return found
