"""What goes wrong in a home on purpose, and when: each kind of anomaly once."""

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from homeintel.simulate.clock import DAY, HOUR, MINUTE, SECOND, Ints, LocalClock, moment
from homeintel.simulate.faults import Faults
from homeintel.simulate.habits import possible_days
from homeintel.simulate.layout import Layout
from homeintel.simulate.rows import Rows, concatenate
from homeintel.simulate.scene import Scene
from homeintel.simulate.truth import Anomaly

__all__ = ["Trouble", "missed_days", "note_faults", "plant_faults", "silent_device", "unusual_rows", "warmer"]

SILENT = "kids room/climate"
STUCK = "binary_sensor.office_presence_occupancy"
MAD = "binary_sensor.kuche_fenster_contact"
NIGHT_DOOR = "binary_sensor.garage_door_contact"
WARM = "sensor.bedroom_climate_temperature"
MISSED_IN_A_ROW = 4
MAD_TIMES = 240


@dataclass
class Trouble:
    """The anomalies of a home, gathered while they are planted."""

    anomalies: list[Anomaly] = field(default_factory=list)

    def note(self, kind: str, entity_id: str | None, first: int, last: int | None, detail: str) -> None:
        """Add one anomaly; times in UTC microseconds."""
        ended = None if last is None else moment(last)
        self.anomalies.append(Anomaly(kind, entity_id, moment(first), ended, detail))


def silent_device(layout: Layout, *, anomalies: bool) -> str | None:
    """Return the address of the device whose battery dies in the window, None without one."""
    found = (device.ieee_address for device in layout.devices if device.friendly_name == SILENT)
    return next(found, None) if anomalies else None


def plant_faults(scene: Scene, faults: Faults, rng: np.random.Generator) -> Faults:
    """Return the faults with a device that falls silent half-way and a sensor that is stuck for three days."""
    start, end = scene.window
    silent = silent_device(scene.layout, anomalies=scene.kind.anomalies)
    if silent is not None:
        own = [scene.cast.numbers[e.entity_id] for e in scene.cast.entities if e.device.ieee_address == silent]
        since = start + int((end - start) * float(rng.uniform(0.5, 0.62)))
        faults = replace(faults, silent=(np.array(own, dtype=np.int64), since))
    if scene.kind.anomalies and STUCK in scene.cast.numbers and scene.days >= 14:
        first = start + int((end - start) * float(rng.uniform(0.62, 0.8)))
        faults = replace(faults, stuck=(scene.cast.numbers[STUCK], first, first + 3 * DAY))
    return faults


def note_faults(scene: Scene, rows: Rows, faults: Faults, trouble: Trouble) -> Faults:
    """Note silence and sticking with the times the rows give them; return the faults with those times."""
    if faults.silent is not None:
        entities, since = faults.silent
        for number in entities.tolist():
            own = rows.ts[(rows.entity == number) & (rows.ts < since)]
            if len(own):
                trouble.note("silent", scene.cast.names[number], int(own.max()), None, "its battery is empty")
    if faults.stuck is not None:
        number, first, last = faults.stuck
        on = rows.ts[(rows.entity == number) & (rows.state == scene.state("on")) & (rows.ts >= first)]
        if not len(on):
            return replace(faults, stuck=None)
        entered = int(on.min())
        trouble.note("stuck", scene.cast.names[number], entered, last, "on for three days")
        return replace(faults, stuck=(number, entered, last))
    return faults


def missed_days(scene: Scene, trouble: Trouble) -> dict[int, npt.NDArray[np.bool_]]:
    """Return, by routine, the days on which it is forced to be missed: the window's last days, of the firmest one."""
    if not scene.kind.anomalies or scene.days < 14:
        return {}
    daily = [
        (routine.keep_rate, number)
        for number, routine in enumerate(scene.plan.routines)
        if routine.days == "all" and routine.sun_event is None
    ]
    if not daily:
        return {}
    number = max(daily)[1]
    routine = scene.plan.routines[number]
    due = np.flatnonzero(possible_days(routine, scene)[: scene.days])[-MISSED_IN_A_ROW:]
    missed = np.zeros(scene.clock.days, dtype=np.bool_)
    missed[due] = True
    first = scene.clock.to_utc(due[:1], np.array([routine.minute_of_day or 0.0]))
    trouble.note("missed_routine", routine.entity_id, int(first[0]), None, f"missed {len(due)} times in a row")
    return {number: missed}


def unusual_rows(scene: Scene, trouble: Trouble, rng: np.random.Generator) -> Rows:
    """Return a door opened in the night and a contact that opens and closes like mad for an hour."""
    parts = [concatenate([])]
    if not scene.kind.anomalies:
        return parts[0]
    clock: LocalClock = scene.clock
    if NIGHT_DOOR in scene.cast.numbers and scene.days >= 5:
        day = np.array([int(rng.integers(scene.days // 2, scene.days - 1))])
        at = clock.to_utc(day, np.array([float(rng.uniform(170, 215))]))
        number = scene.cast.numbers[NIGHT_DOOR]
        parts += _open_and_close(scene, number, at, at + 6 * MINUTE)
        trouble.note("unusual_time", NIGHT_DOOR, int(at[0]), int(at[0]) + 6 * MINUTE, "opened in the night")
    if MAD in scene.cast.numbers and scene.kind.chatter:
        day = np.array([int(rng.integers(scene.days // 4, max(scene.days - 2, scene.days // 4 + 1)))])
        first = int(clock.to_utc(day, np.array([float(rng.uniform(780, 960))]))[0])
        at = first + np.sort(rng.integers(0, HOUR // SECOND // 4, MAD_TIMES)) * 4 * SECOND
        parts += _open_and_close(scene, scene.cast.numbers[MAD], at, at + 2 * SECOND)
        trouble.note("rate", MAD, first, first + HOUR, f"opened and closed {MAD_TIMES} times within an hour")
    return concatenate(parts)


def _open_and_close(scene: Scene, number: int, opened: Ints, closed: Ints) -> list[Rows]:
    return [Rows.make(opened, number, scene.state("on")), Rows.make(closed, number, scene.state("off"))]


def warmer(scene: Scene, trouble: Trouble, rng: np.random.Generator) -> tuple[int, int, int] | None:
    """Return (entity, from, to) of the temperature that stands six degrees too high for a day and a half."""
    if not scene.kind.anomalies or WARM not in scene.cast.numbers or scene.days < 14:
        return None
    start, end = scene.window
    first = start + int((end - start) * float(rng.uniform(0.45, 0.9)))
    last = min(first + 36 * HOUR, end)
    trouble.note("level", WARM, first, last, "six degrees above its usual level")
    return scene.cast.numbers[WARM], first, last
