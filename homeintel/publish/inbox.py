"""Reads everything the broker holds for a few topic filters, and knows when it has come."""

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from homeintel.bridge.connect import Deadline, address, connected, turn
from homeintel.errors import BrokerRefusedError, BrokerUnreachableError
from homeintel.publish.topics import Topics
from homeintel.settings import BrokerSettings

if TYPE_CHECKING:
    from paho.mqtt.client import MQTTMessage

QUIET_SECONDS = 0.2
"""Nothing may come for so long after the ping's echo: brokers other than mosquitto may send it before the rest."""


@dataclass(frozen=True)
class Received:
    """A message from the broker.

    Args:
        topic: where.
        payload: the bytes as they came.
        retained: it was kept on the topic; False: it was queued for this session.
    """

    topic: str
    payload: bytes
    retained: bool


def read_all(
    broker: BrokerSettings, topics: Topics, filters: Sequence[str], *, client_id: str = "", persistent: bool = False
) -> list[Received]:
    """Return what the broker holds for these filters, in the order it came; empty payloads are left out.

    A ping on a topic of homeintel's own is sent after the subscription; its echo, and a short quiet time, say that
    everything has come.

    Args:
        broker: the broker.
        topics: the home's topics.
        filters: topic filters; their subscriptions stay where the session does.
        client_id: the session's name; empty for a session that nobody needs again.
        persistent: what the broker queued for the session comes too, and it goes on queueing; else an older session
            of that name ends.

    Raises:
        BrokerUnreachableError: nothing answers, or the echo did not come in `broker.timeout` seconds.
        BrokerRefusedError: the user may not connect or subscribe.
    """
    heard = _Heard(topics.ping)
    deadline = Deadline(broker.timeout)
    with connected(broker, deadline, client_id=client_id, keep_session=persistent, on_message=heard.take) as client:
        client.on_subscribe = heard.subscribed
        client.subscribe([(one, 1) for one in (*filters, topics.ping)])
        _require(turn(client, broker, deadline, until=lambda: heard.ready), broker)
        if heard.refused:
            raise BrokerRefusedError(
                f"The broker at {address(broker)} does not let homeintel read {', '.join(filters)}: {heard.refused}.",
                next_step="Allow the user to read under publish.topic (the broker's ACL).",
            )
        client.publish(topics.ping, heard.mark, qos=1)
        _require(turn(client, broker, deadline, until=lambda: heard.complete), broker)
    return heard.messages()


class _Heard:
    """What came, and whether it is all."""

    def __init__(self, ping: str) -> None:
        self.mark = uuid.uuid4().hex
        self.ready = False
        self.refused = ""
        self._ping = ping
        self._echoed = False
        self._came: list[Received] = []
        self._last = 0.0

    @property
    def complete(self) -> bool:
        return self._echoed and time.monotonic() - self._last >= QUIET_SECONDS

    def take(self, message: "MQTTMessage") -> None:
        self._last = time.monotonic()
        if message.topic != self._ping:
            self._came.append(Received(message.topic, bytes(message.payload), message.retain))
        elif message.payload == self.mark.encode():
            self._echoed = True

    def subscribed(self, _client: object, _userdata: object, _mid: int, reasons: Any, _properties: object) -> None:  # noqa: ANN401
        self.refused = ", ".join(str(reason) for reason in reasons if reason.is_failure)
        self.ready = True

    def messages(self) -> list[Received]:
        return [message for message in self._came if message.payload]


def _require(came: bool, broker: BrokerSettings) -> None:
    if not came:
        raise BrokerUnreachableError(
            f"The broker at {address(broker)} did not answer in {broker.timeout:g} s.",
            next_step="Check the broker's log, or allow more time with its timeout.",
        )
