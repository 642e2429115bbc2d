"""Groups are devices of their own: what they can do is what their members can.

As Zigbee2MQTT's Home Assistant extension does it (`lib/extension/homeassistant.ts`): lights, switches, locks and covers
of the members, put together.
"""

from collections.abc import Mapping
from typing import Any

from homeintel.bridge.devices import Device, fingerprint
from homeintel.bridge.exposes import Leaf, Leaves
from homeintel.bridge.payload import dump_json, text

GROUPED = frozenset({"light", "switch", "lock", "cover"})
"""Specific types that a group takes over from its members."""


def group_address(base_topic: str, number: object) -> str:
    """Return what stands for an address in a group's rows."""
    return f"group:{base_topic}:{number}"


def read_group(element: dict[str, Any], base_topic: str, devices: Mapping[str, Device]) -> Device:
    """Return the group of one element of `bridge/groups` that has an `id`.

    Args:
        element: as it came.
        base_topic: its bridge's.
        devices: address -> device; members that are not there add nothing.
    """
    members = [member for member in _list(element.get("members")) if isinstance(member, dict)]
    addresses = [str(member.get("ieee_address", "")).lower() for member in members]
    leaves = _together([devices[address] for address in dict.fromkeys(addresses) if address in devices])
    return Device(
        ieee_address=group_address(base_topic, element["id"]),
        base_topic=base_topic,
        friendly_name=text(element.get("friendly_name")) or str(element["id"]),
        leaves=leaves,
        definition_hash=fingerprint([list(leaf) for leaf in leaves.rows]),
        type="Group",
        description=text(element.get("description")),
        members=dump_json(
            [
                {"ieee_address": address, "endpoint": member.get("endpoint")}
                for address, member in zip(addresses, members, strict=True)
            ]
        ),
    )


def _together(members: list[Device]) -> Leaves:
    """Return the union of the members' groupable leaves; endpoints vanish, the first member's limits stand."""
    found: dict[str, Leaf] = {}
    for member in members:
        for leaf in member.leaves.rows:
            if leaf.origin == "expose" and leaf.parent in GROUPED:
                plain = _without_endpoint(leaf)
                found.setdefault(plain.path, plain)
    return Leaves(rows=list(found.values()))


def _without_endpoint(leaf: Leaf) -> Leaf:
    if leaf.endpoint is None:
        return leaf
    suffix = f"_{leaf.endpoint}"
    path = "/".join(step.removesuffix(suffix) for step in leaf.path.split("/"))
    name = leaf.property.removesuffix(suffix) if leaf.property else None
    return leaf._replace(path=path, property=name, endpoint=None)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
