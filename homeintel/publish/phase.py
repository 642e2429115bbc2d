"""Phase 6: Home Assistant is told of the night's suggestions.

The run's own message is sent after this phase, by the runner, from the closed `job_runs` row.
"""

from dataclasses import dataclass

import pandas as pd

from homeintel.phase import Outcome, Phase
from homeintel.publish import figures, outbox
from homeintel.publish.deliver import Delivery, deliver
from homeintel.publish.open_suggestions import read_suggestions
from homeintel.publish.plan import Plan, plan_messages

SWITCHED_OFF = "switched off by publish.enabled"
OLDER = "a later night stands in the database: an older one changes no message"
BY_HAND = "opened by hand: nothing is published"


@dataclass(frozen=True)
class Told:
    """What was sent, or why nothing was.

    Args:
        silent: why nothing was to be sent; empty where something was.
        delivery: what became of the messages.
    """

    silent: str
    delivery: Delivery


def run(phase: Phase) -> Outcome:
    """Take answers, publish discovery and suggestions, and say what could not be delivered.

    Raises:
        PublishError: there is no broker to publish to, or its topic can't be used.
        StoreError: the database refused.
    """
    return outcome(phase, publish(phase, prepare(phase)))


def prepare(phase: Phase) -> Plan:
    """Return what this phase would send; nothing is sent."""
    return plan_messages(
        phase.settings,
        read_suggestions(phase.store, phase.run_id),
        outbox.published(phase.store),
        run_id=phase.run_id,
        night=phase.window.end_day.isoformat(),
    )


def publish(phase: Phase, plan: Plan) -> Told:
    """Send the plan's messages and what earlier nights kept; nothing where `silence` says why."""
    reason = silence(phase)
    if reason:
        return Told(reason, Delivery(0, 0))
    return Told("", deliver(phase.store, phase.settings, phase.run_id, plan.messages))


def silence(phase: Phase) -> str:
    """Return why this phase sends nothing; empty where it does."""
    if phase.by_hand:
        return BY_HAND
    if not phase.settings.publish.enabled:
        return SWITCHED_OFF
    with phase.store.connect() as connection:
        return OLDER if figures.is_older_night(connection, phase.run_id) else ""


def outcome(phase: Phase, told: Told) -> Outcome:
    """Return how the phase ended: degraded if something is kept for later, or its suggestions are not this night's."""
    if told.silent:
        return Outcome("succeeded", 0, told.silent)
    delivery = told.delivery
    counted = {"messages_sent": delivery.sent, "messages_kept": delivery.kept}
    if delivery.error is not None:
        reason = (
            f"{delivery.error} {delivery.kept} messages are kept and sent the next night, or by `homeintel publish`."
        )
        return Outcome("degraded", delivery.kept, reason, counted)
    status, why = phase.earlier.get("suggestions", ("succeeded", ""))
    if status in {"failed", "skipped"}:
        return Outcome("degraded", 0, f"No suggestions of this night to publish: {why}", counted)
    return Outcome("succeeded", 0, f"{delivery.sent} messages sent.", counted)


def message_table(plan: Plan) -> pd.DataFrame:
    """Return the plan's messages as rows: topic, bytes, retained."""
    return pd.DataFrame(
        {
            "topic": [message.topic for message in plan.messages],
            "bytes": [len(message.payload.encode()) for message in plan.messages],
            "retained": [message.retain for message in plan.messages],
        }
    )


def suggestion_table(plan: Plan) -> pd.DataFrame:
    """Return the suggestions that wait for an answer as rows: rank, title, confidence, what is new."""
    shown = plan.shown[["rank", "title", "kind", "confidence", "status"]]
    return shown.assign(told_before=[one not in plan.change.new for one in plan.shown["suggestion_id"]])
