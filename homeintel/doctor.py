"""Checks one by one what a night needs, and says how to mend what is missing."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from homeintel.errors import HomeintelError
from homeintel.settings import MqttBridgeSettings, Settings, load_settings
from homeintel.store import NightLock, Store, migrate

LEAST_FREE_BYTES = 500_000_000
"""A month of a large home takes less; below that a night may run out of room."""

EARLIEST_CLOCK = datetime(2026, 1, 1, tzinfo=UTC)
"""A machine that believes it is earlier has lost its clock (a board without a battery)."""


@dataclass(frozen=True)
class Check:
    """One thing looked at.

    Args:
        name: what.
        ok: whether it is as a night needs it.
        found: what was found, one sentence.
        mend: what to do where it is not ok.
        fatal: whether a night would fail without it.
    """

    name: str
    ok: bool
    found: str
    mend: str = ""
    fatal: bool = True


def examine(params_file: Path) -> Iterator[Check]:
    """Yield the checks in order; without readable settings there is only the first."""
    try:
        settings = load_settings(params_file)
    except HomeintelError as error:
        yield Check("settings", ok=False, found=error.happened, mend=error.next_step)
        return
    yield Check("settings", ok=True, found=f"{settings.params_file} is valid")
    yield clock(datetime.now(UTC), settings)
    yield from _guarded("database", lambda: database(settings))
    yield from _guarded("reports", lambda: reports(settings))
    yield from bridge(settings)
    yield from events(settings)
    yield from publishing(settings)


def clock(now: datetime, settings: Settings) -> Check:
    """Check that the machine's clock is plausible, and say what it is in the home's time zone."""
    local = now.astimezone(settings.home.zone)
    found = f"{local:%Y-%m-%d %H:%M} in {settings.home.timezone} (UTC{local:%z})"
    return Check("clock", ok=now >= EARLIEST_CLOCK, found=found, mend="Set the machine's clock; NTP keeps it right.")


def database(settings: Settings) -> Check:
    """Check that the database can be opened and written, and that no night holds it."""
    store = Store(settings.storage.database)
    existed = store.path.exists()
    with NightLock(store.path):
        migrate(store)
    found = f"{store.path} can be written" + ("" if existed else " (made now)")
    return Check("database", ok=True, found=found)


def reports(settings: Settings) -> Check:
    """Check that the report folder can be written and has room."""
    folder = settings.storage.reports
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".doctor"
        probe.touch()
        probe.unlink()
    except OSError as error:
        mend = "Change its permissions, or name another folder in storage.reports."
        return Check("reports", ok=False, found=f"{folder} can't be written: {error.strerror}", mend=mend)
    free = shutil.disk_usage(folder).free
    mend = "Free some room, or lower storage.keep_reports."
    return Check("reports", ok=free >= LEAST_FREE_BYTES, found=f"{folder} has {free / 1e9:.1f} GB free", mend=mend)


def bridge(settings: Settings) -> Iterator[Check]:
    """Check the broker and what Zigbee2MQTT left on it; without them a night goes on with what is stored."""
    from homeintel.bridge.check import check_broker, check_registry

    for name, ok, found, mend in check_registry(settings):
        yield Check(name, ok=ok, found=found, mend=mend, fatal=False)
    if not isinstance(settings.bridge, MqttBridgeSettings):
        yield Check("bridge", ok=True, found=f"source {settings.bridge.source}: no broker is asked")
        return
    for name, ok, found, mend in check_broker(settings):
        yield Check(name, ok=ok, found=found, mend=mend)


def events(settings: Settings) -> Iterator[Check]:
    """Check the event source: reachable, password accepted, database known, recent points."""
    from homeintel.events.check import check_events

    for name, ok, found, mend in check_events(settings):
        yield Check(name, ok=ok, found=found, mend=mend)


def publishing(settings: Settings) -> Iterator[Check]:
    """Check that the run's message could be delivered; a night keeps it otherwise."""
    from homeintel.publish.check import check_publish

    for name, ok, found, mend in check_publish(settings):
        yield Check(name, ok=ok, found=found, mend=mend, fatal=False)


def _guarded(name: str, check: Callable[[], Check]) -> Iterator[Check]:
    try:
        yield check()
    except HomeintelError as error:
        yield Check(name, ok=False, found=error.happened, mend=error.next_step)
