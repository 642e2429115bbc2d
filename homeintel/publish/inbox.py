"""Reads everything the broker holds for a few topic filters, and knows when it has come."""

import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from homeintel.errors import BrokerRefusedError, BrokerUnreachableError
from homeintel.publish.connect import connected
from homeintel.publish.topics import Topics
from homeintel.settings import BrokerSettings

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
    with connected(broker, client_id=client_id, persistent=persistent, on_message=heard.take) as link:
        link.client.on_subscribe = heard.subscribed
        link.client.subscribe([(one, 1) for one in (*filters, topics.ping)])
        deadline = time.monotonic() + broker.timeout
        heard.wait(heard.ready, deadline, link.lost)
        if heard.refused:
            raise BrokerRefusedError(
                f"The broker refused to subscribe to {', '.join(filters)}: {heard.refused}.",
                next_step="Allow the user to read under publish.topic.",
            )
        link.client.publish(topics.ping, heard.mark, qos=1)
        heard.wait(heard.echoed, deadline, link.lost)
        heard.settle(deadline)
    return heard.messages()


class _Heard:
    """What came, filled from the network's thread."""

    def __init__(self, ping: str) -> None:
        self.mark = uuid.uuid4().hex
        self.ready = threading.Event()
        self.echoed = threading.Event()
        self.refused = ""
        self._ping = ping
        self._came: list[Received] = []
        self._last = 0.0

    def take(self, message: Any) -> None:  # noqa: ANN401 - paho's message
        self._last = time.monotonic()
        if message.topic != self._ping:
            self._came.append(Received(message.topic, message.payload, message.retain))
        elif message.payload == self.mark.encode():
            self.echoed.set()

    def subscribed(self, _client: object, _userdata: object, _mid: int, reasons: Any, _properties: object) -> None:  # noqa: ANN401
        self.refused = ", ".join(str(reason) for reason in reasons if reason.is_failure)
        self.ready.set()

    def wait(self, event: threading.Event, deadline: float, lost: threading.Event) -> None:
        while not event.wait(0.05):
            if lost.is_set() or time.monotonic() > deadline:
                happened = "The connection to the broker was cut." if lost.is_set() else "The broker did not answer."
                raise BrokerUnreachableError(happened, next_step="Check the broker's log.")

    def settle(self, deadline: float) -> None:
        while (quiet := time.monotonic() - self._last) < QUIET_SECONDS and time.monotonic() < deadline:
            time.sleep(QUIET_SECONDS - quiet)

    def messages(self) -> list[Received]:
        return [message for message in self._came if message.payload]
