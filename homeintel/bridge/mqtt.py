"""The batch query: one connection that subscribes, collects what is retained, and leaves. Nothing of Zigbee2MQTT's is written."""

import time
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from homeintel.bridge.connect import Deadline, address, connected, turn
from homeintel.bridge.reported import state_topics
from homeintel.bridge.retained import LARGEST_PAYLOAD, Retained
from homeintel.errors import BrokerRefusedError
from homeintel.settings import BridgeTopics, MqttBridgeSettings

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessage

QUIET = 0.25
"""Seconds of silence that end the query once the ping has come back; brokers that send retained messages in batches pause."""

QUIET_WITHOUT_PING = 2.0
"""The same where the broker lets homeintel publish nothing, so that no ping comes back."""

DEEPEST_NAME = 6
"""Levels a friendly name may have: `house/ground floor/kitchen/ceiling` has four."""

_BRIDGE_TOPICS = ("state", "info", "devices", "groups", "health")


def subscriptions(topics: BridgeTopics) -> list[str]:
    """Return the topic filters of a query."""
    filters = [f"{base}/bridge/{name}" for base in topics.base_topics for name in _BRIDGE_TOPICS]
    for base in topics.base_topics:
        filters += [f"{base}/{'+/' * levels}availability" for levels in range(1, DEEPEST_NAME + 1)]
    return [*filters, f"{topics.discovery_prefix}/+/+/config", f"{topics.discovery_prefix}/+/+/+/config"]


class _Collector:
    """Keeps what comes, and knows when it is all."""

    def __init__(self, base_topics: Iterable[str]) -> None:
        self.topics: dict[str, bytes] = {}
        self.refused: dict[str, int] = {}
        self.ping = f"homeintel/ping/{uuid.uuid4().hex}"
        self._awaited = {f"{base}/bridge/devices" for base in base_topics}
        self.echoed = False
        self.deaf = True
        self._last = time.monotonic()

    def listen_again(self) -> None:
        """Wait for the ping's next echo before calling the query complete."""
        self.echoed, self._last = False, time.monotonic()

    def take(self, message: "MQTTMessage") -> None:
        self._last = time.monotonic()
        if message.topic == self.ping:
            self.echoed, self.deaf = True, False
        elif len(message.payload) > LARGEST_PAYLOAD:
            self.refused[message.topic] = len(message.payload)
        elif message.payload:
            self.topics[message.topic] = bytes(message.payload)
        else:
            self.topics.pop(message.topic, None)

    @property
    def complete(self) -> bool:
        """Whether every bridge has listed its devices and nothing more is coming.

        A broker sends retained messages before what is published after the subscription: the ping's echo ends them.
        MQTT does not promise the order, so a short silence is asked for too.
        """
        if not self._awaited <= self.topics.keys() | self.refused.keys():
            return False
        return time.monotonic() - self._last >= (QUIET if self.echoed else QUIET_WITHOUT_PING)


def query_broker(settings: MqttBridgeSettings) -> Retained:
    """Return the retained topics of every bridge in `settings`, and of Home Assistant's discovery.

    The query ends as soon as all bridges' `bridge/devices` have come and the broker has no more to say; at the latest
    after `settings.timeout` seconds with what has come. The states of devices that Zigbee2MQTT is set to retain are
    asked for by name, for only then their topics are known: a wildcard would bring the whole house's live traffic.

    Raises:
        BrokerUnreachableError: no broker answers, or it closed the connection.
        BrokerRefusedError: it refused the user, a certificate, or every subscription.
    """
    started, deadline = time.monotonic(), Deadline(settings.timeout)
    collector = _Collector(settings.base_topics)
    with connected(settings, deadline) as client:
        client.on_message = lambda _c, _u, message: collector.take(message)
        _subscribe(client, settings, deadline, [*subscriptions(settings), collector.ping])
        client.publish(collector.ping, b"ping", qos=0, retain=False)
        turn(client, settings, deadline, until=lambda: collector.complete)
        states = [topic for base in settings.base_topics for topic in state_topics(collector.topics, base)]
        if states and collector.complete:
            client.subscribe([(name, 0) for name in states])
            collector.listen_again()
            client.publish(collector.ping, b"ping", qos=0, retain=False)
            turn(client, settings, deadline, until=lambda: collector.complete)
    return Retained(
        topics=collector.topics,
        origin=f"the broker at {address(settings)}",
        seconds=time.monotonic() - started,
        refused=collector.refused,
        deaf=collector.deaf,
    )


def _subscribe(client: "Client", settings: MqttBridgeSettings, deadline: Deadline, filters: list[str]) -> None:
    granted: list[bool] = []
    client.on_subscribe = lambda _c, _u, _m, codes, _p: granted.extend(not code.is_failure for code in codes)
    client.subscribe([(name, 0) for name in filters])
    turn(client, settings, deadline, until=lambda: bool(granted))
    devices = dict(zip(filters, granted, strict=False))
    refused = [base for base in settings.base_topics if devices.get(f"{base}/bridge/devices") is False]
    if len(refused) == len(settings.base_topics):
        raise BrokerRefusedError(
            f"The broker at {address(settings)} does not let homeintel read {', '.join(f'{base}/#' for base in refused)}.",
            next_step="Give the user of bridge.username the right to read these topics (the broker's ACL).",
        )
