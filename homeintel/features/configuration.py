"""What the home's owner set in Zigbee2MQTT's own configuration of a device."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Configuration:
    """The part of Zigbee2MQTT's configuration that decides verdicts.

    Args:
        known: addresses of devices whose configuration was read.
        options: (address, option) of each option that is set.
        filters: address -> the patterns in its `filtered_attributes`: Zigbee2MQTT takes each for a regular expression that
            a property's whole name must match (`config_schema` in `bridge/info`).
    """

    known: frozenset[str]
    options: frozenset[tuple[str, str]]
    filters: Mapping[str, tuple[re.Pattern[str], ...]]

    def filtered(self, address: str, name: object) -> bool:
        """Whether the device's owner keeps a property out of its state."""
        return isinstance(name, str) and any(one.fullmatch(name) for one in self.filters.get(address, ()))


def read_configuration(devices: pd.DataFrame) -> Configuration:
    """Return what the column `options` of `devices` holds: each device's entry in `bridge/info`'s configuration.

    A missing value means that the configuration was not read; an empty object, that nothing is set.
    """
    parsed = {
        address: json.loads(text)
        for address, text in zip(devices["ieee_address"], devices["options"], strict=True)
        if isinstance(text, str)
    }
    known = {address: entry for address, entry in parsed.items() if isinstance(entry, dict)}
    return Configuration(
        known=frozenset(known),
        options=frozenset((address, name) for address, entry in known.items() for name in entry),
        filters={address: found for address, entry in known.items() if (found := _filters(entry))},
    )


LONGEST_PATTERN = 200
"""Characters of a filter that is tried; a property's name has fewer."""


def _filters(entry: dict[str, Any]) -> tuple[re.Pattern[str], ...]:
    """Return the compiled filters; one that is no regular expression stands for itself."""
    texts = entry.get("filtered_attributes")
    return tuple(map(_pattern, map(str, texts))) if isinstance(texts, list) else ()


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text[:LONGEST_PATTERN])
    except re.error:
        return re.compile(re.escape(text[:LONGEST_PATTERN]))
