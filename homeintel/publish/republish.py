"""What the command line asks for: publish a stored night again, with all that waits."""

from datetime import UTC, date, datetime

from homeintel.errors import PublishError
from homeintel.publish import figures
from homeintel.publish.deliver import deliver, flush_outbox, publish_broker
from homeintel.publish.inputs import read_inputs
from homeintel.publish.plan import plan_messages
from homeintel.publish.run_message import raise_if_kept, run_messages
from homeintel.settings import Settings
from homeintel.store import Store


def republish(store: Store, settings: Settings, day: date | None = None) -> int:
    """Publish a stored night, with what waits of others: discovery, suggestions, states, and its run's message.

    Without a date what waits is sent, and only if nothing does, the last night again.

    Args:
        store: the home's database.
        settings: the home's.
        day: the night's date, as given to `homeintel run --date`; None: see above.

    Returns:
        How many messages the broker confirmed.

    Raises:
        PublishError: publishing is switched off, no such night, a later one is stored, or the broker can't be told.
        StoreError: the database refused.
    """
    if not settings.publish.enabled:
        raise PublishError(
            "Publishing is switched off by publish.enabled.", next_step="Set it to true in the params file."
        )
    publish_broker(settings)
    if day is None:
        delivery = flush_outbox(store, settings)
        raise_if_kept(delivery)
        if delivery.sent:
            return delivery.sent
    run_id, night = _run_of(store, settings, day)
    inputs, now = read_inputs(store, run_id), datetime.now(UTC)
    plan = plan_messages(settings, inputs, run_id=run_id, night=night.isoformat(), now=now)
    delivery = deliver(store, settings, run_id, [*plan.messages, *run_messages(store, settings, run_id)])
    raise_if_kept(delivery)
    return delivery.sent


def _run_of(store: Store, settings: Settings, day: date | None) -> tuple[str, date]:
    with store.connect() as connection:
        rows = connection.execute(
            """SELECT run_id, (window_end AT TIME ZONE $zone)::DATE AS night FROM job_runs
            WHERE ($day IS NULL OR night = $day) AND NOT superseded AND finished_at IS NOT NULL
            ORDER BY window_end DESC, started_at DESC LIMIT 1""",
            {"zone": settings.home.timezone, "day": day},
        ).fetchall()
        if not rows:
            raise PublishError(
                f"There is no night of {day} in the database." if day else "No night was recorded yet.",
                kept="Nothing was sent.",
                next_step="`homeintel history` lists the nights.",
            )
        [(run_id, night)] = rows
        if figures.is_older_night(connection, run_id):
            raise PublishError(
                f"A later night than {day} is stored; an older one would hide it.",
                kept="Nothing was sent.",
                next_step="Publish the newest night instead; `homeintel history` lists them.",
            )
    return run_id, night
