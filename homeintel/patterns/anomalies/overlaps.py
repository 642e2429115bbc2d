"""One thing is told once: what an absence, or a worse fault of the same device, explains is left out."""

from collections.abc import Sequence

from homeintel.patterns.calendar import DAY
from homeintel.patterns.findings import Anomaly, Gate
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import History
from homeintel.patterns.presence import Presence

DETECTOR = "anomalies"

BY_ABSENCE = frozenset({"silent", "level"})
"""Kinds that an empty home brings about, besides rates that are too low; what people do not do on days away is no miss to
begin with. A door that opens in the night of a journey, or a sensor that goes mad then, is all the more worth telling."""

MARGIN = 12 * 3600.0
"""Seconds before and after the whole days away: people leave on the day before and are back the day after."""

EXPLAINS = {"silent": ("stuck", "rate"), "level": ("stuck",), "rate": ("stuck",)}
"""What a fault of the same device (silence) or entity at the same time explains: what repeats or hardly sends has pauses, what is stuck drifts
from its level and is not written again."""


LEAST_TOUCHED = 2
"""Devices that must show the same kind of thing within the absence: it touches many things at once, a fault one."""

KNOWN_DAYS = 3
"""An absence explains what no other absence shows. With so many other days away in the window, what an empty home is
like is known, and everything was judged against that already."""

EXPLAINED_SHARE = 0.5
"""Of an anomaly's time that its cause must cover."""


def told_once(history: History, presence: Presence, found: Sequence[Anomaly]) -> tuple[list[Anomaly], Gate]:
    """Return the anomalies that no absence and no other anomaly explains, and the gate that counts them."""
    end = float(history.calendar.starts[-1])
    funnel = Funnel(DETECTOR)
    absences = _absences(history, presence)
    told = []
    for anomaly in found:
        cause = _cause(history, anomaly, found, absences, end)
        if cause is None:
            told.append(anomaly)
        else:
            funnel.miss(anomaly.score, f"{anomaly.kind} of {anomaly.entity_id}: explained by {cause}")
    funnel.step("not explained by days away or another anomaly", len(told))
    return told, funnel.gates[0]


def _absences(history: History, presence: Presence) -> list[tuple[float, float]]:
    starts = history.calendar.starts
    days = [(float(starts[day]), float(starts[day + 1])) for day in range(history.calendar.days) if presence.away[day]]
    blocks: list[tuple[float, float]] = []
    for first, last in days:
        if blocks and blocks[-1][1] == first:
            blocks[-1] = (blocks[-1][0], last)
        else:
            blocks.append((first, last))
    away = int(presence.away.sum())
    return [
        (first - MARGIN, last + MARGIN) for first, last in blocks if away - round((last - first) / DAY) < KNOWN_DAYS
    ]


def _cause(
    history: History, anomaly: Anomaly, found: Sequence[Anomaly], absences: Sequence[tuple[float, float]], end: float
) -> str | None:
    start, until = _span(anomaly, end)
    for absence in absences:
        inside = [other for other in found if _same_thing(anomaly, other) and _within(other, absence, end)]
        if anomaly in inside and len({_device(history, other) for other in inside}) >= LEAST_TOUCHED:
            return "days away"
    for other in found:
        if (
            other.kind in EXPLAINS.get(anomaly.kind, ())
            and min(until, other.ended_at or end) - max(start, other.started_at) >= EXPLAINED_SHARE * (until - start)
            and _same(history, anomaly, other)
        ):
            return other.kind
    return None


def _span(anomaly: Anomaly, end: float) -> tuple[float, float]:
    """Return from when to when an anomaly showed: a silent device's other entities reported long before, and later."""
    since, until = (anomaly.detail.get(f"device_silent_{name}") for name in ("since", "until"))
    return (
        float(since) if isinstance(since, int) else anomaly.started_at,
        float(until) if isinstance(until, int) else anomaly.ended_at or end,
    )


def _within(anomaly: Anomaly, span: tuple[float, float], end: float) -> bool:
    start, until = _span(anomaly, end)
    return span[0] <= start and until <= span[1]


def _same_thing(anomaly: Anomaly, other: Anomaly) -> bool:
    """Return whether both are of one kind that an absence brings about, and go the same way."""
    one, two = ((a.kind, float(str(a.detail.get("shift", 0))) > 0, "usual_a_day" in a.detail) for a in (anomaly, other))
    return one == two and (anomaly.kind in BY_ABSENCE or "usual_a_day" in anomaly.detail)


def _same(history: History, anomaly: Anomaly, other: Anomaly) -> bool:
    """Return whether the other can explain it: a device's silence any of its entities, the rest the entity itself."""
    if anomaly.kind == "silent":
        return _device(history, anomaly) == _device(history, other)
    return anomaly.entity_id == other.entity_id


def _device(history: History, anomaly: Anomaly) -> str | None:
    return history.device_of.get(anomaly.entity_id or "", anomaly.entity_id)
