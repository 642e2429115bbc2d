"""What devices last told: the states Zigbee2MQTT leaves on the broker for devices with `retain: true`, and Home Assistant's.

Source: https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html#zigbee2mqttfriendly_name. By default a state is
not retained and nothing is read here; nobody is asked to send one. Zigbee2MQTT writes null for a property that its Home
Assistant integration announced and the device has never told (`lib/extension/homeassistant.ts`); Home Assistant shows such
an entity as `unknown`, which its InfluxDB integration never writes.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from homeintel.bridge.devices import Device
from homeintel.bridge.entities import EntityRow
from homeintel.bridge.exposes import STATE, Leaf
from homeintel.bridge.payload import as_object, dump_json, load_json, text
from homeintel.bridge.problems import Problem
from homeintel.bridge.retained import Retained
from homeintel.errors import PayloadError

LARGEST_STATE = 64 * 1024
"""Bytes of a state message that are read; real ones have a few thousand."""

LONGEST_VALUE = 100
"""Characters of a value that are kept; a choice or a number is far shorter."""

KEPT_KINDS = frozenset({"binary", "numeric", "enum"})
"""Kinds whose value is kept. Free text and lists may hold anything (names, codes): of them only null is noted."""

_PRIVATE = re.compile(r"pin|code|password|secret|\bkey\b", re.IGNORECASE)
"""Names whose values are never kept: a lock's state may hold its door codes (`expose_pin`)."""

_OTHERS = re.compile(r"^bridge/|/(?:availability|set|get)$|[+#\0]")
"""Names that would read another topic than a device's state."""


MOMENTARY = frozenset({"button", "event", "scene", "update"})
"""Components whose state is a time or a version, not the property's value."""


class Reported(NamedTuple):
    """One property as a device last told it; `value` None: null, the device has never told it."""

    ieee_address: str
    path: str
    value: str | None
    source: str = "zigbee2mqtt"


def state_topics(payloads: Mapping[str, bytes], base_topic: str) -> list[str]:
    """Return the state topics of the devices and groups of one bridge that Zigbee2MQTT is set to retain."""
    try:
        info = json.loads(payloads.get(f"{base_topic}/bridge/info", b"{}"))
    except (ValueError, RecursionError):
        return []
    configuration = as_object(as_object(info).get("config"))
    always = as_object(configuration.get("device_options")).get("retain") is True
    devices, groups = as_object(configuration.get("devices")), as_object(configuration.get("groups"))
    entries = [(as_object(entry), always) for entry in devices.values()]
    entries += [(as_object(entry), False) for entry in groups.values()]
    names = (text(entry.get("friendly_name")) for entry, default in entries if entry.get("retain", default) is True)
    return [f"{base_topic}/{name}" for name in names if name and not _OTHERS.search(name)]


def read_reported(retained: Retained, devices: Iterable[Device]) -> tuple[list[Reported], list[Problem]]:
    """Return what the retained state messages say of the devices' properties, and which could not be read.

    A property that a message lacks is left out: nothing is known of it.
    """
    found: list[Reported] = []
    problems: list[Problem] = []
    for device in devices:
        payload = retained.under(device.base_topic, device.friendly_name)
        if payload is None or _OTHERS.search(device.friendly_name):
            continue
        topic = f"{device.base_topic}/{device.friendly_name}"
        if len(payload) > LARGEST_STATE:
            problems.append(Problem(topic, device.friendly_name, f"has {len(payload):,} bytes; it is not read"))
            continue
        try:
            found += _told(device, as_object(load_json(topic, payload)))
        except PayloadError as error:
            problems.append(Problem(topic, device.friendly_name, error.happened))
    return found, problems


def reported_states(
    states: Mapping[str, str], entities: Iterable[EntityRow], devices: Iterable[Device]
) -> list[Reported]:
    """Return what Home Assistant's present states say of the properties that are an entity's state.

    An entity that is `unavailable` says nothing; one that is `unknown` has never told a value. Attributes are left out:
    a light that is off has none, whatever it told before.
    """
    leaves = {(device.ieee_address, leaf.path): leaf for device in devices for leaf in device.leaves.rows}
    found = []
    for row in entities:
        leaf, state = leaves.get((row.ieee_address, str(row.path))), states.get(row.entity_id)
        if leaf is None or state in {None, "unavailable"} or row.attribute or row.component in MOMENTARY:
            continue
        told = None if state == "unknown" else state
        if _may_be_kept(leaf) and (told is None or (leaf.kind in KEPT_KINDS and len(told) <= LONGEST_VALUE)):
            found.append(Reported(row.ieee_address, leaf.path, told, "homeassistant"))
    return found


def without_excluded(
    reported: Iterable[Reported], entities: Iterable[EntityRow], globs: Iterable[str]
) -> list[Reported]:
    """Return what may be kept: what the params file keeps out of the history is not learned in another way.

    Args:
        reported: what was told.
        entities: which entity shows which property.
        globs: `events.exclude_entities`.
    """
    patterns = list(globs)
    hidden = {
        (row.ieee_address, row.path)
        for row in entities
        if any(fnmatchcase(row.entity_id, pattern) for pattern in patterns)
    }
    return [row for row in reported if (row.ieee_address, row.path) not in hidden]


def _told(device: Device, state: Mapping[str, Any]) -> Iterator[Reported]:
    for leaf in device.leaves.rows:
        if not _may_be_kept(leaf):
            continue
        known, value = _at(state, leaf)
        if known and value is None:
            yield Reported(device.ieee_address, leaf.path, None)
        elif known and leaf.kind in KEPT_KINDS and isinstance(value, str | int | float):
            spelled = value if isinstance(value, str) else dump_json(value)
            if len(spelled) <= LONGEST_VALUE:
                yield Reported(device.ieee_address, leaf.path, spelled)


def _may_be_kept(leaf: Leaf) -> bool:
    published = leaf.origin == "expose" and bool(leaf.access & STATE)
    return published and not _PRIVATE.search(f"{leaf.path} {leaf.property}")


def _at(state: Mapping[str, Any], leaf: Leaf) -> tuple[bool, Any]:
    """Return whether the message has the leaf's property, and its value; all of a composite that is null is null."""
    inside: Any = state
    for key in [*(json.loads(leaf.container) if leaf.container else []), leaf.property]:
        if inside is None:
            return True, None
        if not isinstance(inside, dict) or key not in inside:
            return False, None
        inside = inside[key]
    return True, inside
