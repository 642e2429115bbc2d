"""One MQTT connection to read from: opened, answered, closed; what goes wrong becomes our errors."""

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from homeintel.errors import BrokerRefusedError, BrokerUnreachableError
from homeintel.settings import BrokerSettings

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessage
    from paho.mqtt.properties import Properties

_NEVER_EXPIRES = 0xFFFFFFFF
"""The session expiry interval that means never (MQTT 5.0, 3.1.2.11.2)."""

_TICK = 0.02
"""Seconds one turn of the network loop may wait."""


class Deadline:
    """A point in time after which a query gives up."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def passed(self) -> bool:
        """Whether it is too late."""
        return time.monotonic() >= self._end


def address(broker: BrokerSettings) -> str:
    """Return host and port, for messages."""
    return f"{broker.host}:{broker.port}"


@contextmanager
def connected(
    broker: BrokerSettings,
    deadline: Deadline,
    *,
    client_id: str = "",
    keep_session: bool = False,
    on_message: "Callable[[MQTTMessage], None] | None" = None,
) -> "Iterator[Client]":
    """Yield an open connection and close it. The caller turns its loop with `turn`; there is no second thread.

    Args:
        broker: address, user and transport.
        deadline: when to give up.
        client_id: the session's name; empty: one nobody needs again.
        keep_session: the broker queues messages for this name after the connection is closed, and sends what it
            queued; else a session of that name ends.
        on_message: called for each message; what was queued may come with the broker's first answer.

    Raises:
        BrokerUnreachableError: nothing answers, or not before the deadline.
        BrokerRefusedError: the broker refused the user, or a certificate is not trusted.
    """
    client = _client(broker, client_id, keep_session=keep_session)
    if on_message is not None:
        client.on_message = lambda _c, _u, message: on_message(message)
    answers: list[Any] = []
    client.on_connect = lambda _c, _u, _f, reason, _p: answers.append(reason)
    _open(client, broker, keep_session=keep_session)
    try:
        turn(client, broker, deadline, until=lambda: bool(answers))
        if not answers:
            raise BrokerUnreachableError(
                f"{address(broker)} did not answer in {broker.timeout:g} s.",
                next_step="Check that it is an MQTT broker, that bridge.transport fits the port, and bridge.timeout.",
            )
        if answers[0].is_failure:
            raise _refused(broker, str(answers[0]))
        yield client
    finally:
        client.disconnect()
        client.loop_misc()


def turn(client: "Client", broker: BrokerSettings, deadline: Deadline, *, until: Callable[[], bool]) -> bool:
    """Turn the network loop until something has come or the deadline passed; return whether it has come.

    Raises:
        BrokerUnreachableError: the broker closed the connection.
    """
    while not until():
        if deadline.passed:
            return False
        code = client.loop(timeout=_TICK)
        if code != 0 and not until():
            raise BrokerUnreachableError(
                f"The broker at {address(broker)} closed the connection ({code.name}).",
                next_step="Check bridge.port, bridge.transport and bridge.protocol, and the broker's log.",
            )
    return True


def _client(broker: BrokerSettings, client_id: str, *, keep_session: bool) -> "Client":
    from paho.mqtt.client import Client  # a night with another source needs no MQTT
    from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

    mqtt5 = broker.protocol == "5"
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=None if mqtt5 else not keep_session,
        protocol=MQTTProtocolVersion.MQTTv5 if mqtt5 else MQTTProtocolVersion.MQTTv311,
        transport=broker.transport,
        reconnect_on_failure=False,
    )
    client.connect_timeout = broker.timeout
    if broker.username is not None:
        client.username_pw_set(broker.username, broker.password.get_secret_value() if broker.password else None)
    if broker.transport == "websockets":
        client.ws_set_options(path=broker.websocket_path)
    if broker.tls is not None:
        _encrypt(client, broker)
    return client


def _encrypt(client: "Client", broker: BrokerSettings) -> None:
    assert broker.tls is not None
    files = (broker.tls.ca_file, broker.tls.certificate_file, broker.tls.key_file)
    authority, certificate, key = (str(path) if path else None for path in files)
    try:
        client.tls_set(ca_certs=authority, certfile=certificate, keyfile=key)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        named = ", ".join(str(path) for path in files if path)
        raise BrokerRefusedError(
            f"A file of bridge.tls can't be used ({named}): {_reason(error)}.",
            next_step="Check that these files are there, are PEM, and that key and certificate belong together.",
        ) from error


def _open(client: "Client", broker: BrokerSettings, *, keep_session: bool) -> None:
    from paho.mqtt.client import WebsocketConnectionError

    try:
        if broker.protocol == "5":
            client.connect(
                broker.host, broker.port, clean_start=not keep_session, properties=_session(keep=keep_session)
            )
        else:
            client.connect(broker.host, broker.port)
    except ssl.SSLError as error:
        raise BrokerRefusedError(
            f"The broker at {address(broker)} and homeintel don't trust each other: {_reason(error)}.",
            next_step="Check bridge.tls: the authority's file, and that the broker's certificate names this host.",
        ) from error
    except (OSError, WebsocketConnectionError) as error:
        raise BrokerUnreachableError(
            f"No broker answers at {address(broker)}: {_reason(error)}.",
            next_step="Check that the broker runs, and bridge.host, bridge.port and bridge.transport.",
        ) from error


def _session(*, keep: bool) -> "Properties":
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = _NEVER_EXPIRES if keep else 0
    return properties


def _refused(broker: BrokerSettings, reason: str) -> BrokerRefusedError:
    return BrokerRefusedError(
        f"The broker at {address(broker)} refused the connection: {reason}.",
        next_step="Check bridge.username and its password (HOMEINTEL_MQTT_PASSWORD, or bridge.password_file).",
    )


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, OSError):
        return getattr(error, "reason", None) or error.strerror or type(error).__name__
    return str(error) or type(error).__name__
