"""What the run's record says of phase 1: counts, and sentences made from them."""

from collections.abc import Collection, Mapping

from homeintel.bridge.diff import Difference
from homeintel.bridge.entities import EntityRow
from homeintel.bridge.house import House
from homeintel.bridge.problems import Problem

Figure = int | float | str


def house_doubts(house: House) -> list[str]:
    """Return why what was read may be old or incomplete, one sentence each; a silent bridge's devices stay stored."""
    doubts = [
        f"Zigbee2MQTT at {bridge.base_topic} is offline; what it left on the broker is used."
        for bridge in house.bridges
        if bridge.online is False
    ]
    damaged = {problem.topic for problem in house.problems}
    silent = [base for base in house.silent if f"{base}/bridge/devices" not in damaged]
    doubts += [f"Nothing is retained under {base}/bridge/devices; its stored devices stay." for base in silent]
    serious = [problem for problem in house.problems if problem.serious]
    if serious:
        more = f" ({len(serious) - 1} more)" if len(serious) > 1 else ""
        doubts.append(f"Not everything could be read: {_named(serious[0])}{more}.")
    return doubts


def count_figures(house: House, difference: Difference, entities: Collection[EntityRow]) -> dict[str, Figure]:
    """Return what the run records."""
    leaves = [(device.ieee_address, leaf) for device in house.devices for leaf in device.leaves.rows]
    shown = {(row.ieee_address, row.path) for row in entities if row.source != "guessed"}
    exposed = [(address, leaf.path) for address, leaf in leaves if leaf.origin == "expose"]
    return {
        "devices_checked": len(house.devices),
        "devices_new": difference.count("new"),
        "devices_changed": difference.count("changed", "renamed", "returned"),
        "devices_left": difference.count("left"),
        "devices_unsupported": sum(not device.supported for device in house.devices),
        "capabilities": len(leaves),
        "capabilities_with_entity_percent": round(
            100 * sum(pair in shown for pair in exposed) / max(1, len(exposed)), 1
        ),
        "entities": len({row.entity_id for row in entities}),
        "problems": len(house.problems),
        **_broker_figures(house),
    }


def _broker_figures(house: House) -> dict[str, Figure]:
    """Return what the query cost the broker; nothing where none was asked."""
    if not house.seconds:
        return {}
    return {"broker_seconds": round(house.seconds, 3), "broker_bytes": house.size}


def summary(house: House, figures: Mapping[str, Figure]) -> str:
    """Return the night in one sentence."""
    asked = f" in {house.seconds:.1f} s on the broker" if house.seconds else ""
    count = figures["problems"]
    odd = f"; {count} {'thing was' if count == 1 else 'things were'} not understood" if count else ""
    return (
        f"{figures['devices_checked']} devices and groups checked{asked}: {figures['devices_new']} new, "
        f"{figures['devices_changed']} changed, {figures['devices_left']} left, "
        f"{figures['devices_unsupported']} unsupported{odd}."
    )


def _named(problem: Problem) -> str:
    return f"{problem.topic}: {problem.subject} {problem.found}".replace(":  ", ": ").rstrip(".")
