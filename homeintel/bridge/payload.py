"""JSON from the broker: untrusted bytes become plain values that a database and a report can hold."""

import json
import re
from typing import Any

from homeintel.errors import PayloadError

# Escapes that JSON allows and UTF-8 or a database does not: halves of surrogate pairs, and NUL (a few devices pad
# their model with it).
_ODD_ESCAPES = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)")


def load_json(topic: str, payload: bytes) -> Any:  # noqa: ANN401 - anything JSON holds
    """Return the value of a JSON payload; NUL characters are dropped, stray surrogates become `?`.

    Raises:
        PayloadError: it is not JSON (truncated, not UTF-8, nested beyond reason); the topic is named.
    """
    try:
        value = json.loads(payload.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        at = f" (byte {error.pos} of {len(payload)})" if isinstance(error, json.JSONDecodeError) else ""
        raise PayloadError(
            f"The payload of {topic} is not JSON{at}.",
            next_step="Restart Zigbee2MQTT: it publishes the topic anew; a broker that was killed may keep half a file.",
        ) from error
    return clean(value) if _ODD_ESCAPES.search(payload) else value


def clean(value: Any) -> Any:  # noqa: ANN401 - anything JSON holds
    """Return `value` with text that UTF-8 can hold."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    return value


def text(value: object) -> str | None:
    """Return a text that is not empty, None for all else."""
    return value.strip() or None if isinstance(value, str) else None


def as_object(value: object) -> dict[str, Any]:
    """Return a JSON object, an empty one for all else."""
    return value if isinstance(value, dict) else {}


def says_online(payload: bytes) -> bool | None:
    """Return what `bridge/state` or an availability says, None where it says neither.

    `{"state": "online"}`, in Zigbee2MQTT 1.x the bare word.
    """
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError):
        value = payload.decode("utf-8", "replace")
    state = value.get("state") if isinstance(value, dict) else value
    return {"online": True, "offline": False}.get(state.strip().lower()) if isinstance(state, str) else None


def dump_json(value: object) -> str:
    """Return compact JSON, keys in their order; null for what is nested deeper than Python's own limit."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        return "null"


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
