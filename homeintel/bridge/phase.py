"""Phase 1: what the devices can do, and which Home Assistant entity shows it."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

from homeintel.bridge.age import stored_age
from homeintel.bridge.correct import correct
from homeintel.bridge.diff import Difference, compare
from homeintel.bridge.entities import EntityRow
from homeintel.bridge.house import House, read_house, with_areas, with_states
from homeintel.bridge.join import join_entities
from homeintel.bridge.registries import find_registry
from homeintel.bridge.registry import Registry, remembered
from homeintel.bridge.reported import without_excluded
from homeintel.bridge.save import load_entities, load_stored, save
from homeintel.bridge.sources import collect
from homeintel.bridge.wording import count_figures, house_doubts, summary
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
        doubts: why the result is old or incomplete, one sentence each; empty where it is neither.
    """

    house: House | None
    entities: tuple[EntityRow, ...]
    difference: Difference
    stored: pd.DataFrame
    read_at: datetime
    doubts: tuple[str, ...] = ()


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
    topics = phase.settings.bridge
    try:
        house = read_house(collect(topics), topics)
    except BridgeError as error:
        if stored.empty:
            error.kept = "No device is stored from an earlier night, so there is nothing to go on with."
            raise
        error.kept = f"What was stored {stored_age(phase.store, now)} is used, nothing was rewritten."
        return Reading(None, (), _nothing(stored), stored, now, doubts=(str(error),))
    registry, doubts = _registry(phase, stored)
    house = with_areas(house, registry.areas)
    addresses = {device.ieee_address for device in house.devices}
    announced = correct(house.announced, registry, addresses, topics.base_topics)
    difference = compare(
        stored,
        house.devices,
        unread=set(house.silent),
        groups_unread={bridge.base_topic for bridge in house.bridges if not bridge.groups_read},
        now=now,
        refresh_days=phase.settings.capabilities.refresh_days,
    )
    entities = tuple(join_entities(announced, house.devices))
    house = with_states(house, registry.states, entities)
    return Reading(house, entities, difference, stored, now, doubts=(*doubts, *house_doubts(house)))


def _registry(phase: Phase, stored: pd.DataFrame) -> tuple[Registry, list[str]]:
    """Return what Home Assistant's registry knows; where it can't be asked, what earlier nights learned from it."""
    try:
        return find_registry(phase.settings.homeassistant) or Registry(), []
    except BridgeError as error:
        return remembered(stored, load_entities(phase.store)), [
            f"{error.happened} Entity ids and areas are those of earlier nights. {error.next_step}"
        ]


def store_reading(phase: Phase, reading: Reading) -> Outcome:
    """Save a reading; of a failed one nothing is written and the outcome says how old the stored devices are.

    Raises:
        StoreError: the database can't be written.
    """
    if reading.house is None:
        return Outcome("degraded", 0, " ".join(reading.doubts))
    house = reading.house
    reported = without_excluded(house.reported, reading.entities, phase.settings.events.exclude_entities)
    written = save(phase.store, house.devices, reading.difference, reading.entities, reported, reading.read_at)
    figures = count_figures(house, reading.difference, reading.entities)
    reason = " ".join([*reading.doubts, summary(house, figures)])
    return Outcome("degraded" if reading.doubts else "succeeded", written, reason, figures)


def _nothing(stored: pd.DataFrame) -> Difference:
    return Difference((), (), (), (), unchanged=int(stored["left_at"].isna().sum()))
