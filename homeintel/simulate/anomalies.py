"""What goes wrong in a home on purpose, and when: each kind of anomaly."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from homeintel.simulate.clock import DAY, HOUR, MINUTE, SECOND, Ints, moment
from homeintel.simulate.faults import Faults
from homeintel.simulate.habits import possible_days
from homeintel.simulate.layout import Layout
from homeintel.simulate.randomness import Stream, generator
from homeintel.simulate.rows import Rows, concatenate
from homeintel.simulate.scene import Scene
from homeintel.simulate.truth import Anomaly

__all__ = [
    "Trouble",
    "missed_days",
    "note_faults",
    "plant_faults",
    "silent_devices",
    "troubled",
    "unusual_rows",
    "warmer",
]

SILENT_MODELS = (frozenset({"WSDCGQ11LM", "SNZB-02"}), frozenset({"SNZB-03", "RTCGQ11LM"}))  # climate, motion
MISSED_IN_A_ROW = 4
FIRM = 0.85  # a habit kept less often is missed several times in a row anyway
MAD_TIMES = 240
NIGHT = (150.0, 225.0)  # local minutes at which everybody is asleep
TROUBLED_DAYS = 14  # a shorter history has no usual level to break


@dataclass
class Trouble:
    """The anomalies of a home, gathered while they are planted."""

    anomalies: list[Anomaly] = field(default_factory=list)

    def note(self, kind: str, entity_id: str | None, first: int, last: int | None, detail: str) -> None:
        """Add one anomaly; times in UTC microseconds."""
        ended = None if last is None else moment(last)
        self.anomalies.append(Anomaly(kind, entity_id, moment(first), ended, detail))


def silent_devices(layout: Layout, seed: int, *, anomalies: bool) -> tuple[str, ...]:
    """Return the addresses of the devices whose battery dies in the window: a climate sensor, a motion sensor."""
    chosen = []
    for number, models in enumerate(SILENT_MODELS if anomalies else (), start=1):
        found = [device.ieee_address for device in layout.devices if device.model["model"] in models]
        if found:
            chosen.append(found[int(generator(seed, Stream.FAULTS, number).integers(len(found)))])
    return tuple(chosen)


def plant_faults(scene: Scene, faults: Faults, rng: np.random.Generator) -> Faults:
    """Return the faults with devices that fall silent half-way and a sensor that is stuck for three days."""
    if not troubled(scene):
        return faults
    start, end = scene.window
    for address in silent_devices(scene.layout, scene.seed, anomalies=True):
        own = [scene.cast.numbers[e.entity_id] for e in scene.cast.entities if e.device.ieee_address == address]
        since = start + int((end - start) * float(rng.uniform(0.5, 0.62)))
        faults = replace(faults, silent=(*faults.silent, (np.array(own, dtype=np.int64), since)))
    stuck = _any_of(scene, "_occupancy", rng)
    if stuck is not None:
        first = start + int((end - start) * float(rng.uniform(0.62, 0.8)))
        faults = replace(faults, stuck=(scene.cast.numbers[stuck], first, first + 3 * DAY))
    return faults


def note_faults(scene: Scene, rows: Rows, faults: Faults, trouble: Trouble) -> Faults:
    """Note silence and sticking with the times the rows give them; return the faults with those times."""
    for entities, since in faults.silent:
        for number in entities.tolist():
            own = rows.ts[(rows.entity == number) & (rows.ts < since)]
            if len(own):
                trouble.note("silent", scene.cast.names[number], int(own.max()), None, "its battery is empty")
    if faults.stuck is not None:
        number, first, last = faults.stuck
        on = rows.ts[(rows.entity == number) & (rows.state == scene.state("on")) & (rows.ts >= first)]
        if not len(on) or on.min() > last - 2 * DAY:
            return replace(faults, stuck=None)
        entered = int(on.min())
        trouble.note("stuck", scene.cast.names[number], entered, last, "on for days")
        return replace(faults, stuck=(number, entered, last))
    return faults


def missed_days(scene: Scene, trouble: Trouble) -> dict[int, npt.NDArray[np.bool_]]:
    """Return, by routine, the days on which it is forced to be missed: the window's last days, of the firmest one."""
    if not troubled(scene):
        return {}
    daily = [
        (routine.keep_rate, number)
        for number, routine in enumerate(scene.plan.routines)
        if routine.days == "all" and routine.sun_event is None and routine.keep_rate >= FIRM
    ]
    if not daily:
        return {}
    number = max(daily)[1]
    routine = scene.plan.routines[number]
    due = np.flatnonzero(possible_days(routine, scene)[: scene.days])
    if len(due) < TROUBLED_DAYS or due[-MISSED_IN_A_ROW] < scene.days - 2 * MISSED_IN_A_ROW:
        return {}
    due = due[-MISSED_IN_A_ROW:]
    missed = np.zeros(scene.clock.days, dtype=np.bool_)
    missed[due] = True
    first = scene.clock.to_utc(due[:1], np.array([routine.minute_of_day or 0.0]))
    trouble.note("missed_routine", routine.entity_id, int(first[0]), None, f"missed {len(due)} times in a row")
    return {number: missed}


