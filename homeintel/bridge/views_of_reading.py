"""What the notebook shows of tonight's reading itself: counts, changes, freshness, what was not understood."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd

from homeintel.bridge.age import age
from homeintel.bridge.bridges import Bridge
from homeintel.bridge.phase import Reading
from homeintel.phase import Outcome
from homeintel.store import Store, query

_AGES = """
SELECT base_topic, count(*) AS devices, min(devices.updated_at) AS oldest, max(checked_at) AS checked
FROM devices WHERE left_at IS NULL GROUP BY base_topic ORDER BY base_topic
"""


def figures_table(outcome: Outcome) -> pd.DataFrame:
    """Return figure, value of what the night counted; empty where nothing could be read."""
    rows = [(name.replace("_", " "), value) for name, value in outcome.figures.items()]
    return pd.DataFrame(rows, columns=["figure", "value"])


def changes_table(reading: Reading) -> pd.DataFrame:
    """Return device, change, detail of every device that is not as it was the last night."""
    rows = [(change.friendly_name, change.kind, change.detail) for change in reading.difference.changes]
    return pd.DataFrame(rows, columns=["device", "change", "detail"]).sort_values(["change", "device"])


def problems_table(reading: Reading) -> pd.DataFrame:
    """Return topic, subject, found of everything that was not understood; empty where all was."""
    problems = reading.house.problems if reading.house else ()
    rows = [(problem.topic, problem.subject, problem.found) for problem in problems]
    return pd.DataFrame(rows, columns=["topic", "device or entity", "found"])


def freshness_table(reading: Reading, store: Store, zone: ZoneInfo) -> pd.DataFrame:
    """Return one row a bridge: its state, its version, and how old what is known of it is.

    Args:
        reading: tonight's.
        store: the database, after the reading was saved.
        zone: in which times are shown.
    """
    with store.connect() as connection:
        stored = query(connection, _AGES)
    bridges = {bridge.base_topic: bridge for bridge in reading.house.bridges} if reading.house else {}
    rows = []
    for base, devices, oldest, checked in stored.itertuples(index=False, name=None):
        bridge = bridges.get(base)
        rows.append(
            {
                "bridge": base,
                "Zigbee2MQTT": (bridge.version if bridge else None) or "unknown",
                "state": _state(bridge),
                "its last sign of life": _at(bridge.health_at if bridge else None, reading.read_at, zone),
                "devices and groups": devices,
                "list last read": _at(checked, reading.read_at, zone),
                "oldest row written": _at(oldest, reading.read_at, zone),
            }
        )
    return pd.DataFrame(rows)


def _state(bridge: Bridge | None) -> str:
    if bridge is None or bridge.online is None:
        return "unknown"
    return "online" if bridge.online else "offline"


def _at(moment: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    if moment is None or pd.isna(moment):
        return "unknown"
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M} ({age(moment, now)} ago)"
