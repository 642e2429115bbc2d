"""One element of `bridge/devices` becomes a device.

Source: https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html#zigbee2mqttbridgedevices, and payloads of
Zigbee2MQTT 1.x and 2.x. `definition` is absent in current versions and null in older ones for the coordinator and for
devices nobody knows; one that Zigbee2MQTT guessed has `source` `generated`.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from homeintel.bridge.exposes import Leaves, flatten
from homeintel.bridge.payload import dump_json, text


@dataclass(frozen=True, slots=True)
class Device:
    """A device or a group, as a row of `devices` needs it, and its leaves.

    Args:
        ieee_address: lower case; of a group `group:<base topic>:<id>`.
        base_topic: its bridge's.
        friendly_name: as Zigbee2MQTT calls it; the address where it has none.
        manufacturer: the definition's vendor, else what the device says.
        model: the definition's model, else the device's model id.
        description: the owner's, else the definition's.
        type: Coordinator, Router, EndDevice, GreenPower, Unknown or Group.
        definition_hash: changes with definition, exposes and firmware, with nothing else.
        available: from `<name>/availability`; None where that is not switched on.
        members: JSON of a group's members; None for a device.
        options: JSON of what the owner set in Zigbee2MQTT's configuration; None where that was not read.
    """

    ieee_address: str
    base_topic: str
    friendly_name: str
    leaves: Leaves
    definition_hash: str
    type: str
    manufacturer: str | None = None
    model: str | None = None
    description: str | None = None
    power_source: str | None = None
    software_build_id: str | None = None
    disabled: bool = False
    supported: bool = True
    interview_state: str | None = None
    area: str | None = None
    last_seen: datetime | None = None
    definition_source: str | None = None
    available: bool | None = None
    members: str | None = None
    options: str | None = None


class Definitions(dict[str, Leaves]):
    """Leaves by the fingerprint of their definition."""


def read_device(element: dict[str, Any], base_topic: str, known: Definitions | None = None) -> Device:
    """Return the device of one element that has an `ieee_address`.

    A device without a definition has no leaves. `supported` is False where Zigbee2MQTT says so, and where it says
    nothing and there is no definition (but for the coordinator, which has none).

    Args:
        element: as it came.
        base_topic: its bridge's.
        known: the definitions met so far, added to here: devices of one model share their leaves.
    """
    address = str(element["ieee_address"]).strip().lower()
    definition = element["definition"] if isinstance(element.get("definition"), dict) else {}
    defined = fingerprint(definition)
    known = Definitions() if known is None else known
    if defined not in known:
        known[defined] = flatten(definition.get("exposes"), definition.get("options"))
    kind = text(element.get("type")) or "Unknown"
    return Device(
        ieee_address=address,
        base_topic=base_topic,
        friendly_name=text(element.get("friendly_name")) or address,
        leaves=known[defined],
        definition_hash=fingerprint(defined, element.get("software_build_id")),
        type=kind,
        manufacturer=text(definition.get("vendor")) or text(element.get("manufacturer")),
        model=text(definition.get("model")) or text(element.get("model_id")),
        description=text(element.get("description")) or text(definition.get("description")),
        power_source=text(element.get("power_source")),
        software_build_id=text(element.get("software_build_id")),
        disabled=element.get("disabled") is True,
        supported=_supported(element, known=bool(definition), kind=kind),
        interview_state=_interview_state(element),
        last_seen=moment(element.get("last_seen")),
        definition_source=text(definition.get("source")),
    )


def fingerprint(*parts: object) -> str:
    """Return a hash of JSON values; the order of an object's keys does not matter."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(dump_json(_ordered(part)).encode("utf-8"))
    return digest.hexdigest()


def _ordered(value: Any) -> Any:  # noqa: ANN401 - anything JSON holds
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value)}
    return [_ordered(item) for item in value] if isinstance(value, list) else value


def _supported(element: dict[str, Any], *, known: bool, kind: str) -> bool:
    said = element.get("supported")
    return said if isinstance(said, bool) else known or kind == "Coordinator"


def _interview_state(element: dict[str, Any]) -> str | None:
    """Return PENDING, IN_PROGRESS, SUCCESSFUL or FAILED; 1.x had two flags instead, which don't tell failed from pending."""
    state = text(element.get("interview_state"))
    if state:
        return state
    if element.get("interviewing") is True:
        return "IN_PROGRESS"
    done = element.get("interview_completed")
    return ("SUCCESSFUL" if done else "PENDING") if isinstance(done, bool) else None


def moment(value: object) -> datetime | None:
    """Return a time given as ISO 8601 or as milliseconds since 1970, in UTC; None for all else."""
    try:
        if isinstance(value, str):
            at = datetime.fromisoformat(value)
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None
