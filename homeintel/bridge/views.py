"""What the notebook shows of the stored tables: small ones, each one query."""

import pandas as pd

from homeintel.store import Store, query

ACCESS = """CASE WHEN access & 2 = 0 THEN 'read-only' WHEN access & 5 = 0 THEN 'write-only' ELSE 'settable' END"""
"""The three ways a capability can be used, in SQL: settable ones are read too."""

HERE = "left_at IS NULL"

_BY_MODEL = f"""
SELECT coalesce(manufacturer, '(unknown)') AS manufacturer, coalesce(model, '(unknown)') AS model,
       any_value(description) AS description, count(*) AS devices,
       count(*) FILTER (NOT supported) AS unsupported, count(*) FILTER (disabled) AS disabled
FROM devices WHERE {HERE} AND type NOT IN ('Coordinator', 'Group')
GROUP BY ALL ORDER BY devices DESC, manufacturer, model
"""

_BY_KIND = f"""
SELECT kind, {ACCESS} AS access, count(*) AS capabilities, count(DISTINCT ieee_address) AS devices
FROM device_capabilities JOIN devices USING (ieee_address) WHERE {HERE} AND origin = 'expose'
GROUP BY ALL ORDER BY capabilities DESC, kind, access
"""

# A leaf inside a specific type is called by its own name, one inside a composite by the composite's.
_MATRIX = f"""
SELECT ieee_address, friendly_name, devices.type AS type,
       regexp_replace(list_extract(string_split(path, '/'), CASE WHEN parent IS NULL THEN 1 ELSE 2 END),
                      coalesce('(_' || regexp_escape(endpoint) || ')?', '') || '(#[0-9]+)?$', '') AS capability,
       {ACCESS} AS access
FROM device_capabilities JOIN devices USING (ieee_address) WHERE {HERE} AND origin = 'expose'
"""

_SHOWN = "SELECT DISTINCT ieee_address, path FROM entities WHERE path IS NOT NULL"

_WITHOUT_ENTITY = f"""
SELECT friendly_name AS device, path AS capability, kind, {ACCESS} AS access
FROM device_capabilities JOIN devices USING (ieee_address) ANTI JOIN ({_SHOWN}) USING (ieee_address, path)
WHERE {HERE} AND origin = 'expose' ORDER BY device, capability
"""

_COVERAGE = f"""
WITH shown AS (SELECT ieee_address, path, min(source) AS source FROM entities WHERE path IS NOT NULL GROUP BY ALL)
SELECT coalesce(source, 'no entity') AS source, count(*) AS capabilities,
       round(100.0 * count(*) / sum(count(*)) OVER (), 1) AS "share, %"
FROM device_capabilities JOIN devices USING (ieee_address) LEFT JOIN shown USING (ieee_address, path)
WHERE {HERE} AND origin = 'expose' GROUP BY ALL ORDER BY capabilities DESC, source
"""

_BARE_DEVICES = f"""
SELECT friendly_name AS device, type, model,
       CASE WHEN disabled THEN 'disabled' WHEN NOT supported THEN 'not supported'
            WHEN ieee_address NOT IN (SELECT ieee_address FROM device_capabilities) THEN 'it can nothing that is known'
            ELSE 'nothing is announced for it' END AS why
FROM devices ANTI JOIN entities USING (ieee_address)
WHERE {HERE} AND type <> 'Coordinator' ORDER BY device
"""


def devices_by_model(store: Store) -> pd.DataFrame:
    """Return manufacturer, model, description, devices, unsupported, disabled; without coordinators and groups."""
    return _frame(store, _BY_MODEL)


def capabilities_by_kind(store: Store) -> pd.DataFrame:
    """Return kind, access (read-only, settable, write-only), capabilities, devices; without Zigbee2MQTT's options."""
    return _frame(store, _BY_KIND)


def capability_matrix(store: Store) -> pd.DataFrame:
    """Return ieee_address, friendly_name, type, capability, access: one row a device and capability.

    Leaves of one composite are one capability, and so are the endpoints of one; settable wins over the others.
    """
    rows = _frame(store, _MATRIX)
    order = {"settable": 0, "write-only": 1, "read-only": 2}
    rows = rows.sort_values("access", key=lambda access: access.map(order), kind="stable")
    return rows.drop_duplicates(["ieee_address", "capability"]).sort_values(["friendly_name", "capability"])


def devices_by_capability(matrix: pd.DataFrame) -> pd.DataFrame:
    """Return capability, devices, settable of a matrix, the most frequent first."""
    settable = matrix["access"].ne("read-only").rename("settable")
    table = pd.concat([matrix["capability"], settable], axis=1).groupby("capability")["settable"].agg(["size", "sum"])
    table = table.reset_index().rename(columns={"size": "devices", "sum": "settable"})
    return table.sort_values(["devices", "capability"], ascending=[False, True], ignore_index=True)


def entity_coverage(store: Store) -> pd.DataFrame:
    """Return source (discovery, registry, guessed, no entity), capabilities, share in percent."""
    return _frame(store, _COVERAGE)


def capabilities_without_entity(store: Store) -> pd.DataFrame:
    """Return device, capability, kind, access of what no Home Assistant entity shows."""
    return _frame(store, _WITHOUT_ENTITY)


def devices_without_entity(store: Store) -> pd.DataFrame:
    """Return device, type, model, why of devices and groups without any entity."""
    return _frame(store, _BARE_DEVICES)


def _frame(store: Store, sql: str) -> pd.DataFrame:
    with store.connect() as connection:
        return query(connection, sql)
