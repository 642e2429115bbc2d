"""Phase 6: Home Assistant is told of the night's suggestions.

The run's own message is sent after this phase, by the runner, from the closed `job_runs` row.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pandas as pd

from homeintel.errors import BridgeError
from homeintel.phase import Outcome, Phase
from homeintel.publish import figures
from homeintel.publish.answers import Answers, acknowledgement, read_presses, record_presses
from homeintel.publish.deliver import Delivery, deliver, publish_broker
from homeintel.publish.inputs import read_inputs
from homeintel.publish.message import Message, to_json
from homeintel.publish.plan import Plan, plan_messages
from homeintel.publish.thin import thin_history
from homeintel.publish.topics import Topics
from homeintel.store import query

SWITCHED_OFF = "switched off by publish.enabled"
OLDER = "a later night stands in the database: an older one changes no message"
BY_HAND = "opened by hand: nothing is published"


@dataclass(frozen=True)
class Taken:
    """What the broker held for homeintel.

    Args:
        silent: why it was not asked; empty where it was.
        answers: what the presses came to.
        error: why it could not be asked.
    """

    silent: str = ""
    answers: Answers = field(default_factory=Answers)
    error: BridgeError | None = None


def run(phase: Phase) -> Outcome:
    """Take answers, publish discovery and suggestions, and say what could not be delivered.

    Raises:
        PublishError: there is no broker to publish to, or its topic can't be used.
        StoreError: the database refused.
    """
    thin(phase)
    taken = take_answers(phase)
    return outcome(phase, taken, publish(phase, prepare(phase), taken))


def take_answers(phase: Phase) -> Taken:
    """Write the answers that wait on the broker to `feedback`; nothing where `silence` says why.

    Raises:
        PublishError: there is no broker to publish to, or its topic can't be used.
        StoreError: the database refused.
    """
    reason = silence(phase)
    if reason:
        return Taken(reason)
    topics = Topics.of(phase.settings)
    try:
        presses = read_presses(publish_broker(phase.settings), topics)
    except BridgeError as error:
        return Taken(error=error)
    return Taken(answers=record_presses(phase.store, presses, now=datetime.now(UTC)))


def prepare(phase: Phase) -> Plan:
    """Return what this phase would send; nothing is sent."""
    inputs = read_inputs(phase.store, phase.run_id)
    night = phase.window.end_day.isoformat()
    return plan_messages(phase.settings, inputs, run_id=phase.run_id, night=night, now=datetime.now(UTC))


def publish(phase: Phase, plan: Plan, taken: Taken) -> Delivery:
    """Send the plan's messages, the acknowledgement of answers, and what earlier nights kept.

    A broker that could not be asked for answers is not tried again: everything is kept at once.
    """
    if taken.silent:
        return Delivery(0, 0)
    night = phase.window.end_day.isoformat()
    told = acknowledgement(phase.settings.home.name, taken.answers, run_id=phase.run_id, night=night)
    messages = [*taken.answers.clears, *plan.messages]
    if taken.error is None:
        messages.append(Message(Topics.of(phase.settings).acknowledged, to_json(told)))
    return deliver(phase.store, phase.settings, phase.run_id, messages, unreachable=taken.error)


def thin(phase: Phase) -> int:
    """Thin the job history, and return how many runs went."""
    with phase.store.transaction() as connection:
        return thin_history(connection, now=datetime.now(UTC))


def silence(phase: Phase) -> str:
    """Return why this phase sends nothing; empty where it does."""
    if phase.by_hand:
        return BY_HAND
    if not phase.settings.publish.enabled:
        return SWITCHED_OFF
    with phase.store.connect() as connection:
        return OLDER if figures.is_older_night(connection, phase.run_id) else ""


def outcome(phase: Phase, taken: Taken, delivery: Delivery) -> Outcome:
    """Return how the phase ended: degraded if something is kept for later, or its suggestions are not this night's."""
    if taken.silent:
        return Outcome("succeeded", 0, taken.silent)
    answers = taken.answers
    counted = {
        "messages_sent": delivery.sent,
        "messages_kept": delivery.kept,
        "answers_taken": len(answers.taken),
        "answers_refused": len(answers.refused),
    }
    written = len(answers.taken) + delivery.kept
    if delivery.error is not None:
        kept = f"{delivery.kept} messages are kept and sent the next night, or by `homeintel publish`."
        return Outcome("degraded", written, f"{delivery.error} {kept}", counted)
    status, why = phase.earlier.get("suggestions", ("succeeded", ""))
    if status in {"failed", "skipped"}:
        return Outcome("degraded", written, f"No suggestions of this night, older ones stay: {why}", counted)
    reason = f"{delivery.sent} messages sent, {len(answers.taken)} answers taken, {len(answers.refused)} refused."
    return Outcome("succeeded", written, reason, counted)


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


def answer_table(phase: Phase, taken: Taken) -> pd.DataFrame:
    """Return this night's refused messages and the latest answers of all kinds, newest first; times in the home's."""
    with phase.store.connect() as connection:
        rows = query(
            connection,
            """SELECT given_at, suggestion_id, answer, until, source,
                (SELECT any_value(title) FROM suggestions AS s WHERE s.suggestion_id = f.suggestion_id) AS title
            FROM feedback AS f ORDER BY given_at DESC, rowid DESC LIMIT 20""",
        )
    rows["given_at"] = rows["given_at"].dt.tz_convert(phase.window.zone.key)
    refused = pd.DataFrame({"answer": ["refused"] * len(taken.answers.refused), "title": taken.answers.refused})
    return pd.concat([refused, rows]).reindex(columns=rows.columns) if len(refused) else rows
