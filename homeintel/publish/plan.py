"""What phase 6 sends: discovery, the slots, and the suggestions if any is new or gone."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from homeintel.publish.discovery import discovery_messages, discovery_topics
from homeintel.publish.entities import Component, night_components
from homeintel.publish.message import Message, to_json
from homeintel.publish.open_suggestions import Change, change, open_rows, told_before
from homeintel.publish.slots import SLOTS, slot_components, slot_values
from homeintel.publish.topics import Topics
from homeintel.settings import Settings

SUGGESTION_COLUMNS = ["suggestion_id", "rank", "title", "kind", "confidence", "status", "description"]
"""What the suggestions message says of each."""


@dataclass(frozen=True)
class Plan:
    """The messages of phase 6 in the order they are sent, and what they are made of.

    Args:
        components: the entities, as discovery names them.
        shown: the suggestions that wait for an answer, by rank.
        change: what is new or gone since the last message about it.
        messages: discovery first: a button is made before the slot it belongs to shows its suggestion.
    """

    components: list[Component]
    shown: pd.DataFrame
    change: Change
    messages: list[Message]


def plan_messages(
    settings: Settings,
    suggestions: pd.DataFrame,
    published: Mapping[str, str],
    *,
    run_id: str,
    night: str,
    answered: Collection[str] = (),
) -> Plan:
    """Return what phase 6 sends.

    Args:
        settings: the home's.
        suggestions: this run's, columns as in the table.
        published: topic -> payload the broker last confirmed.
        run_id: the run.
        night: its date, `YYYY-MM-DD`.
        answered: ids of suggestions that were answered just now.

    Raises:
        PublishError: `publish.topic` can't be published under.
    """
    topics = Topics.of(settings)
    shown = open_rows(suggestions, answered)
    components = all_components(topics, shown)
    discovery = discovery_messages(
        topics,
        settings.home.name,
        components,
        per_entity=settings.publish.per_entity_discovery,
        report_url=settings.publish.report_url,
    )
    named = {message.topic for message in discovery}
    outdated = [topic for topic in discovery_topics(topics, components) if topic in published and topic not in named]
    changed = change(suggestions, told_before(published, topics.suggestions), night=night, answered=answered)
    messages = [*(Message(topic, "") for topic in outdated), *discovery]
    messages.append(Message(topics.slots, to_json(slot_values(shown))))
    if changed.new or changed.gone or settings.publish.always:
        payload = suggestions_payload(settings.home.name, shown, changed, run_id=run_id, night=night)
        messages.append(Message(topics.suggestions, to_json(payload)))
    return Plan(components, shown, changed, messages)


def all_components(topics: Topics, shown: pd.DataFrame) -> list[Component]:
    """Return every entity of the device."""
    ids = [str(one) for one in shown["suggestion_id"].head(SLOTS)]
    return [*night_components(topics), *slot_components(topics, ids)]


def suggestions_payload(home: str, shown: pd.DataFrame, changed: Change, *, run_id: str, night: str) -> dict[str, Any]:
    """Return the suggestions message; `schemas/suggestions.schema.json` describes it."""
    return {
        "schema": 1,
        "home": home,
        "run_id": run_id,
        "night": night,
        "new": list(changed.new),
        "gone": list(changed.gone),
        "suggestions": shown[SUGGESTION_COLUMNS].astype({"rank": int, "confidence": float}).to_dict("records"),
    }