def unusual_rows(scene: Scene, trouble: Trouble, rng: np.random.Generator) -> Rows:
    """Return a door opened in the night and contacts that open and close like mad for an hour."""
    parts: list[Rows] = []
    door = _any_of(scene, "_contact", rng) if troubled(scene) else None
    if door is not None:
        day = _lived_day(scene, scene.days // 2, rng)
        at = scene.clock.to_utc(day, np.array([float(rng.uniform(*NIGHT))]))
        parts += _open_and_close(scene, door, at, at + 6 * MINUTE)
        trouble.note("unusual_time", door, int(at[0]), int(at[0]) + 6 * MINUTE, "opened in the night")
    spared = {door}
    for _ in range(scene.kind.mad_contacts if troubled(scene) else 0):
        mad = _any_of(scene, "_contact", rng, but=spared)
        if mad is not None:
            spared.add(mad)
            day = _lived_day(scene, scene.days // 4, rng)
            first = int(scene.clock.to_utc(day, np.array([float(rng.uniform(780, 960))]))[0])
            at = first + np.sort(rng.choice(HOUR // SECOND // 4, MAD_TIMES, replace=False)) * 4 * SECOND
            parts += _open_and_close(scene, mad, at, at + 2 * SECOND)
            trouble.note("rate", mad, first, first + HOUR, f"opened and closed {MAD_TIMES} times within an hour")
    return concatenate(parts)


def warmer(scene: Scene, trouble: Trouble, rng: np.random.Generator) -> tuple[int, int, int] | None:
    """Return (entity, from, to) of the temperature that stands six degrees too high for a day and a half."""
    silent = silent_devices(scene.layout, scene.seed, anomalies=True)
    warm = [
        entity.entity_id
        for entity in scene.cast.entities
        if entity.object_id == "temperature"
        and entity.device.ieee_address not in silent
        and entity.unique_id not in scene.changed.excluded
    ]
    if not troubled(scene) or not warm:
        return None
    name = warm[int(rng.integers(len(warm)))]
    start, end = scene.window
    first = start + int((end - start) * float(rng.uniform(0.45, 0.9)))
    last = min(first + 36 * HOUR, end)
    trouble.note("level", name, first, last, "six degrees above its usual level")
    return scene.cast.numbers[name], first, last


def troubled(scene: Scene) -> bool:
    """Return whether anomalies are planted: in a home of that kind whose history is long enough to break."""
    return scene.kind.anomalies and scene.days - scene.first_day >= TROUBLED_DAYS


def _lived_day(scene: Scene, first: int, rng: np.random.Generator) -> Ints:
    """Return one day from `first` on, not the last, on which and around which somebody is at home."""
    empty = scene.life.away | np.roll(scene.life.away, 1) | np.roll(scene.life.away, -1)
    lived = np.flatnonzero(~empty[: scene.days - 1])
    late = lived[lived >= first]
    return rng.choice(late if len(late) else np.array([scene.days - 2]), 1)


def _any_of(
    scene: Scene, ending: str, rng: np.random.Generator, but: AbstractSet[str | None] = frozenset()
) -> str | None:
    """Return one entity whose id ends like that, that triggers nothing planted and does not die; None without one."""
    triggers = {coupling.trigger_entity_id for coupling in scene.plan.couplings}
    triggers |= {automation.trigger_entity_id or "" for automation in scene.plan.automations}
    silent = silent_devices(scene.layout, scene.seed, anomalies=True)
    alive = (
        name
        for name, entity in scene.cast.by_id.items()
        if entity.device.ieee_address not in silent and entity.unique_id not in scene.changed.excluded
    )
    found = [name for name in alive if name.endswith(ending) and name not in triggers | but]
    return found[int(rng.integers(len(found)))] if found else None


def _open_and_close(scene: Scene, name: str, opened: Ints, closed: Ints) -> list[Rows]:
    number = scene.cast.numbers[name]
    return [Rows.make(opened, number, scene.state("on")), Rows.make(closed, number, scene.state("off"))]
