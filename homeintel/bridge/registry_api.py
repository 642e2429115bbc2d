"""Home Assistant's registries over its websocket API: three lists, one connection, nothing written.

Source: https://developers.home-assistant.io/docs/api/websocket (`auth_required`, `auth`, `auth_ok`, then commands with
growing ids).
"""

import json
from typing import TYPE_CHECKING, Any

from homeintel.bridge.registry import Registry, build_registry
from homeintel.errors import BridgeError, BrokerRefusedError, BrokerUnreachableError

if TYPE_CHECKING:
    from websocket import WebSocket

LISTS = ("config/entity_registry/list", "config/device_registry/list", "config/area_registry/list")

TIMEOUT = 20.0
"""Seconds Home Assistant may be silent."""


def ask_registry(url: str, token: str) -> Registry:
    """Return the registry of the Home Assistant at `url`.

    Args:
        url: its own address, `http://` or `https://`.
        token: a long-lived access token.

    Raises:
        BrokerUnreachableError: nothing answers there, or no Home Assistant.
        BrokerRefusedError: it refused the token.
        BridgeError: it does not know the lists.
    """
    from websocket import WebSocketException, create_connection  # only where a url is configured

    endpoint = url.rstrip("/").replace("http", "ws", 1) + "/api/websocket"
    try:
        connection = create_connection(endpoint, timeout=TIMEOUT, enable_multithread=False)
        try:
            _authenticate(connection, url, token)
            entities, devices, areas = (_list(connection, number, name) for number, name in enumerate(LISTS, start=1))
        finally:
            connection.close()
    except (OSError, WebSocketException, ValueError) as error:
        raise BrokerUnreachableError(
            f"Home Assistant at {url} can't be asked: {_reason(error)}.",
            next_step="Check homeassistant.url, and that Home Assistant runs.",
        ) from error
    return build_registry(entities, devices, areas, f"Home Assistant at {url}")


def _authenticate(connection: "WebSocket", url: str, token: str) -> None:
    first = _receive(connection)
    if first.get("type") == "auth_required":
        connection.send(json.dumps({"type": "auth", "access_token": token}))
        first = _receive(connection)
    if first.get("type") != "auth_ok":
        raise BrokerRefusedError(
            f"Home Assistant at {url} refused the token.",
            next_step="Make a long-lived token in your profile's security page, and name it with homeassistant.token_file.",
        )


def _list(connection: "WebSocket", number: int, command: str) -> list[Any]:
    connection.send(json.dumps({"id": number, "type": command}))
    answer = _receive(connection)
    while answer.get("id") != number or answer.get("type") != "result":
        answer = _receive(connection)
    result = answer.get("result")
    if not answer.get("success") or not isinstance(result, list):
        raise BridgeError(
            f"Home Assistant does not answer {command}.",
            next_step="Use a token of an administrator; update Home Assistant if it is older than 2023.",
        )
    return result


def _receive(connection: "WebSocket") -> dict[str, Any]:
    value = json.loads(connection.recv())
    return value if isinstance(value, dict) else {}


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return "it does not speak Home Assistant's API"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
