"""Home Assistant's numbers in Zigbee2MQTT's units, so that what was seen can be compared with what would be sent."""

import math
from typing import Any

import pandas as pd

from homeintel.features.actions import MOST_BRIGHT

FULL = 255
"""Home Assistant's brightness at 100 %; Zigbee2MQTT's is `homeintel.features.actions.MOST_BRIGHT`."""

LEAST_KELVIN = 1000
"""Below this a colour temperature is in mired already (lamps have 150 to 600), above it in kelvin (1,500 to 10,000)."""


def in_device_units(rows: pd.DataFrame) -> pd.DataFrame:
    """Return linked rows with last_value and seen of a light's attributes as the device has them: mired, 0 to 254."""
    converted = rows["attribute"].isin(["brightness", "color_temp", "color_temp_kelvin"]) & rows["last_value"].notna()
    if not converted.any():
        return rows
    rows = rows.copy()
    names = rows.loc[converted, "attribute"]
    for column in ("last_value", "seen"):
        values = rows[column].astype(object)
        values.loc[converted] = pd.Series(
            [_converted(name, cell) for name, cell in zip(names, values.loc[converted], strict=True)],
            index=names.index, dtype=object,
        )  # fmt: skip
        rows[column] = values
    return rows


def _converted(attribute: str, cell: Any) -> Any:  # noqa: ANN401 - a text, or several
    if isinstance(cell, str):
        return _value(attribute, cell)
    return [_value(attribute, str(value)) for value in cell] if hasattr(cell, "__iter__") else cell


def _value(attribute: str, text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        return text
    if not math.isfinite(number):
        return text
    if attribute == "brightness":
        return str(round(number * MOST_BRIGHT / FULL))
    return str(round(1_000_000 / number)) if number > LEAST_KELVIN else text
