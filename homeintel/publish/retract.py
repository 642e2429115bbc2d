"""Removes a home from Home Assistant: its retained topics, its waiting messages and its session."""

from homeintel.errors import BridgeError, PublishError
from homeintel.publish import outbox
from homeintel.publish.answers import session_id
from homeintel.publish.deliver import publish_broker
from homeintel.publish.inbox import read_all
from homeintel.publish.link import send
from homeintel.publish.message import Message
from homeintel.publish.topics import Topics
from homeintel.settings import Settings
from homeintel.store import Store


def retract(store: Store, settings: Settings) -> int:
    """Clear every retained topic of this home, found on the broker, and return how many.

    The session that queues answers ends, and what waits to be sent is dropped. Other homes on the broker keep theirs.

    Raises:
        PublishError: no broker to publish to, or it can't be reached; then nothing of the database was changed.
        StoreError: the database refused.
    """
    topics = Topics.of(settings)
    broker = publish_broker(settings)
    try:
        held = read_all(broker, topics, _filters(topics), client_id=session_id(topics))
        found = sorted({message.topic for message in held if message.retained and topics.is_own(message.topic)})
        cleared, error = send(broker, topics, [Message(topic, "") for topic in found])
    except BridgeError as refused:
        cleared, error, found = 0, refused, []
    if error is not None:
        raise PublishError(
            f"{cleared} of {len(found)} retained topics were removed. {error.happened}",
            kept="The database was not changed.",
            next_step=error.next_step,
        ) from error
    outbox.clear(store)
    return cleared


def _filters(topics: Topics) -> list[str]:
    return [f"{topics.root}/#", topics.device, f"{topics.discovery_prefix}/+/{topics.identifier}/+/config"]
