"""How Home Assistant's points lie in an InfluxDB: found out, not asked.

The mapping is that of Home Assistant's influxdb integration
(https://www.home-assistant.io/integrations/influxdb/, 2026.11): a measurement is a unit, a domain, an entity or a fixed
name; tags are `domain` and `entity_id` (without its domain); text states are the field `state`, numbers `value`;
attributes are fields of their own, text ones with `_str` behind the name.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from homeintel.events.domains import ATTRIBUTE_DOMAINS, NEVER_READ, NUMERIC_DOMAINS

STATE_FIELDS = ("state", "state_value")
"""The text of a state; the second where someone renamed it."""


def is_text(field: str) -> bool:
    """Return whether Home Assistant writes a field as text; all others are numbers."""
    return field in STATE_FIELDS or field.endswith("_str")


_DOMAIN = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True)
class Layout:
    """What was found.

    Args:
        state_fields: the fields that hold text states.
        has_value: whether numbers are there.
        attribute_fields: attribute -> the fields that hold it, the text one first: a text's numeric twin is not read.
        domains: the domains that have points.
        measurements: the measurements' names.
    """

    state_fields: Sequence[str]
    has_value: bool
    attribute_fields: Mapping[str, Sequence[str]]
    domains: frozenset[str]
    measurements: Sequence[str]

    @property
    def point_fields(self) -> list[str]:
        """The fields of which every point has one."""
        return [*self.state_fields, *(["value"] if self.has_value else [])]

    @property
    def numeric_domains(self) -> frozenset[str]:
        """Domains whose numbers are reduced on the server."""
        return self.domains & NUMERIC_DOMAINS

    @property
    def plain_domains(self) -> frozenset[str]:
        """Discrete domains without attributes that matter."""
        return self.domains - NUMERIC_DOMAINS - NEVER_READ - self.rich_domains

    @property
    def rich_domains(self) -> frozenset[str]:
        """Discrete domains with attributes that matter."""
        return self.domains & ATTRIBUTE_DOMAINS if self.attribute_fields else frozenset()

    @property
    def sentences(self) -> list[str]:
        """What was found, for the record."""
        attributes = ", ".join(sorted(self.attribute_fields)) or "none"
        return [
            f"{len(self.measurements)} measurements, {_naming(self.measurements, self.domains)}",
            f"states in {' and '.join(self.point_fields)}",
            f"domains: {', '.join(sorted(self.domains))}",
            f"attributes: {attributes}",
        ]


def layout_of(fields: Mapping[str, Collection[str]], domains: Iterable[str], attributes: Iterable[str]) -> Layout:
    """Return the layout.

    Args:
        fields: the fields of each measurement.
        domains: the values of the tag `domain`; those that are no domain of Home Assistant are left out.
        attributes: names of the attributes that are wanted.
    """
    names = {name for each in fields.values() for name in each}
    held = {
        attribute: [name for name in (f"{attribute}_str", attribute) if name in names]
        for attribute in sorted(attributes)
    }
    return Layout(
        state_fields=[name for name in STATE_FIELDS if name in names],
        has_value="value" in names,
        attribute_fields={attribute: found for attribute, found in held.items() if found},
        domains=frozenset(domain for domain in domains if _DOMAIN.fullmatch(domain)),
        measurements=sorted(fields),
    )


def _naming(measurements: Sequence[str], domains: Collection[str]) -> str:
    """Return how Home Assistant named the measurements."""
    first = [name.split(".")[0] for name in measurements if "." in name]
    if len(first) * 2 > len(measurements) and set(first) <= set(domains):
        return "one an entity"
    if measurements and all(name.split("__")[0] in domains for name in measurements):
        return "one a domain"
    return "one a unit" if len(measurements) > 1 else "one for all"
