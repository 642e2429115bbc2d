"""What phase 6 sends: discovery, the slots, and the suggestions if any is new or gone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from homeintel.publish.discovery import discovery_messages, discovery_topics
from homeintel.publish.entities import Component, night_components
from homeintel.publish.figures import local_text
from homeintel.publish.inputs import Inputs
from homeintel.publish.message import Message, to_json
from homeintel.publish.open_suggestions import Change, change, open_rows, told_before
from homeintel.publish.slots import shown_ids, slot_components, slot_values
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
        messages: those a person notices last.
    """

    components: list[Component]
    shown: pd.DataFrame
    change: Change
    messages: list[Message]


def plan_messages(settings: Settings, inputs: Inputs, *, run_id: str, night: str, now: datetime) -> Plan:
    """Return what phase 6 sends. Older suggestions stay in their slots and are no news.

    Args:
        settings: the home's.
        inputs: what there is to tell, and what was told.
        run_id: the run.
        night: its date, `YYYY-MM-DD`.
        now: the present, with a time zone.

    Raises:
        PublishError: `publish.topic` can't be published under.
    """
    topics = Topics.of(settings)
    shown = open_rows(inputs.suggestions, inputs.answered)
    components = [*night_components(topics), *slot_components(topics, shown_ids(shown))]
    told = told_before(inputs.published, topics.suggestions)
    changed = change(inputs.suggestions, told, night=night, answered=inputs.answered)
    messages = _entity_messages(settings, topics, components, shown, {*inputs.published, *inputs.waiting})
    if inputs.fresh and (changed.new or changed.gone or settings.publish.always):
        told_at = local_text(now, settings.home.zone)
        payload = suggestions_payload(settings.home.name, shown, changed, run_id=run_id, night=night, told_at=told_at)
        messages.append(Message(topics.suggestions, to_json(payload)))
    return Plan(components, shown, changed, messages)


def _entity_messages(
    settings: Settings,
    topics: Topics,
    components: Sequence[Component],
    shown: pd.DataFrame,
    held: Collection[str],
) -> list[Message]:
    """Return slots and discovery in the order in which a cut does no harm, and clear what they replace.

    The device's single discovery message switches all slots at once, so the new slots lie there before it and the old
    ones until after it. With a message an entity there is a time between: the old slots go first and the new ones come last.
    """
    per_entity = settings.publish.per_entity_discovery
    name, url = settings.home.name, settings.publish.report_url
    discovery = discovery_messages(topics, name, components, per_entity=per_entity, report_url=url)
    current = topics.slots(shown_ids(shown))
    slots = Message(current, to_json(slot_values(shown)))
    old = [Message(topic, "") for topic in sorted(held) if topic.startswith(topics.all_slots) and topic != current]
    named = {message.topic for message in discovery}
    unnamed = [topic for topic in discovery_topics(topics, components) if topic in held and topic not in named]
    switch = [*(Message(topic, "") for topic in unnamed), *discovery]
    return [*old, *switch, slots] if per_entity else [slots, *switch, *old]


def suggestions_payload(
    home: str, shown: pd.DataFrame, changed: Change, *, run_id: str, night: str, told_at: str
) -> dict[str, Any]:
    """Return the suggestions message; `schemas/suggestions.schema.json` describes it."""
    return {
        "schema": 1,
        "home": home,
        "run_id": run_id,
        "night": night,
        "told_at": told_at,
        "new": list(changed.new),
        "gone": list(changed.gone),
        "suggestions": shown[SUGGESTION_COLUMNS].astype({"rank": int, "confidence": float}).to_dict("records"),
    }
