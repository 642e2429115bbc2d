"""What the notebook shows of phase 1: small tables, each one query of the store."""

import pandas as pd

from homeintel.phase import Outcome
from homeintel.store import Store, query

ACCESS = """CASE WHEN access & 2 = 0 THEN 'read-only' WHEN access & 5 = 0 THEN 'write-only' ELSE 'settable' END"""
"""The three ways a capability can be used, in SQL."""

_BY_MODEL = """
SELECT coalesce(manufacturer, '(unknown)') AS manufacturer, coalesce(model, '(unknown)') AS model,
       any_value(description) AS description, count(*) AS devices,
       count(*) FILTER (NOT supported) AS unsupported, count(*) FILTER (disabled) AS disabled
FROM devices WHERE left_at IS NULL AND type NOT IN ('Coordinator', 'Group')
GROUP BY ALL ORDER BY devices DESC, manufacturer, model
"""

_BY_KIND = f"""
SELECT kind, {ACCESS} AS access, count(*) AS capabilities, count(DISTINCT ieee_address) AS devices
FROM device_capabilities AS c JOIN devices USING (ieee_address) WHERE left_at IS NULL AND origin = 'expose'
GROUP BY ALL ORDER BY capabilities DESC, kind, access
"""


def figures_table(outcome: Outcome) -> pd.DataFrame:
    """Return figure, value of what the night counted; empty where nothing could be read."""
    rows = [(name.replace("_", " "), str(value)) for name, value in outcome.figures.items()]
    return pd.DataFrame(rows, columns=["figure", "value"])


def devices_by_model(store: Store) -> pd.DataFrame:
    """Return manufacturer, model, description, devices, unsupported, disabled; without coordinator and groups."""
    return _frame(store, _BY_MODEL)


def capabilities_by_kind(store: Store) -> pd.DataFrame:
    """Return kind, access (read-only, settable, write-only), capabilities, devices; options of Zigbee2MQTT not counted."""
    return _frame(store, _BY_KIND)


def _frame(store: Store, sql: str) -> pd.DataFrame:
    with store.connect() as connection:
        return query(connection, sql)
