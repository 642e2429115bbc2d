"""Home Assistant's registries over its websocket API: three lists, then the states of MQTT's entities; nothing is written.

Source: https://developers.home-assistant.io/docs/api/websocket (`auth_required`, `auth`, `auth_ok`, then commands with
growing ids). `subscribe_entities` is what Home Assistant's own frontend uses: it answers for the entities it is given and no
others, first with all of their states (`a`: entity id -> `s`, the state).
"""

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from homeintel.bridge.payload import as_object, text
from homeintel.bridge.registry import Registry, build_registry
from homeintel.errors import BridgeError, BrokerRefusedError, BrokerUnreachableError

if TYPE_CHECKING:
    from websocket import WebSocket

STATES = "subscribe_entities"

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
            registry = build_registry(entities, devices, areas, f"Home Assistant at {url}")
            ids = [entity.entity_id for entity in registry.entities.values() if entity.enabled]
            states = _states(connection, len(LISTS) + 1, ids) if ids else {}
        finally:
            connection.close()
    except (OSError, WebSocketException, ValueError) as error:
        raise BrokerUnreachableError(
            f"Home Assistant at {url} can't be asked: {_reason(error)}.",
            next_step="Check homeassistant.url, and that Home Assistant runs.",
        ) from error
    return replace(registry, states=states)


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


def _states(connection: "WebSocket", number: int, entity_ids: list[str]) -> dict[str, str]:
    """Return the states of these entities; none where Home Assistant is too old for the question (before 2022.4)."""
    connection.send(json.dumps({"id": number, "type": STATES, "entity_ids": entity_ids}))
    answer = _receive(connection)
    while answer.get("id") != number or answer.get("type") != "event":
        if answer.get("id") == number and answer.get("success") is False:
            return {}
        answer = _receive(connection)
    added = as_object(as_object(answer.get("event")).get("a"))
    states = {entity_id: text(as_object(state).get("s")) for entity_id, state in added.items()}
    return {entity_id: state for entity_id, state in states.items() if state is not None}


def _receive(connection: "WebSocket") -> dict[str, Any]:
    value = json.loads(connection.recv())
    return value if isinstance(value, dict) else {}


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return "it does not speak Home Assistant's API"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
