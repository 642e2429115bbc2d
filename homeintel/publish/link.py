"""Sends messages to the broker, in order, and waits until it has confirmed each."""

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from homeintel.errors import BridgeError, BrokerRefusedError, BrokerUnreachableError, PublishError
from homeintel.publish.connect import Link, connected
from homeintel.publish.message import Message
from homeintel.publish.topics import Topics
from homeintel.settings import BrokerSettings

if TYPE_CHECKING:
    from paho.mqtt.properties import Properties


def send(broker: BrokerSettings, topics: Topics, messages: Sequence[Message]) -> tuple[int, BridgeError | None]:
    """Send messages over one short connection.

    Returns:
        How many of them, from the first, the broker confirmed, and why it was not all; None if it was.

    Raises:
        PublishError: a topic is not homeintel's own; nothing was sent.
    """
    for message in messages:
        _refuse_foreign(topics, message.topic)
    try:
        with connected(broker) as link:
            return send_over(link, broker, messages)
    except (BrokerUnreachableError, BrokerRefusedError) as error:
        return 0, error


def send_over(link: Link, broker: BrokerSettings, messages: Sequence[Message]) -> tuple[int, BridgeError | None]:
    """Send messages over an open connection; returns as `send`."""
    confirmations = _Confirmations(link)
    now = datetime.now(UTC)
    sent = []
    for message in messages:
        properties = _expiry(message, now) if broker.protocol == "5" else None
        sent.append(
            link.client.publish(
                message.topic, message.payload.encode(), qos=message.qos, retain=message.retain, properties=properties
            ).mid
        )
    return confirmations.wait(sent, broker.timeout)


class _Confirmations:
    """Collects the broker's acknowledgements (PUBACK); MQTT 5 brokers may refuse a message there."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._changed = threading.Condition()
        self._refusals: dict[int, str] = {}
        link.client.on_publish = self._note

    def _note(self, _client: object, _userdata: object, mid: int, reason: Any, _properties: object) -> None:  # noqa: ANN401
        with self._changed:
            self._refusals[mid] = str(reason) if reason.is_failure else ""
            self._changed.notify_all()

    def wait(self, sent: Sequence[int], seconds: float) -> tuple[int, BridgeError | None]:
        deadline = time.monotonic() + seconds
        for number, mid in enumerate(sent):
            with self._changed:
                while mid not in self._refusals and not self._link.lost.is_set() and time.monotonic() < deadline:
                    self._changed.wait(0.05)
                refusal = self._refusals.get(mid)
            if refusal is None:
                return number, _cut(lost=self._link.lost.is_set(), seconds=seconds)
            if refusal:
                return number, _refused(refusal)
        return len(sent), None


def _expiry(message: Message, now: datetime) -> "Properties | None":
    """Return the MQTT 5 message expiry interval (MQTT 5.0, 3.3.2.3.3), in whole seconds from now."""
    if message.expires_at is None:
        return None
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.MessageExpiryInterval = max(1, int((message.expires_at - now).total_seconds()))
    return properties


def _refuse_foreign(topics: Topics, topic: str) -> None:
    if not topics.is_own(topic):
        raise PublishError(
            f"{topic} is not one of homeintel's topics.",
            kept="Nothing was sent.",
            next_step="Check publish.topic, bridge.base_topics and bridge.discovery_prefix.",
        )


def _cut(*, lost: bool, seconds: float) -> BrokerUnreachableError:
    happened = "The connection to the broker was cut." if lost else f"The broker confirmed nothing for {seconds:g} s."
    return BrokerUnreachableError(happened, next_step="Check the broker's log.")


def _refused(reason: str) -> BrokerRefusedError:
    return BrokerRefusedError(
        f"The broker refused a message: {reason}.", next_step="Allow the user to publish under publish.topic."
    )
