"""Phase 1: what the devices can do, and which Home Assistant entity shows it."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

from homeintel.bridge.age import stored_age
from homeintel.bridge.diff import Difference, compare
from homeintel.bridge.house import House, read_house
from homeintel.bridge.join import EntityRow, join_entities
from homeintel.bridge.save import load_stored, save
from homeintel.bridge.sources import collect
from homeintel.errors import BridgeError
from homeintel.phase import Outcome, Phase


@dataclass(frozen=True)
class Reading:
    """One night's query and what it means.

    Args:
        house: what the topics say; None where Zigbee2MQTT could not be read and the stored devices stand.
        entities: which entity is which property.
        difference: what changed since the last night.
        stored: the devices as they were stored before.
        read_at: when the query began, in UTC.
        failure: why there is no house.
    """

    house: House | None
    entities: tuple[EntityRow, ...]
    difference: Difference
    stored: pd.DataFrame
    read_at: datetime
    failure: str = ""


def run(phase: Phase) -> Outcome:
    """Do the whole work of a night: read, compare, save.

    Raises:
        BridgeError: Zigbee2MQTT could not be read and nothing is stored from an earlier night.
        StoreError: the database can't be used.
    """
    return store_reading(phase, read(phase))


def read(phase: Phase) -> Reading:
    """Ask the broker (or the file, or the simulated home) and compare the answer with what is stored.

    Raises:
        BridgeError: Zigbee2MQTT could not be read and nothing is stored from an earlier night.
        StoreError: the database can't be read.
    """
    now = datetime.now(UTC)
    stored = load_stored(phase.store)
    settings = phase.settings
    try:
        house = read_house(collect(settings.bridge), settings.bridge)
    except BridgeError as error:
        if stored.empty:
            error.kept = "No device is stored from an earlier night, so there is nothing to go on with."
            raise
        return Reading(None, (), _nothing(stored), stored, now, failure=str(error))
    groups_unread = {bridge.base_topic for bridge in house.bridges if not bridge.groups_read}
    difference = compare(
        stored,
        house.devices,
        unread=set(house.silent),
        groups_unread=groups_unread,
        now=now,
        refresh_days=settings.capabilities.refresh_days,
    )
    return Reading(house, tuple(join_entities(house.announced, house.devices)), difference, stored, now)


def store_reading(phase: Phase, reading: Reading) -> Outcome:
    """Save a reading; of a failed one nothing is written and the outcome says how old the stored devices are.

    Raises:
        StoreError: the database can't be written.
    """
    if reading.house is None:
        age = stored_age(phase.store, reading.read_at)
        return Outcome("degraded", 0, f"{reading.failure} What was stored {age} is used, nothing was rewritten.")
    written = save(phase.store, reading.house.devices, reading.difference, reading.entities, reading.read_at)
    doubts = _doubts(reading.house)
    reason = " ".join([*doubts, _summary(reading)])
    return Outcome("degraded" if doubts else "succeeded", written, reason, _figures(reading))


def _nothing(stored: pd.DataFrame) -> Difference:
    return Difference((), (), (), (), unchanged=int(stored["left_at"].isna().sum()))


def _doubts(house: House) -> list[str]:
    """Return why what was read may be old or incomplete, one sentence each."""
    doubts = [
        f"Zigbee2MQTT at {bridge.base_topic} is offline; what it left on the broker is used."
        for bridge in house.bridges
        if bridge.online is False
    ]
    doubts += [f"Nothing is retained under {base}/bridge/devices; its stored devices stay." for base in house.silent]
    serious = [problem for problem in house.problems if problem.serious]
    if serious:
        first = serious[0]
        named = f"{first.topic}: {first.subject} {first.found}".replace("  ", " ")
        more = f" ({len(serious) - 1} more)" if len(serious) > 1 else ""
        doubts.append(f"Not everything could be read: {named}{more}.")
    return doubts


def _summary(reading: Reading) -> str:
    figures = _figures(reading)
    retained = reading.house.retained if reading.house else None
    asked = f" in {retained.seconds:.1f} s on the broker" if retained and retained.seconds else ""
    return (
        f"{figures['devices_checked']} devices checked{asked}: {figures['devices_new']} new, "
        f"{figures['devices_changed']} changed, {figures['devices_left']} left, "
        f"{figures['devices_unsupported']} unsupported; {figures['problems']} things not understood."
    )


def _figures(reading: Reading) -> dict[str, int | float | str]:
    house, difference = reading.house, reading.difference
    assert house is not None
    leaves = sum(len(device.leaves.rows) for device in house.devices)
    return {
        "devices_checked": len(house.devices),
        "devices_new": difference.count("new"),
        "devices_changed": difference.count("changed", "renamed", "returned"),
        "devices_left": difference.count("left"),
        "devices_unsupported": sum(not device.supported for device in house.devices),
        "capabilities": leaves,
        "entities": len({row.entity_id for row in reading.entities}),
        "problems": len(house.problems),
        "broker_seconds": round(house.retained.seconds, 3),
        "broker_bytes": house.retained.size,
    }
