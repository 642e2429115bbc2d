"""What one query of the broker brought: retained topics as they lay there, and what the query cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field

LARGEST_PAYLOAD = 16 * 1024 * 1024
"""Bytes of one payload that are read; Zigbee2MQTT itself stops at 1 MB unless it is told otherwise."""


@dataclass(frozen=True)
class Retained:
    """The collected topics.

    Args:
        topics: topic -> payload as it came.
        origin: where from, for a reader: a broker's address, a file's path.
        seconds: how long the broker was asked, connection included; 0 where none was.
        refused: topic -> bytes of payloads above `LARGEST_PAYLOAD`; they are not in `topics`.
        deaf: whether the broker kept even homeintel's own ping from it: the user's rights are probably too narrow.
    """

    topics: Mapping[str, bytes]
    origin: str
    seconds: float = 0.0
    refused: Mapping[str, int] = field(default_factory=dict)
    deaf: bool = False

    @property
    def size(self) -> int:
        """Bytes of all payloads."""
        return sum(map(len, self.topics.values()))

    def under(self, *parts: str) -> bytes | None:
        """Return the payload of the topic made of `parts`, None where nothing is retained."""
        return self.topics.get("/".join(parts))
