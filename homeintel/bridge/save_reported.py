"""Notes what devices last told: one row a property, since when it has its value, and when that last changed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import duckdb

from homeintel.bridge.frames import reported_table
from homeintel.bridge.reported import Reported

KEPT_DAYS = 100
"""Days after which a value that nobody told again is forgotten."""


def save_reported(connection: duckdb.DuckDBPyConnection, reported: Iterable[Reported], now: datetime) -> None:
    """Bring `reported_values` up to date, in the caller's transaction.

    `since` is the first reading that gave the present value, `read_at` the last one, `changed_at` the last reading that gave
    another value than the one before. A null takes nothing back: Zigbee2MQTT writes it for what it has forgotten, too; so a
    null that is stored was null at every reading. Zigbee2MQTT and Home Assistant spell values differently, so that another
    source's other value is no change. What is gone (the device, the property) goes.

    Args:
        connection: inside a transaction, after the night's devices and capabilities were written.
        reported: what was read.
        now: when, in UTC.
    """
    connection.register("told", reported_table(reported))
    try:
        connection.execute(_UPDATE, {"now": now})
        connection.execute(_INSERT, {"now": now})
    finally:
        connection.unregister("told")
    connection.execute(_FORGET, [now - timedelta(days=KEPT_DAYS)])


_UPDATE = """
UPDATE reported_values SET
    changed_at = CASE WHEN reported_values.value <> told.value AND reported_values.source = told.source THEN $now
                      ELSE changed_at END,
    since = CASE WHEN reported_values.value IS DISTINCT FROM told.value THEN $now ELSE since END,
    value = told.value, source = told.source, read_at = $now, readings = readings + 1
FROM told
WHERE reported_values.ieee_address = told.ieee_address AND reported_values.path = told.path
  AND (told.value IS NOT NULL OR reported_values.value IS NULL)
"""

_INSERT = """
INSERT INTO reported_values (ieee_address, path, value, source, since, read_at, readings)
SELECT ieee_address, path, value, source, $now, $now, 1 FROM told ANTI JOIN reported_values USING (ieee_address, path)
"""

_FORGET = """
DELETE FROM reported_values
WHERE read_at < $1 OR (ieee_address, path) NOT IN (
    SELECT (ieee_address, path) FROM device_capabilities JOIN devices USING (ieee_address) WHERE left_at IS NULL)
"""
