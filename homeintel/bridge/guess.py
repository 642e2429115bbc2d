"""What Home Assistant would call the entities of a device that nothing is announced for; every id is marked guessed.

Source: the same rules by which Zigbee2MQTT announces (`lib/extension/homeassistant.ts`).
"""

from collections.abc import Iterator

from homeintel.bridge.carried import SPECIFIC_ATTRIBUTES
from homeintel.bridge.devices import Device
from homeintel.bridge.entities import EntityRow
from homeintel.bridge.exposes import SET, STATE, Leaf
from homeintel.bridge.naming import slugify

_SETTABLE = {"numeric": "number", "enum": "select", "binary": "switch", "text": "text"}


def guess_entities(device: Device) -> Iterator[EntityRow]:
    """Yield an entity for each leaf that is published; parts of composites and button presses have none."""
    base = slugify(device.friendly_name)
    for leaf in device.leaves.rows:
        if leaf.origin == "option" or not leaf.access & STATE or leaf.name == "action" or _in_composite(leaf):
            continue
        attributes = SPECIFIC_ATTRIBUTES.get(leaf.parent or "", {})
        carried = feature(leaf) in attributes
        component = leaf.parent if carried and leaf.parent else _component(leaf)
        own = (leaf.endpoint or "") if carried else leaf.property or leaf.path
        yield EntityRow(
            entity_id=f"{component}.{slugify(f'{base} {own}')}",
            ieee_address=device.ieee_address,
            path=leaf.path,
            property=leaf.property,
            attribute=attributes.get(feature(leaf)),
            component=component,
            unique_id=None,
            enabled=True,
            source="guessed",
            name=None,
        )


def feature(leaf: Leaf) -> str:
    """Return the feature of its specific type a leaf belongs to: its own name, or the composite it stands in."""
    steps = leaf.path.split("/")
    step = steps[1] if leaf.parent is not None and len(steps) > 1 else steps[0]
    return step.removesuffix(f"_{leaf.endpoint}") if leaf.endpoint else step


def _in_composite(leaf: Leaf) -> bool:
    steps = leaf.path.count("/") - (leaf.parent is not None)
    return steps > 0 and not (leaf.parent == "light" and feature(leaf) in SPECIFIC_ATTRIBUTES["light"])


def _component(leaf: Leaf) -> str:
    if leaf.access & SET:
        return _SETTABLE.get(leaf.kind, "sensor")
    return "binary_sensor" if leaf.kind == "binary" else "sensor"
