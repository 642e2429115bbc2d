"""Events as Home Assistant's influxdb integration writes them.

Source: homeassistant/components/influxdb (2026.11) for what becomes a measurement, a tag or a field, with its traps;
https://docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference/ for the escaping.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from homeintel.simulate.arrow import string_array

__all__ = ["LineOptions", "to_line_protocol"]

NEVER_WRITTEN = ("unknown", "unavailable", "")
AS_NUMBER = {
    **dict.fromkeys(("on", "locked", "above_horizon", "open", "home"), 1.0),
    **dict.fromkeys(("off", "unlocked", "below_horizon", "closed", "not_home"), 0.0),
}
TUPLES = frozenset({"hs_color", "rgb_color", "xy_color"})  # Home Assistant holds tuples; JSON has only lists
TAKEN = frozenset({"state", "value", "time"})
DIGITS_AT_END = re.compile(r"^[^\.]*\d+\.?\d+[^\.]*$")
NOT_DECIMAL = re.compile(r"[^\d.]+")
NANOSECONDS = 1000  # in a microsecond


@dataclass(frozen=True)
class LineOptions:
    """The integration's settings that change the schema.

    `measurement_attr` names the measurement; what has none goes to `default_measurement`, or without one to its entity
    id. `tags_attributes` become tags instead of fields; `tags` are written with every point.
    """

    measurement_attr: Literal["unit_of_measurement", "domain__device_class", "entity_id"] = "unit_of_measurement"
    default_measurement: str | None = "state"
    tags_attributes: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


def to_line_protocol(
    events: pa.Table, options: LineOptions | None = None, *, points_a_batch: int = 5000
) -> Iterator[bytes]:
    """Yield bodies for `/write` with nanosecond times, `points_a_batch` lines each.

    `events` has ts, entity_id, state and attributes. `unknown`, `unavailable` and empty states are not written, as
    Home Assistant doesn't write them.
    """
    chosen = options or LineOptions()

    @cache
    def head(text: str) -> str:
        return _head(text, chosen)

    for batch in events.to_batches(max_chunksize=points_a_batch):
        written = batch.filter(pc.invert(pc.is_in(batch["state"], string_array(NEVER_WRITTEN))))
        if written.num_rows:
            yield _bytes_of(pc.binary_join_element_wise(*_columns(written, head), "\n", ""))


def _columns(batch: pa.RecordBatch, head: Callable[[str], str]) -> tuple[pa.Array, pa.Array]:
    """Return the two parts of each line: everything up to the space before the time, and the time."""
    both = pc.binary_join_element_wise(batch["entity_id"], pc.fill_null(batch["attributes"], "{}"), "\n")
    heads, states = both.dictionary_encode(), batch["state"].dictionary_encode()
    texts = string_array([head(text) for text in heads.dictionary.to_pylist()])
    fields = string_array([_state_fields(text) for text in states.dictionary.to_pylist()])
    points = pc.binary_join_element_wise(texts.take(heads.indices), fields.take(states.indices), " ", "")
    time = pc.multiply(batch["ts"].cast(pa.int64()), NANOSECONDS)
    return points, time.cast(pa.string())


def _bytes_of(texts: pa.StringArray) -> bytes:
    """Return all texts one after the other: Arrow holds them that way."""
    first, last = (int.from_bytes(texts.buffers()[1][4 * n : 4 * n + 4], "little") for n in (0, len(texts)))
    return bytes(memoryview(texts.buffers()[2])[first:last])


def _head(text: str, options: LineOptions) -> str:
    """Return measurement, tags and attribute fields, ready for the state's fields to follow."""
    entity_id, _, stored = text.partition("\n")
    domain, _, object_id = entity_id.partition(".")
    attributes: dict[str, Any] = json.loads(stored)
    measurement, used = _measurement(entity_id, domain, attributes, options)
    tags = {"domain": domain, "entity_id": object_id}
    tags |= {name: str(attributes[name]) for name in options.tags_attributes if attributes.get(name) is not None}
    tags |= options.tags
    named = ",".join(f"{_tag(key)}={_tag(value)}" for key, value in sorted(tags.items()) if value)
    fields = [
        part
        for key, value in attributes.items()
        if key != used and key not in options.tags_attributes
        for part in _attribute_fields(key, value)
    ]
    return f"{_escaped(measurement, ', ')},{named} " + "".join(f"{part}," for part in fields)


def _measurement(entity_id: str, domain: str, attributes: Mapping[str, Any], options: LineOptions) -> tuple[str, str]:
    """Return the measurement and the attribute that is spent on it."""
    if options.measurement_attr == "entity_id":
        return entity_id, ""
    if options.measurement_attr == "domain__device_class":
        device_class = attributes.get("device_class")
        return (f"{domain}__{device_class}", "device_class") if device_class else (domain, "")
    unit = attributes.get("unit_of_measurement")
    return (str(unit), "unit_of_measurement") if unit else (options.default_measurement or entity_id, "")


@lru_cache(maxsize=100_000)
def _state_fields(state: str) -> str:
    number = _number(state)
    if number is not None:
        return f"value={number!r}"
    text = f"state={_quoted(state)}"
    return f"{text},value={AS_NUMBER[state]!r}" if state in AS_NUMBER else text


def _attribute_fields(key: str, value: Any) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Yield a number field, or a text field and the number its digits make: Home Assistant's numeric twin."""
    name = _tag(f"{key}_" if key in TAKEN else key)
    number = _number(value)
    if number is not None:
        if math.isfinite(number):
            yield f"{name}={number!r}"
        return
    text = str(tuple(value) if key in TUPLES and value is not None else value).replace("\n", " ")
    yield f"{name}_str={_quoted(text)}"
    if DIGITS_AT_END.match(text):
        twin = _number(NOT_DECIMAL.sub("", text))
        if twin is not None and math.isfinite(twin):
            yield f"{name}={twin!r}"


def _number(value: Any) -> float | None:  # noqa: ANN401 - JSON
    """Return what Python's float makes of a value, as Home Assistant does: True is 1.0, None and lists are nothing."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'"{escaped}"'


def _tag(text: str) -> str:
    return _escaped(text, ",= ")


def _escaped(text: str, special: str) -> str:
    for letter in special:
        text = text.replace(letter, f"\\{letter}")
    return text.replace("\n", " ")
