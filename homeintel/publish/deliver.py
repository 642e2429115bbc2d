"""Keeps what is to be sent, sends it, and keeps on what could not be sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from homeintel.errors import BridgeError, PublishError
from homeintel.publish import outbox
from homeintel.publish.link import send
from homeintel.publish.message import Message
from homeintel.publish.topics import Topics
from homeintel.settings import BrokerSettings, MqttBridgeSettings, Settings
from homeintel.store import Store


@dataclass(frozen=True)
class Delivery:
    """What became of the messages.

    Args:
        sent: messages the broker confirmed, older kept ones among them.
        kept: messages that wait in `outbox`.
        error: why some are kept; None where none is.
    """

    sent: int
    kept: int
    error: BridgeError | None = None


def publish_broker(settings: Settings) -> BrokerSettings:
    """Return the broker that is told: `publish.broker`, else the bridge's.

    Raises:
        PublishError: the params file names none.
    """
    if settings.publish.broker is not None:
        return settings.publish.broker
    if isinstance(settings.bridge, MqttBridgeSettings):
        return settings.bridge
    raise PublishError(
        f"There is no broker to publish to: bridge.source is {settings.bridge.source} and publish.broker is not set.",
        kept="Everything else of this night is kept.",
        next_step="Set publish.broker (host, port, username), or publish.enabled: false.",
    )


def deliver(
    store: Store,
    settings: Settings,
    run_id: str,
    messages: Sequence[Message],
    *,
    unreachable: BridgeError | None = None,
) -> Delivery:
    """Keep messages behind those that wait already, then send all.

    Args:
        store: the home's database.
        settings: the home's.
        run_id: whose messages these are.
        messages: in the order they are sent.
        unreachable: why the broker can't be reached, where that is known already: then it is not tried.

    Raises:
        PublishError: there is no broker to publish to, or a topic is not homeintel's own.
        StoreError: the database refused.
    """
    broker, now = publish_broker(settings), datetime.now(UTC)
    waiting = outbox.keep(store, run_id, messages, now=now)
    if unreachable is not None:
        return Delivery(0, len(waiting), unreachable)
    return _send_waiting(store, Topics.of(settings), broker, waiting)


def flush_outbox(store: Store, settings: Settings) -> Delivery:
    """Send what waits, in order, over one connection; messages of a topic or home that was renamed are dropped.

    Raises:
        PublishError: there is no broker to publish to.
        StoreError: the database refused.
    """
    topics, broker = Topics.of(settings), publish_broker(settings)
    return _send_waiting(store, topics, broker, outbox.waiting(store, now=datetime.now(UTC)))


def _send_waiting(store: Store, topics: Topics, broker: BrokerSettings, waiting: Sequence[Message]) -> Delivery:
    foreign = [message.topic for message in waiting if not topics.is_own(message.topic)]
    if foreign:
        outbox.forget(store, foreign)
    own = [message for message in waiting if topics.is_own(message.topic)]
    if not own:
        return Delivery(0, 0)
    sent, error = send(broker, topics, own)
    outbox.confirmed(store, own[:sent], now=datetime.now(UTC))
    return Delivery(sent, len(own) - sent, error)
