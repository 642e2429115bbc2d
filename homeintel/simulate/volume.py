"""Raw points by the million, for measuring: the entities of a simulated house, without any truth in them."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from homeintel.simulate.arrow import numeric_array, string_array
from homeintel.simulate.clock import DAY, Floats, Ints, LocalClock
from homeintel.simulate.layout import SimulatedEntity, house_layout
from homeintel.simulate.randomness import Stream, generator

__all__ = ["RAW_SCHEMA", "devices_for", "simulate_raw"]

RAW_SCHEMA = pa.schema([("ts", pa.timestamp("us", tz="UTC")), ("entity_id", pa.string()), ("state", pa.string())])
DISCRETE = frozenset({"light", "switch", "binary_sensor", "cover", "lock", "fan"})
WRITING_A_DEVICE = 4.5  # entities of a device that write points, at least over a whole house
CHATTER = 1.1  # exponent of how unevenly points fall on entities: a few write most
NUMBERS = 4096  # different numeric states
WORDS = {"cover": ("open", "closed"), "lock": ("locked", "unlocked")}


def devices_for(entities: int) -> int:
    """Return the devices of the house whose first `entities` entities `simulate_raw` uses.

    `simulate_retained(seed=seed, devices=devices_for(entities))` is the broker that belongs to the points.
    """
    return int(entities / WRITING_A_DEVICE) + 60


def simulate_raw(
    points: int, entities: int, days: int, discrete_share: float, seed: int, *, end: date = date(2026, 11, 8)
) -> Iterator[pa.RecordBatch]:
    """Yield points, one batch a UTC day, sorted by time: about `points` in all, less rounding.

    Args:
        points: in all days together.
        entities: how many different ones write; the house is made large enough.
        days: UTC days up to `end`.
        discrete_share: share of points of lights, switches, contacts and the like; the others are numbers.
        seed: the same seed, the same points.
        end: the first UTC date without points.

    Yields:
        Batches of `RAW_SCHEMA`.
    """
    chosen = _entities(entities, seed)
    discrete = np.array([entity.component in DISCRETE for entity in chosen])
    weights = _weights(discrete, discrete_share, seed)
    names = string_array([entity.entity_id for entity in chosen])
    words = [WORDS.get(entity.component, ("on", "off")) for entity in chosen]
    texts = string_array([*(text for pair in words for text in pair), *(f"{n / 100:.2f}" for n in range(NUMBERS))])
    clock = LocalClock("UTC", end - timedelta(days=days), days)
    written = np.zeros(len(chosen), dtype=np.int64)
    for day in range(days):
        rng = generator(seed, Stream.VOLUME, day)
        count = points * (day + 1) // days - points * day // days
        ts = int(clock.midnights[day]) + np.sort(rng.integers(0, DAY, count))
        entity = rng.choice(len(chosen), size=count, p=weights)
        turn = written[entity] + _occurrence(entity, len(chosen))
        written += np.bincount(entity, minlength=len(chosen))
        number = (np.abs(np.sin(turn / 40.0 + entity)) * (NUMBERS - 1)).astype(np.int64)
        state = np.where(discrete[entity], 2 * entity + turn % 2, 2 * len(chosen) + number)
        yield pa.RecordBatch.from_arrays(
            [
                numeric_array(ts, RAW_SCHEMA.field("ts").type),
                names.take(numeric_array(entity, pa.int64())),
                texts.take(numeric_array(state, pa.int64())),
            ],
            schema=RAW_SCHEMA,
        )


def _entities(count: int, seed: int) -> list[SimulatedEntity]:
    layout = house_layout(seed, devices_for(count))
    writing = [entity for entity in layout.entities if entity.enabled and entity.component in DISCRETE | {"sensor"}]
    return writing[:count]


def _weights(discrete: np.ndarray[tuple[int], np.dtype[np.bool_]], share: float, seed: int) -> Floats:
    """Return how likely a point is each entity's: heavy-tailed within the discrete and within the numeric ones."""
    rng = generator(seed, Stream.VOLUME, 1_000_000)
    raw = 1.0 / (1.0 + rng.permutation(len(discrete))) ** CHATTER
    for mask, part in ((discrete, share), (~discrete, 1.0 - share)):
        total = raw[mask].sum()
        raw[mask] *= part / total if total else 0.0
    return np.asarray(raw / raw.sum())


def _occurrence(entity: Ints, count: int) -> Ints:
    """Return, for each point, how many points of its entity came before it."""
    order = np.argsort(entity, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(entity, minlength=count))[:-1]])
    turn = np.empty(len(entity), dtype=np.int64)
    turn[order] = np.arange(len(entity)) - starts[entity[order]]
    return turn
