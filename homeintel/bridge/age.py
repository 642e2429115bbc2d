"""How old the stored devices are, in words."""

from datetime import datetime

from homeintel.store import Store


def stored_at(store: Store) -> datetime | None:
    """Return when a device was last seen in the bridge's list, in UTC; None where none is stored.

    Raises:
        StoreError: the database can't be read.
    """
    with store.connect() as connection:
        row = connection.execute("SELECT max(coalesce(checked_at, updated_at)) FROM devices").fetchone()
    return row[0] if row else None


def stored_age(store: Store, now: datetime) -> str:
    """Return `2 days ago (2026-11-06 03:10 UTC)` of the stored devices."""
    moment = stored_at(store)
    return "at an unknown time" if moment is None else f"{age(moment, now)} ago ({moment:%Y-%m-%d %H:%M} UTC)"


def age(moment: datetime, now: datetime) -> str:
    """Return the time between two moments in its largest unit, such as `3 hours`."""
    seconds = max(0.0, (now - moment).total_seconds())
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        count = int(seconds // length)
        if count:
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"
