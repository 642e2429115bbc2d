"""Takes the answers that buttons published while nobody listened, and writes them to `feedback`.

A press comes up to twice: queued for the session, and retained on its topic. The retained one is cleared after the
database has the answer, so nothing is lost when a night is killed in between.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from homeintel.errors import SuggestionError
from homeintel.publish import outbox
from homeintel.publish.inbox import Received, read_all
from homeintel.publish.message import Message
from homeintel.publish.topics import Topics, suggestion_of
from homeintel.settings import BrokerSettings
from homeintel.store import Store
from homeintel.suggestions.feedback import latest_answers, record_answer

MOST_BYTES = 256
"""An answer's longest payload; a button's has seven."""

MOST_TOLD = 50
"""Answers the acknowledgement names; it is an entity's attributes, which must stay below 16 KiB."""

SOURCE = "mqtt"


@dataclass(frozen=True)
class Answer:
    """One answer that was taken.

    Args:
        suggestion_id: the suggestion.
        answer: accept, dismiss or snooze.
        until: the local date a snooze ends, exclusive; None: as `record_answer` decides.
    """

    suggestion_id: str
    answer: str
    until: date | None


@dataclass(frozen=True)
class Answers:
    """What the presses came to.

    Args:
        taken: answers written to `feedback`, in the order they were given.
        repeated: presses that said what was known.
        refused: one sentence for each that is not valid or about an unknown suggestion.
        clears: messages that clear the retained presses.
    """

    taken: tuple[Answer, ...] = ()
    repeated: int = 0
    refused: tuple[str, ...] = ()
    clears: tuple[Message, ...] = ()


def session_id(topics: Topics) -> str:
    """Return the fixed client id under which the broker queues answers; phase 1 and messages use others."""
    return f"{topics.identifier}-answers"


def read_presses(broker: BrokerSettings, topics: Topics) -> list[Received]:
    """Return the presses since the last night, in the order they came; one that was queued and retained comes once.

    Raises:
        BrokerUnreachableError: no broker, or it did not answer in time.
        BrokerRefusedError: the user may not connect or subscribe.
    """
    came = read_all(broker, topics, [topics.answers], client_id=session_id(topics), persistent=True)
    queued = {(press.topic, press.payload) for press in came if not press.retained}
    return [press for press in came if not press.retained or (press.topic, press.payload) not in queued]


def record_presses(store: Store, presses: Sequence[Received], *, now: datetime) -> Answers:
    """Write the answers to `feedback` in one transaction, and keep the messages that clear their topics.

    Args:
        store: the home's database.
        presses: from `read_presses`.
        now: the time of the answers; MQTT does not tell when a button was pressed.

    Raises:
        StoreError: the database refused; the presses stay on the broker.
    """
    if not presses:
        return Answers()
    waiting = {message.topic for message in outbox.waiting(store, now=now) if not message.payload}
    taken: list[Answer] = []
    refused: list[str] = []
    with store.transaction() as connection:
        for press in presses:
            try:
                answer = parse_press(press)
                known = _known(connection, answer, press, waiting)
                if not known and record_answer(
                    connection, answer.suggestion_id, answer.answer, answer.until, SOURCE, now
                ):
                    taken.append(answer)
            except SuggestionError as error:
                refused.append(error.happened)
    clears = tuple(Message(topic, "") for topic in sorted({press.topic for press in presses}))
    return Answers(tuple(taken), len(presses) - len(taken) - len(refused), tuple(refused), clears)


def parse_press(press: Received) -> Answer:
    """Return the answer a message means: `accept`, `dismiss`, `snooze`, or `{"answer": "snooze", "until": "2026-12-24"}`.

    Raises:
        SuggestionError: it is neither.
    """
    refused = f"A message of {len(press.payload)} bytes on an answer's topic is no answer."
    if len(press.payload) > MOST_BYTES:
        raise SuggestionError(refused)
    try:
        text = press.payload.decode("utf-8").strip()
        values = json.loads(text) if text.startswith("{") else {"answer": text}
        until = date.fromisoformat(values["until"]) if values.get("until") is not None else None
        return Answer(suggestion_of(press.topic), str(values["answer"]), until)
    except (ValueError, KeyError, TypeError) as error:
        raise SuggestionError(refused) from error


def acknowledgement(home: str, answers: Answers, *, run_id: str, night: str) -> dict[str, Any]:
    """Return the message that tells which answers were taken; `schemas/acknowledged.schema.json` describes it."""
    return {
        "schema": 1,
        "home": home,
        "run_id": run_id,
        "night": night,
        "taken": len(answers.taken),
        "repeated": answers.repeated,
        "refused": len(answers.refused),
        "answers": [
            {
                "suggestion_id": answer.suggestion_id,
                "answer": answer.answer,
                "until": None if answer.until is None else answer.until.isoformat(),
            }
            for answer in answers.taken[:MOST_TOLD]
        ],
    }


def _known(connection: duckdb.DuckDBPyConnection, answer: Answer, press: Received, waiting: Collection[str]) -> bool:
    """Tell whether a retained press was taken an earlier night that could not clear it; a new press is queued as well."""
    if not press.retained or press.topic not in waiting:
        return False
    latest = latest_answers(connection).get(answer.suggestion_id)
    return latest is not None and latest.answer == answer.answer
