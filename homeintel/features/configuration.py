"""What the home's owner set in Zigbee2MQTT's own configuration of a device."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Configuration:
    """The part of Zigbee2MQTT's configuration that decides verdicts.

    Args:
        known: addresses of devices whose configuration was read.
        options: (address, option) of each option that is set.
        filtered: (address, property) of each name in `filtered_attributes`.
    """

    known: frozenset[str]
    options: frozenset[tuple[str, str]]
    filtered: frozenset[tuple[str, str]]


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
        filtered=frozenset((address, name) for address, entry in known.items() for name in _filtered(entry)),
    )


def _filtered(entry: dict[str, Any]) -> Iterable[str]:
    names = entry.get("filtered_attributes")
    return [str(name) for name in names] if isinstance(names, list) else []
