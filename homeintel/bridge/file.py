"""The same topics from a file: a JSON object, topic -> payload (as text, or already as JSON)."""

from pathlib import Path

from homeintel.bridge.payload import dump_json, load_json
from homeintel.bridge.retained import LARGEST_PAYLOAD, Retained
from homeintel.errors import BridgeError, PayloadError


def read_retained_file(path: Path) -> Retained:
    """Return the topics in `path`.

    Raises:
        BridgeError: the file is missing or can't be read.
        PayloadError: it is not JSON, or no object.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BridgeError(
            f"The file {path} can't be read: {error.strerror}.", next_step="Check bridge.path in the params file."
        ) from error
    topics = load_json(str(path), content)
    if not isinstance(topics, dict):
        raise PayloadError(
            f"The file {path} holds no object of topic and payload.",
            next_step="Write it as a JSON object: topic -> payload.",
        )
    return of_texts({topic: _text(payload) for topic, payload in topics.items()}, f"the file {path}")


def of_texts(topics: dict[str, str], origin: str) -> Retained:
    """Return topics whose payloads are texts; those that are too large are refused."""
    payloads = {topic: payload.encode("utf-8") for topic, payload in topics.items()}
    refused = {topic: len(payload) for topic, payload in payloads.items() if len(payload) > LARGEST_PAYLOAD}
    kept = {topic: payload for topic, payload in payloads.items() if payload and topic not in refused}
    return Retained(topics=kept, origin=origin, refused=refused)


def _text(payload: object) -> str:
    return payload if isinstance(payload, str) else dump_json(payload)
