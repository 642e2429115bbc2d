"""One MQTT message to send, and how its payload is written."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Message:
    """A message on its way to the broker.

    Args:
        topic: one of homeintel's own.
        payload: text; empty clears a retained topic.
        qos: 1: the broker confirms it.
        retain: the broker keeps it for those who connect later.
        expires_at: after this moment the broker drops it (MQTT 5) and homeintel no longer sends it; None: never.
    """

    topic: str
    payload: str
    qos: int = 1
    retain: bool = True
    expires_at: datetime | None = None


def to_json(values: Mapping[str, Any]) -> str:
    """Return compact JSON (RFC 8259). A number that is not finite is a defect and raises ValueError."""
    return json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def shorten(text: str, most: int) -> str:
    """Return `text` in at most `most` characters, a cut shown by an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
