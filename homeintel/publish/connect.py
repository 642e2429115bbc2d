"""One MQTT connection, opened for the length of a `with` block; what goes wrong becomes our errors."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from homeintel.errors import BrokerRefusedError, BrokerUnreachableError
from homeintel.settings import BrokerSettings
from homeintel.settings.connections import TlsSettings

if TYPE_CHECKING:
    from paho.mqtt.client import Client

NEVER_EXPIRES = 0xFFFFFFFF
"""Session expiry interval that means never (MQTT 5.0, 3.1.2.11.2)."""


@dataclass
class Link:
    """An open connection.

    Args:
        client: paho's client, its network loop running.
        lost: set when the connection ended.
    """

    client: "Client"
    lost: threading.Event = field(default_factory=threading.Event)


@contextmanager
def connected(
    broker: BrokerSettings,
    *,
    client_id: str = "",
    persistent: bool = False,
    on_message: Callable[[Any], None] | None = None,
) -> Iterator[Link]:
    """Yield a connection and close it.

    Args:
        broker: address, user and transport.
        client_id: empty: the broker gives one.
        persistent: the broker keeps the session, and queues messages for it, after the connection is closed.
        on_message: called in the network's thread for every message.

    Raises:
        BrokerUnreachableError: nothing answers, or not in `broker.timeout` seconds.
        BrokerRefusedError: the broker refused the user, or its certificate is not trusted.
    """
    from paho.mqtt.client import Client
    from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

    mqtt5 = broker.protocol == "5"
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=None if mqtt5 else not persistent,
        protocol=MQTTProtocolVersion.MQTTv5 if mqtt5 else MQTTProtocolVersion.MQTTv311,
        transport=broker.transport,
        reconnect_on_failure=False,
    )
    link = Link(client)
    answer = _configure(client, broker, link, on_message)
    try:
        _open(client, broker, persistent=persistent and mqtt5)
        _await_answer(broker, answer, link)
        yield link
    finally:
        client.disconnect()
        client.loop_stop()


def _configure(
    client: "Client", broker: BrokerSettings, link: Link, on_message: Callable[[Any], None] | None
) -> "_Answer":
    answer = _Answer()
    client.connect_timeout = broker.timeout
    if broker.username is not None:
        client.username_pw_set(broker.username, broker.password.get_secret_value() if broker.password else None)
    if broker.transport == "websockets":
        client.ws_set_options(path=broker.websocket_path)
    if broker.tls is not None:
        _secure(client, broker.tls)
    client.on_connect = lambda _c, _u, _f, reason, _p: answer.give(reason)

    def ended(*_: object) -> None:
        link.lost.set()
        answer.came.set()

    client.on_disconnect = ended
    if on_message is not None:
        client.on_message = lambda _c, _u, message: on_message(message)
    return answer


def _secure(client: "Client", tls: TlsSettings) -> None:
    client.tls_set(
        ca_certs=str(tls.ca_file) if tls.ca_file else None,
        certfile=str(tls.certificate_file) if tls.certificate_file else None,
        keyfile=str(tls.key_file) if tls.key_file else None,
    )


class _Answer:
    """The broker's answer to the connection."""

    def __init__(self) -> None:
        self.came = threading.Event()
        self.refusal = ""
        self.accepted = False

    def give(self, reason: Any) -> None:  # noqa: ANN401 - paho's reason code
        self.accepted = not reason.is_failure
        self.refusal = str(reason)
        self.came.set()


def _open(client: "Client", broker: BrokerSettings, *, persistent: bool) -> None:
    from paho.mqtt.client import WebsocketConnectionError
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    options: dict[str, Any] = {}
    if persistent:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = NEVER_EXPIRES
        options = {"clean_start": False, "properties": properties}
    elif broker.protocol == "5":
        options = {"clean_start": True}
    address = f"{broker.host}:{broker.port}"
    try:
        client.connect(broker.host, broker.port, **options)
    except ssl.SSLError as error:
        raise BrokerRefusedError(
            f"The broker at {address} and homeintel don't trust each other: {error.reason}.",
            next_step="Check bridge.tls: the authority's file, and that the certificate names this host.",
        ) from error
    except (OSError, WebsocketConnectionError) as error:
        raise BrokerUnreachableError(
            f"No broker answers at {address}: {error}.",
            next_step="Check that the broker runs, and host, port and transport in the params file.",
        ) from error
    client.loop_start()


def _await_answer(broker: BrokerSettings, answer: _Answer, link: Link) -> None:
    address = f"{broker.host}:{broker.port}"
    if not answer.came.wait(broker.timeout):
        raise BrokerUnreachableError(
            f"The broker at {address} did not answer in {broker.timeout:g} s.",
            next_step="Check that it is an MQTT broker, and bridge.timeout.",
        )
    if answer.refusal and not answer.accepted:
        raise BrokerRefusedError(
            f"The broker at {address} refused: {answer.refusal}.",
            next_step="Check the user, its password and its rights.",
        )
    if link.lost.is_set():
        raise BrokerUnreachableError(
            f"The broker at {address} closed the connection at once.",
            next_step="Check port, transport and protocol in the params file.",
        )
