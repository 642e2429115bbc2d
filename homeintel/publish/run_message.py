"""The run's message and the entities' states, from the closed `job_runs` row; the run's topic is the last to change."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from homeintel.errors import PublishError
from homeintel.publish import figures
from homeintel.publish.deliver import Delivery, deliver
from homeintel.publish.entities import EXPIRE_AFTER_SECONDS
from homeintel.publish.message import Message, shorten, to_json
from homeintel.publish.topics import Topics
from homeintel.settings import Settings
from homeintel.store import Store

TEXT_CHARACTERS = 500
"""A reason or message is cut to this: seven of them, four bytes a character, stay below the 16 KiB of an entity's attributes."""


def send_run_message(store: Store, settings: Settings, run_id: str) -> None:
    """Tell Home Assistant how a run ended: the entities' states, then `<topic>/<home>/run`, retained, QoS 1.

    Nothing is sent with publishing switched off, or for an older night than the last one in the database.

    Args:
        store: the home's database; the run's row is closed.
        settings: the home's.
        run_id: the run.

    Raises:
        PublishError: no such run, no broker to publish to, or the broker could not be told; then the message waits
            in `outbox`.
        StoreError: the database refused.
    """
    if not settings.publish.enabled:
        return
    with store.connect() as connection:
        if figures.is_older_night(connection, run_id):
            return
    raise_if_kept(deliver(store, settings, run_id, run_messages(store, settings, run_id)))


def run_messages(store: Store, settings: Settings, run_id: str) -> list[Message]:
    """Return the state message, unless it has expired already, and the run's message after it."""
    topics = Topics.of(settings)
    payload = run_payload(store, settings, run_id)
    finished = datetime.fromisoformat(payload["finished_at"] or payload["started_at"])
    expires_at = finished + timedelta(seconds=EXPIRE_AFTER_SECONDS)
    run = Message(topics.run, to_json(payload))
    if expires_at <= datetime.now(UTC):
        return [run]
    return [Message(topics.state, to_json(state_payload(payload)), expires_at=expires_at), run]


def run_payload(store: Store, settings: Settings, run_id: str) -> dict[str, Any]:
    """Return the run's message; `schemas/run.schema.json` describes it. Times are the home's, with their offset."""
    zone = settings.home.zone
    with store.connect() as connection:
        run = figures.read_run(connection, run_id)
        phases = figures.read_phases(connection, run_id)
        counts = figures.read_counts(connection, run_id)
        utilisation = figures.read_utilisation(connection, run_id)
    ended = run["finished_at"]
    memory = [phase["peak_memory_mb"] for phase in phases if phase["peak_memory_mb"] is not None]
    night = run["window_end"].astimezone(zone).date().isoformat()
    return {
        "schema": 1,
        "home": settings.home.name,
        "run_id": run_id,
        "night": night,
        "status": run["status"],
        "message": shorten(run["message"] or "", TEXT_CHARACTERS),
        "window_start": figures.local_text(run["window_start"], zone),
        "window_end": figures.local_text(run["window_end"], zone),
        "started_at": figures.local_text(run["started_at"], zone),
        "finished_at": None if ended is None else figures.local_text(ended, zone),
        "duration_seconds": None if ended is None else (ended - run["started_at"]).total_seconds(),
        "peak_memory_mb": max(memory, default=None),
        "points_read": run["points_read"],
        "events_kept": run["events_kept"],
        **counts,
        "utilisation_percent": utilisation,
        "report": report_address(settings, night),
        "version": run["version"],
        "phases": [_phase(phase, zone) for phase in phases],
    }


def state_payload(run: dict[str, Any]) -> dict[str, Any]:
    """Return the entities' states from the run's message."""
    names = ("run_id", "night", "status", "message", "duration_seconds", "points_read", "events_kept", "patterns",
             "anomalies", "unused_features", "suggestions", "new_suggestions", "utilisation_percent")  # fmt: skip
    report = shorten(run["report"], 255)
    return {**{name: run[name] for name in names}, "problem": run["status"] != "succeeded", "report": report}


def report_address(settings: Settings, night: str) -> str:
    """Return where the night's report is: below `publish.report_url` if that is set, else the file's path."""
    if settings.publish.report_url:
        return f"{settings.publish.report_url.rstrip('/')}/{settings.home.slug}/{night}/index.html"
    return str(settings.storage.reports / settings.home.slug / night / "index.html")


def raise_if_kept(delivery: Delivery) -> None:
    """Raise a PublishError if messages wait in the outbox.

    Raises:
        PublishError: with the reason and how many wait.
    """
    if delivery.error is not None:
        raise PublishError(
            delivery.error.happened,
            kept=f"{delivery.kept} messages are kept and sent the next night, or by `homeintel publish`.",
            next_step=delivery.error.next_step,
        ) from delivery.error


def _phase(phase: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    return {
        **phase,
        "started_at": figures.local_text(phase["started_at"], zone),
        "reason": shorten(phase["reason"], TEXT_CHARACTERS),
    }
