"""What `homeintel doctor` asks about the event history: small questions, each with what was found and how to mend it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from homeintel.errors import EventSourceError, SourceRefusedError, SourceUnavailableError
from homeintel.events.choose import sources_of
from homeintel.events.domains import ATTRIBUTES
from homeintel.events.source import EventSource, Found
from homeintel.phase import Window
from homeintel.settings import Settings

STALE = timedelta(hours=24)
"""A home in which nothing was written for so long does not feed its history any more."""


class Check(NamedTuple):
    """One answer.

    Args:
        name: what was asked.
        ok: whether a night can rely on it.
        found: what was found, one sentence without any secret.
        how_to_mend: what to do where it is not ok; empty where it is.
    """

    name: str
    ok: bool
    found: str
    how_to_mend: str = ""


def check_events(settings: Settings, *, now: datetime | None = None) -> list[Check]:
    """Ask the source of the settings everything a night relies on; no error is raised, each becomes an answer.

    Args:
        settings: the home's.
        now: UTC; None is the clock's.
    """
    return list(_checks(settings, now or datetime.now(UTC)))


def _checks(settings: Settings, now: datetime) -> Iterator[Check]:
    try:
        sources = sources_of(settings, Window.of(settings), ATTRIBUTES)
    except EventSourceError as error:
        yield Check("events: source", ok=False, found=error.happened, how_to_mend=error.next_step)
        return
    for source in sources:
        try:
            yield from _source_checks(source, now)
        finally:
            source.close()


def _source_checks(source: EventSource, now: datetime) -> Iterator[Check]:
    answers, lets_read = f"events: {source.name} answers", f"events: {source.name} lets us read"
    try:
        found = source.discover()
    except SourceUnavailableError as error:
        yield Check(answers, ok=False, found=error.happened, how_to_mend=error.next_step)
    except SourceRefusedError as error:
        yield Check(answers, ok=True, found="it answers")
        yield Check(lets_read, ok=False, found=error.happened, how_to_mend=error.next_step)
    else:
        yield Check(answers, ok=True, found="it answers")
        yield Check(lets_read, ok=True, found="what the settings name is there and may be read")
        yield Check(f"events: {source.name} schema", ok=True, found="; ".join(found.sentences))
        yield age_check(source.name, found, now)
        yield clock_check(source.name, found)


def age_check(source: str, found: Found, now: datetime) -> Check:
    """Say how old the newest point is; a history that ends for good has no age to mend."""
    name = f"events: {source} newest point"
    if found.ends is not None:
        return Check(name, ok=True, found=f"the history ends at {found.ends:%Y-%m-%d %H:%M} UTC")
    if found.newest is None:
        return Check(name, ok=False, found="nothing is stored", how_to_mend="Check that Home Assistant writes there.")
    age = now - found.newest
    told = f"{found.newest:%Y-%m-%d %H:%M} UTC, {_told(age)} ago"
    if age <= STALE:
        return Check(name, ok=True, found=told)
    return Check(name, ok=False, found=told, how_to_mend="Check that Home Assistant still writes there.")


def clock_check(source: str, found: Found) -> Check:
    """Say whether points carry times that can't be."""
    if not found.refused:
        return Check(f"events: {source} clocks", ok=True, found="no point lies in the future or before 2000")
    told = ", ".join(f"{count:,} {reason}" for reason, count in found.refused.items())
    mend = "Correct the clock of the machine that wrote them; these points are never read."
    return Check(f"events: {source} clocks", ok=False, found=told, how_to_mend=mend)


def _told(age: timedelta) -> str:
    minutes = max(0, round(age / timedelta(minutes=1)))
    return (
        f"{minutes} min" if minutes < 120 else f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"
    )
