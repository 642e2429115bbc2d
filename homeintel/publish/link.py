"""Sends messages to the broker, in order, and waits until it has confirmed each."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from homeintel.bridge.connect import Deadline, address, connected, turn
from homeintel.errors import BridgeError, BrokerRefusedError, BrokerUnreachableError, PublishError
from homeintel.publish.message import Message
from homeintel.publish.topics import Topics
from homeintel.settings import BrokerSettings

if TYPE_CHECKING:
    from paho.mqtt.client import Client
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
    confirmations = _Confirmations()
    sent: list[int] = []
    deadline = Deadline(broker.timeout)
    try:
        with connected(broker, deadline) as client:
            client.on_publish = confirmations.note
            now = datetime.now(UTC)
            sent += [_hand_over(client, broker, message, now) for message in messages]
            turn(client, broker, deadline, until=lambda: confirmations.complete(sent))
    except (BrokerUnreachableError, BrokerRefusedError) as error:
        return confirmations.count(sent), error
    return confirmations.count(sent), confirmations.problem(sent, broker)


class _Confirmations:
    """The broker's acknowledgements (PUBACK) by message id; MQTT 5 brokers may refuse a message there."""

    def __init__(self) -> None:
        self._refusals: dict[int, str] = {}

    def note(self, _client: object, _userdata: object, mid: int, reason: Any, _properties: object) -> None:  # noqa: ANN401
        self._refusals[mid] = str(reason) if reason.is_failure else ""

    def complete(self, sent: Sequence[int]) -> bool:
        return self._refusals.keys() >= set(sent)

    def count(self, sent: Sequence[int]) -> int:
        """Return how many were confirmed before the first that was not."""
        return next((number for number, mid in enumerate(sent) if self._refusals.get(mid) != ""), len(sent))

    def problem(self, sent: Sequence[int], broker: BrokerSettings) -> BridgeError | None:
        number = self.count(sent)
        if number == len(sent):
            return None
        refusal = self._refusals.get(sent[number])
        if refusal:
            return BrokerRefusedError(
                f"The broker at {address(broker)} refused a message: {refusal}.",
                next_step="Allow the user to publish under publish.topic and the discovery prefix (the broker's ACL).",
            )
        return BrokerUnreachableError(
            f"The broker at {address(broker)} confirmed nothing for {broker.timeout:g} s.",
            next_step="Check the broker's log, or allow more time with its timeout.",
        )


def _hand_over(client: "Client", broker: BrokerSettings, message: Message, now: datetime) -> int:
    properties = _expiry(message, now) if broker.protocol == "5" else None
    return client.publish(
        message.topic, message.payload.encode(), qos=message.qos, retain=message.retain, properties=properties
    ).mid


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
