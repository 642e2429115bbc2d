"""Which reported pattern is which planted one. Everything else is false."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from homeintel.simulate.habits import WEEKDAYS, opposite
from homeintel.simulate.truth import Automation, Coupling, Routine, Truth

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Judged", "Label", "day_set", "label_patterns", "minutes_apart", "records"]

Label = Literal["found", "duplicate", "undoing", "echo", "automated", "false"]
Row = Mapping[str, Any]

LEAST_MINUTES = 20.0  # a reported minute may be this far off, or one and a half spreads
SUN_MINUTES = 15.0
EXACT_MINUTES = 5.0  # of an automation's minute
SAME_DAYS = 0.5  # share of the days of either that both must hold
LAG_FACTOR = 3.0  # a reported median lag may be this many times too short or too long
PULSE_SECONDS = 60.0  # a door is closed again sooner: before slower actions its closing is as good a trigger
UNDO_SHARE = 0.8  # of the time until an undoing, by which its minute may be off
SUN_DRIFT = 4.0  # spreads: where the sun moves less in the window, it can't be told from the clock


def records(rows: "pd.DataFrame") -> list[Row]:
    """Return the rows of a table, one mapping each."""
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


class Judged(NamedTuple):
    """What became of a reported row, and the planted thing it is, if it is one."""

    label: Label
    planted: Routine | Coupling | None = None


def label_patterns(
    truth: Truth, patterns: Sequence[Row], sun_minutes: Mapping[str, tuple[float, float]]
) -> list[Judged]:
    """Return what each pattern is.

    found: a planted routine or coupling, the nearest one of its entity and state. duplicate: another row about one
    already found. undoing: what undoes a planted routine or automation. echo: a routine that follows from a planted
    routine through planted couplings. automated: marked as automated, and a planted automation. All else is false:
    an automation that is not marked as one, and a habit that is.

    Args:
        truth: what was planted.
        patterns: rows of the table `patterns`.
        sun_minutes: sunrise and sunset -> earliest and latest local minute in the window.
    """
    planted = [*truth.routines, *truth.sun_routines]
    taken: set[int] = set()
    judged: list[Judged] = []
    for row in patterns:
        if bool(row["already_automated"]):
            judged.append(Judged("automated" if _by_machine(truth.automations, row) else "false"))
            continue
        if row["kind"] == "co_occurrence":
            nearest = _nearest(truth.couplings, row, _coupling_distance)
        else:
            nearest = _nearest(planted, row, lambda routine, seen: routine_distance(routine, seen, sun_minutes))
        if nearest is None:
            judged.append(Judged(_excuse(truth, row, sun_minutes)))
        else:
            judged.append(Judged("duplicate" if id(nearest) in taken else "found", nearest))
            taken.add(id(nearest))
    return judged


def routine_distance(routine: Routine, row: Row, sun_minutes: Mapping[str, tuple[float, float]]) -> float | None:
    """Return how far a reported routine is from a planted one, in minutes; None if it is another one."""
    if (row["entity_id"], row["state"]) != (routine.entity_id, routine.state) or not _same_days(
        routine.days, row["days"]
    ):
        return None
    tolerance = max(LEAST_MINUTES, 1.5 * routine.spread_minutes)
    if routine.sun_event is None and row["kind"] == "sun":
        return _within(_sun_as_clock(row, routine.minute_of_day or 0.0, routine, sun_minutes), tolerance)
    if routine.sun_event is None:
        return _within(minutes_apart(row["minute_of_day"], routine.minute_of_day or 0.0), tolerance)
    if row["kind"] == "sun":
        apart = abs(row["offset_minutes"] - (routine.offset_minutes or 0.0))
        return _within(apart, max(SUN_MINUTES, tolerance)) if row["sun_event"] == routine.sun_event else None
    return _within(_sun_as_clock(routine_as_row(routine), row["minute_of_day"], routine, sun_minutes), tolerance)


def routine_as_row(routine: Routine) -> Row:
    """Return the part of a planted sun routine that a reported one has."""
    return {"sun_event": routine.sun_event, "offset_minutes": routine.offset_minutes}


def _sun_as_clock(row: Row, minute: float, routine: Routine, sun_minutes: Mapping[str, tuple[float, float]]) -> float:
    """Return how far a clock's minute is from a sun's; endless where the sun moves enough to tell them apart."""
    earliest, latest = sun_minutes.get(str(row["sun_event"]), (0.0, 1440.0))
    if latest - earliest > SUN_DRIFT * routine.spread_minutes:
        return float("inf")
    return minutes_apart((earliest + latest) / 2 + float(row["offset_minutes"]), minute)


def _coupling_distance(coupling: Coupling, row: Row) -> float | None:
    """Return how far a reported coupling's lag is from a planted one's, as a ratio; None if it is another one."""
    own = (coupling.trigger_entity_id, coupling.entity_id, coupling.state)
    if (row["trigger_entity_id"], row["entity_id"], row["state"]) != own:
        return None
    if row["trigger_state"] != coupling.trigger_state and coupling.lag_seconds < PULSE_SECONDS:
        return None
    lag = max(float(row["lag_seconds"]), 0.1)
    return _within(max(lag / coupling.lag_seconds, coupling.lag_seconds / lag), LAG_FACTOR)


def _nearest(
    planted: Iterable[Any], row: Row, distance: Callable[[Any, Row], float | None]
) -> Routine | Coupling | None:
    found = [(apart, number, item) for number, item in enumerate(planted) if (apart := distance(item, row)) is not None]
    nearest: Routine | Coupling | None = min(found)[2] if found else None
    return nearest


def _excuse(truth: Truth, row: Row, sun_minutes: Mapping[str, tuple[float, float]]) -> Label:
    """Return undoing or echo if a row that is not planted follows from what is; else false."""
    if row["kind"] == "co_occurrence":
        return "false"
    if _undoes(truth, row, sun_minutes):
        return "undoing"
    return "echo" if _echoes(truth, row, sun_minutes) else "false"


def _undoes(truth: Truth, row: Row, sun_minutes: Mapping[str, tuple[float, float]]) -> bool:
    for routine in (*truth.routines, *truth.sun_routines):
        same = row["entity_id"] == routine.entity_id and row["state"] == opposite(routine.entity_id, routine.state)
        if not same or not routine.undo_minutes or row["kind"] == "sun":
            continue
        earliest, latest = _span(routine, sun_minutes)
        middle, half = (earliest + latest) / 2 + routine.undo_minutes, (latest - earliest) / 2
        if minutes_apart(row["minute_of_day"], middle) <= half + max(30.0, UNDO_SHARE * routine.undo_minutes):
            return True
    return any(
        row["entity_id"] == automation.entity_id
        and row["state"] == opposite(automation.entity_id, automation.state)
        and automation.minute_of_day is not None
        and row["kind"] == "time_of_day"
        and minutes_apart(row["minute_of_day"], automation.minute_of_day) <= LEAST_MINUTES
        for automation in truth.automations
    )


def _span(routine: Routine, sun_minutes: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    """Return the earliest and latest local minute a routine is due in the window."""
    if routine.sun_event is None:
        return routine.minute_of_day or 0.0, routine.minute_of_day or 0.0
    earliest, latest = sun_minutes.get(routine.sun_event, (0.0, 1440.0))
    offset = routine.offset_minutes or 0.0
    return earliest + offset, latest + offset


def _echoes(truth: Truth, row: Row, sun_minutes: Mapping[str, tuple[float, float]]) -> bool:
    """Return whether a routine follows from a planted one: its entity is coupled to that routine's, link by link."""
    sources = [(routine, {(routine.entity_id, routine.state)}) for routine in (*truth.routines, *truth.sun_routines)]
    for routine, reached in sources:
        for _ in truth.couplings:
            for link in truth.couplings:
                if (link.trigger_entity_id, link.trigger_state) in reached:
                    reached.add((link.entity_id, link.state))
        alike = {**row, "entity_id": routine.entity_id, "state": routine.state}
        if (row["entity_id"], row["state"]) in reached and routine_distance(routine, alike, sun_minutes) is not None:
            return True
    return False


def _by_machine(automations: Iterable[Automation], row: Row) -> bool:
    """Return whether a row is what a planted automation does: its action, or the timer that ends it."""
    for automation in automations:
        if row["entity_id"] != automation.entity_id:
            continue
        if automation.minute_of_day is None:
            return True
        if row["state"] == automation.state and row["kind"] == "time_of_day":
            return minutes_apart(row["minute_of_day"], automation.minute_of_day) <= EXACT_MINUTES
    return False


def _same_days(planted: str, reported: str) -> bool:
    one, other = day_set(planted), day_set(reported)
    return len(one & other) >= SAME_DAYS * len(one | other)


def day_set(days: str) -> frozenset[str]:
    """Return the weekdays that `all`, `weekday`, `weekend` or a list of weekdays stands for."""
    named = {"all": WEEKDAYS, "weekday": WEEKDAYS[:5], "weekend": WEEKDAYS[5:]}
    return frozenset(named.get(days, tuple(days.split(","))))


def minutes_apart(one: float, other: float) -> float:
    """Return the distance of two minutes of the day around the clock, 0 to 720."""
    return abs((float(one) - float(other) + 720.0) % 1440.0 - 720.0)


def _within(distance: float, most: float) -> float | None:
    return distance if distance <= most else None
