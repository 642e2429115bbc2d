"""The expose grammar: everything a device can do, flattened to leaves.

Source: https://www.zigbee2mqtt.io/guide/usage/exposes.html and zigbee-herdsman-converters' `lib/exposes.ts`.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from homeintel.bridge.paths import UniquePaths, segment
from homeintel.bridge.payload import dump_json, text

GENERIC = frozenset({"binary", "numeric", "enum", "text", "list"})
SPECIFIC = frozenset({"light", "switch", "fan", "cover", "lock", "climate"})
STATE, SET, GET = 1, 2, 4
"""Bits of `access`: published in the state, can be set, can be asked for."""

DEEPEST = 32
"""Steps that are opened; real definitions need five."""

Origin = Literal["expose", "option"]

# Keys that have a column of their own; the others of a leaf are kept as its raw form.
_COLUMNS = frozenset({"name", "label", "property", "access", "type", "endpoint", "description", "category", "unit", "values",
                      "value_min", "value_max", "value_step", "value_on", "value_off", "presets"})  # fmt: skip


class Leaf(NamedTuple):
    """One thing that can be read or set: a row of `device_capabilities` without its device. See DESIGN.md.

    `container`: a JSON list of the keys above `property` in the device's state and messages (a composite's own property,
    which is not always its name); None where the property stands at the top.
    """

    path: str
    property: str | None
    endpoint: str | None
    name: str | None
    kind: str
    access: int
    category: str | None
    unit: str | None
    value_min: float | None
    value_max: float | None
    value_step: float | None
    values: str | None
    presets: str | None
    parent: str | None
    label: str | None
    description: str | None
    origin: Origin
    container: str | None
    raw: str | None


@dataclass
class Leaves:
    """The leaves of one device, in the order in which it exposes them.

    Args:
        rows: one a leaf.
        odd: path -> what about it is not as documented; the leaf itself is in `rows` with its raw form.
    """

    rows: list[Leaf] = field(default_factory=list)
    odd: dict[str, str] = field(default_factory=dict)


class _Above(NamedTuple):
    """What a leaf takes from where it stands."""

    steps: tuple[str, ...] = ()
    endpoint: str | None = None
    access: object = None
    category: str | None = None
    parent: str | None = None
    keys: tuple[str, ...] = ()


def flatten(exposes: object, options: object) -> Leaves:
    """Return every leaf of a definition, options after exposes.

    Specific types and composites are opened to any depth, a list is one leaf. What is not understood (an unknown type,
    a composite without features, something that is no object) is a leaf too, with its raw form, and is named in `odd`.

    Args:
        exposes: the definition's `exposes`, as it came.
        options: the definition's `options`, in the same grammar.
    """
    found, paths = Leaves(), UniquePaths()
    origins: tuple[tuple[Origin, object], ...] = (("expose", exposes), ("option", options))
    for origin, members in origins:
        for leaf, odd in _walk_all(members, _Above(), origin):
            unique = leaf._replace(path=paths.take(leaf.path))
            found.rows.append(unique)
            if odd:
                found.odd[unique.path] = odd
    return found


def _walk_all(members: object, above: _Above, origin: Origin) -> Iterator[tuple[Leaf, str]]:
    if members is None:
        return
    for expose in members if isinstance(members, list) else [members]:
        yield from _walk(expose, above, origin)


def _walk(expose: object, above: _Above, origin: Origin) -> Iterator[tuple[Leaf, str]]:
    if not isinstance(expose, dict):
        unnamed = {"name": "unnamed"}
        yield _leaf(unnamed, above, origin, kind="unknown", raw=dump_json(expose)), "is no object"
        return
    kind, features = text(expose.get("type")), expose.get("features")
    opens = kind not in GENERIC and isinstance(features, list) and len(features) > 0
    if opens and len(above.steps) < DEEPEST:
        if kind != "composite" and kind not in SPECIFIC:
            yield _leaf(expose, above, origin, kind=str(kind), raw=_raw(expose, whole=True)), _why_unknown(kind)
        yield from _walk_all(features, _below(expose, above), origin)
        return
    known = kind in GENERIC
    odd = "" if known else "is nested too deep" if opens else _why_unknown(kind)
    leaf = _leaf(expose, above, origin, kind=str(kind or "unknown"), raw=_raw(expose, whole=not known))
    odd = odd or _odd_values(expose, leaf, above)
    yield (leaf._replace(raw=_raw(expose, whole=True)) if odd else leaf), odd


def _why_unknown(kind: object) -> str:
    if isinstance(kind, str) and (kind == "composite" or kind in SPECIFIC):
        return f"is a {kind} without features"
    return f"has the unknown type {kind!r}"


def _below(expose: dict[str, Any], above: _Above) -> _Above:
    endpoint = expose.get("endpoint")
    key = text(expose.get("property")) or text(expose.get("name"))
    return _Above(
        steps=(*above.steps, segment(expose, above.endpoint)),
        endpoint=above.endpoint if endpoint is None else str(endpoint),
        access=expose.get("access", above.access),
        category=text(expose.get("category")) or above.category,
        parent=expose["type"] if text(expose.get("type")) in SPECIFIC else above.parent,
        keys=(*above.keys, key) if key and text(expose.get("type")) not in SPECIFIC else above.keys,
    )


def _leaf(expose: dict[str, Any], above: _Above, origin: Origin, *, kind: str, raw: str | None) -> Leaf:
    endpoint = expose.get("endpoint")
    return Leaf(
        path="/".join((*above.steps, segment(expose, above.endpoint))),
        property=text(expose.get("property")) or text(expose.get("name")),
        endpoint=above.endpoint if endpoint is None else str(endpoint),
        name=text(expose.get("name")) or text(expose.get("property")),
        kind=kind,
        access=_access(expose.get("access", above.access)),
        category=text(expose.get("category")) or above.category,
        unit=text(expose.get("unit")),
        value_min=_number(expose.get("value_min")),
        value_max=_number(expose.get("value_max")),
        value_step=_number(expose.get("value_step")),
        values=_values(expose, kind),
        presets=dump_json(expose["presets"]) if expose.get("presets") else None,
        parent=above.parent,
        label=text(expose.get("label")),
        description=text(expose.get("description")),
        origin=origin,
        container=dump_json(above.keys) if above.keys else None,
        raw=raw,
    )


def _values(expose: dict[str, Any], kind: str) -> str | None:
    """Return the values as a JSON list; a binary's are on, then off."""
    if kind == "binary":
        ends = [expose[key] for key in ("value_on", "value_off") if key in expose]
        return dump_json(ends) if ends else None
    values = expose.get("values")
    return dump_json(values) if isinstance(values, list) else None


def _access(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return value & (STATE | SET | GET)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _raw(expose: dict[str, Any], *, whole: bool) -> str | None:
    kept = expose if whole else {key: value for key, value in expose.items() if key not in _COLUMNS}
    return dump_json(kept) if kept else None


def _odd_values(expose: dict[str, Any], leaf: Leaf, above: _Above) -> str:
    access = expose.get("access", above.access)
    if isinstance(access, bool) or not isinstance(access, int) or access != leaf.access:
        return f"has the access {access!r}"
    for key in ("value_min", "value_max", "value_step"):
        if expose.get(key) is not None and getattr(leaf, key) is None:
            return f"has a {key} that is no number"
    if leaf.kind == "enum" and leaf.values is None:
        return "is an enum without values"
    return "" if leaf.name else "has neither name nor property"
