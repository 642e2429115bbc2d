"""What a feature is good for: the catalogue (data, in `catalogue.yaml`) and a careful default for what it lacks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import yaml

from homeintel.errors import AnalysisError
from homeintel.features.actions import Value

HOUSEKEEPING = frozenset(
    {
        "linkquality", "last_seen", "battery", "battery_low", "battery_state", "battery_voltage", "voltage",
        "device_temperature", "power_outage_count", "identify", "update", "update_available", "action",
    }
)  # fmt: skip
"""Names nobody uses as a feature; with everything in category `diagnostic` they don't count as usable."""


UNITS = {
    "sec": "s",
    "Sec": "s",
    "second": "s",
    "seconds": "s",
    "minute": "min",
    "minutes": "min",
    "m": "min",
    "hours": "h",
}
"""Spellings of time units that makers use; `m` is only asked for where a time is meant."""


@dataclass(frozen=True)
class Entry:
    """One feature, as a person would explain it.

    Args:
        title: what to call it.
        names: the exact names it goes by: `name`, or `composite/name` for a part of a composite.
        purpose: what it is for, one plain sentence; empty for a feature the catalogue doesn't know.
        usefulness: 0 to 1; 0 is never told.
        effort: 0 (one tap) to 1 (an afternoon).
        risk: low, medium or high: what can go wrong.
        values: the value to suggest, or where nothing is to be advised (`tell`) a safe example; of several the first that
            the device offers. True and False mean a binary's own words for on and off. Of a list they are its items'.
        units: the value for a number in one unit (`s`, `min`, `h`), where makers differ.
        parts: for a composite, the value of each part; parts that are not named are left alone. Also where an entry's
            names need different values, by name.
        caveats: what to mind, one sentence; empty when nothing.
        helps: keys of `homeintel.features.context`: which findings it makes better.
        tell: False for what everybody knows of (plain on and off).
        control: True for what goes to and fro in daily life (brightness, a preset); else it is a setting that stays.
    """

    title: str
    names: tuple[str, ...]
    purpose: str = ""
    usefulness: float = 0.0
    effort: float = 0.2
    risk: str = "low"
    values: tuple[Value, ...] = ()
    units: Mapping[str, Value] = field(default_factory=dict)
    parts: Mapping[str, Value | list[Value]] = field(default_factory=dict)
    caveats: str = ""
    helps: tuple[str, ...] = ()
    tell: bool = True
    control: bool = False

    def wanted(self, *, name: str, composite: str | None, unit: str | None) -> tuple[Value, ...]:
        """Return the values to suggest for one leaf, in order of preference; none means: leave it alone."""
        if name in self.parts:
            found = self.parts[name]
            return tuple(found) if isinstance(found, list) else (found,)
        spelling = UNITS.get(unit or "", unit or "")
        if spelling in self.units:
            return (self.units[spelling],)
        return () if composite else self.values


@dataclass(frozen=True)
class Catalogue:
    """All entries, found by name.

    Args:
        exposes: name -> entry, for features of devices.
        options: name -> entry, for Zigbee2MQTT's device options.
    """

    exposes: Mapping[str, Entry] = field(default_factory=dict)
    options: Mapping[str, Entry] = field(default_factory=dict)

    def find(self, *, name: str, composite: str | None = None, origin: str = "expose") -> Entry | None:
        """Return the entry of a leaf, None when the catalogue has none: exact names, a composite's part first."""
        entries = self.options if origin == "option" else self.exposes
        if composite and (found := entries.get(f"{composite}/{name}")):
            return found
        return entries.get(name) if not composite else None


@cache
def load_catalogue() -> Catalogue:
    """Read `catalogue.yaml`, once a process.

    Raises:
        AnalysisError: the file is not what this module expects; it ships with the package, so an install is broken.
    """
    text = resources.files("homeintel.features").joinpath("catalogue.yaml").read_text(encoding="utf-8")
    # libyaml's loader is ten times faster; some builds of PyYAML lack it.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    content = yaml.load(text, Loader=loader)  # noqa: S506 - both are safe loaders
    return Catalogue(exposes=_by_name(content["exposes"]), options=_by_name(content["options"]))


def _by_name(items: list[dict[str, Any]]) -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for item in items:
        fields: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in item.items()
        }
        entry = Entry(**fields)
        for name in entry.names:
            if name in entries:
                raise AnalysisError(f"The catalogue has two entries for {name}.", next_step="Install homeintel again.")
            entries[name] = entry
    return entries


def default_entry(
    *, name: str, label: str | None, kind: str, access: int, category: str | None, unit: str | None = None
) -> Entry:
    """Return a careful estimate for a feature the catalogue doesn't know; it never claims what the feature is for.

    Usefulness is low enough that a known feature comes first: settings (category `config`) stand below controls, free
    text and lists below choices, a number without a unit (which only its maker understands) below one with a unit, and
    write-only below what can be read back; diagnostics are worth nothing.
    """
    if category == "diagnostic" or name in HOUSEKEEPING:
        usefulness = 0.0
    elif not access & 2:
        usefulness = 0.4
    else:
        usefulness = {"binary": 0.35, "enum": 0.3, "numeric": 0.25 if unit else 0.2}.get(kind, 0.15)
        usefulness -= 0.05 if category == "config" else 0.0
        usefulness = max(0.05, usefulness - (0.1 if not access & 1 else 0.0))
    return Entry(title=label or name, names=(name,), usefulness=usefulness, effort=0.3, risk="medium")
