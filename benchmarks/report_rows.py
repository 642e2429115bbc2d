"""Rows of a large home and of many nights, made by SQL: what the report's pages are measured on."""

import json
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import duckdb

from homeintel.phase import Window
from homeintel.store import Store

END = date(2026, 11, 8)
WINDOW = Window(END - timedelta(days=30), END, ZoneInfo("Europe/Berlin"))
RUN = "large"

_DAYS = [str(WINDOW.first_day + timedelta(days=number)) for number in range(30)]
_ROUTINE = json.dumps(
    {"kept_on": _DAYS[:27], "missed_on": _DAYS[27:], "seconds_from_centre": [(7 * n) % 600 - 300 for n in range(27)], "tolerance_minutes": 10.0}
)  # fmt: skip
_PAIR = json.dumps({"lags_seconds": [(3.7 * n) % 90 for n in range(400)], "window_seconds": 90.0, "chance": 0.01})
_TALLY = {"agreed": 13, "earlier": 11, "wrong": 1, "undone": 0, "fired": 14, "precision": 0.96}
_BACKTEST = json.dumps(
    {"held_out_days": 7, "days": 28, "fitted": "20:25", "reminder": False, "held_out": _TALLY, "window": _TALLY,
     "minutes_saved_per_week": 1.1, "seconds_each": 20, "timeline": []}
)  # fmt: skip
_YAML = "- id: homeintel_x\n" + "  alias: a line of an automation as long as they are\n" * 20


def large_home(store: Store, devices: int, patterns: int) -> None:
    """Store one night of a home: devices of 20 properties, patterns of both kinds, each of them suggested, 200 anomalies."""
    _run(store, RUN, END)
    with store.transaction() as connection:
        connection.execute(
            """INSERT INTO devices (ieee_address, base_topic, friendly_name, type, disabled, supported, area, manufacturer, updated_at)
            SELECT format('0x{:04d}', n), 'zigbee2mqtt', 'Room ' || n % 20 || '/device ' || n, 'Router', FALSE, TRUE,
                'Room ' || n % 20, 'Maker ' || n % 9, now() FROM range(?) AS t(n)""",
            [devices],
        )
        connection.execute(
            """INSERT INTO entities (entity_id, ieee_address, property, component, enabled, source)
            SELECT 'light.device_' || n, format('0x{:04d}', n), 'state', 'light', TRUE, 'discovery' FROM range(?) AS t(n)""",
            [devices],
        )
        _usage(connection, devices)
        connection.execute(
            """INSERT INTO patterns (run_id, pattern_id, kind, entity_id, state, trigger_entity_id, trigger_state, days,
                minute_of_day, spread_minutes, lag_seconds, lag_p90_seconds, occurrences, opportunities, confidence,
                confidence_low, confidence_high, expected, p_value, q_value, already_automated, evidence)
            SELECT $run, 'p' || n, if(n % 2 = 0, 'time_of_day', 'co_occurrence'), 'light.device_' || n % $devices, 'on',
                if(n % 2 = 0, NULL, 'light.device_' || (n + 1) % $devices), if(n % 2 = 0, NULL, 'on'), 'all',
                if(n % 2 = 0, (n * 37) % 1440, NULL), 7, if(n % 2 = 0, NULL, 20), if(n % 2 = 0, NULL, 30), 27, 30, 0.9,
                0.75, 0.97, 1.5, 0.0001, 0.001, n % 10 = 0, if(n % 2 = 0, $routine, $pair)
            FROM range($patterns) AS t(n)""",
            {"run": RUN, "devices": devices, "patterns": patterns, "routine": _ROUTINE, "pair": _PAIR},
        )
        connection.execute(
            """INSERT INTO suggestions (run_id, suggestion_id, rank, kind, title, description, entity_ids, ieee_addresses,
                pattern_id, confidence, impact, score, automation_yaml, backtest, status, first_suggested, wording,
                confidence_low, confidence_high, effort, caveats, evidence)
            SELECT $run, 's' || n, n + 1, 'pattern', 'Turn on device ' || n || ' at 20:25 every day',
                'Done by hand on 27 of 30 days it could have happened, around 20:25, give or take 7 minutes.',
                ['light.device_' || n], [format('0x{:04d}', n)], 'p' || n, 0.9, 0.7, 0.6, $yaml, $backtest, 'new', now(),
                'template', 0.75, 0.97, 0.1, ['It also runs while you are away.'],
                '{"notebook": "03_pattern_detection", "section": "Routines"}'
            FROM range($patterns) AS t(n)""",
            {"run": RUN, "patterns": patterns, "yaml": _YAML, "backtest": _BACKTEST},
        )
        connection.execute(
            """INSERT INTO anomalies (run_id, anomaly_id, kind, entity_id, started_at, ended_at, score, expected, observed, detail)
            SELECT ?, 'a' || n, 'stuck', 'light.device_' || n, CAST(? AS TIMESTAMPTZ) - INTERVAL 1 HOUR * (n + 1), NULL, 0.9,
                'on for at most 37 minutes', 'on for 3.1 days', '{}' FROM range(200) AS t(n)""",
            [RUN, WINDOW.end],
        )


def many_nights(store: Store, nights: int, devices: int) -> None:
    """Store the rows of many nights: a night has ten suggestions, 20 patterns, ten anomalies, 20 properties a device."""
    for number in range(nights):
        _run(store, f"night-{number:04d}", END - timedelta(days=nights - 1 - number))
    with store.transaction() as connection:
        for table, columns, each in (
            ("suggestions", "suggestion_id, rank, kind, title, description, entity_ids, ieee_addresses, confidence, impact, score, status, first_suggested, wording",
             "SELECT run_id, 's' || n, n, 'pattern', 'a', 'b', [], [], 0.9, 0.9, 0.8, if(n < 2, 'new', 'repeated'), now(), 'template' FROM job_runs, range(10) AS t(n)"),
            ("anomalies", "anomaly_id, kind, started_at, score", "SELECT run_id, 'a' || n, 'stuck', now(), 0.9 FROM job_runs, range(10) AS t(n)"),
            ("patterns", "pattern_id, kind, entity_id, state, days, occurrences, opportunities, confidence, confidence_low, confidence_high, expected, p_value, q_value, already_automated",
             "SELECT run_id, 'p' || n, 'time_of_day', 'light.a', 'on', 'all', 27, 30, 0.9, 0.7, 1, 1, 0, 0, FALSE FROM job_runs, range(20) AS t(n)"),
        ):  # fmt: skip
            connection.execute(f"INSERT INTO {table} (run_id, {columns}) {each}")
        _usage(connection, devices)


def _run(store: Store, run_id: str, night: date) -> None:
    window = Window(night - timedelta(days=30), night, WINDOW.zone)
    with store.transaction() as connection:
        connection.execute(
            """INSERT INTO job_runs (run_id, params_file, window_start, window_end, started_at, finished_at, status,
                points_read, events_kept, message, version)
            VALUES (?, 'home.yaml', ?, ?, ?, ?, 'succeeded', 100000, 30000, 'points read: 100,000.', '0')""",
            [
                run_id,
                window.start,
                window.end,
                window.end + timedelta(hours=3),
                window.end + timedelta(hours=3, minutes=2),
            ],
        )


def _usage(connection: duckdb.DuckDBPyConnection, devices: int) -> None:
    connection.execute(
        """INSERT INTO device_feature_usage (run_id, ieee_address, path, verdict, changes, distinct_values, settable, feature, usable, usefulness)
        SELECT run_id, format('0x{:04d}', n // 20), 'p' || n % 20, if(hash(n, run_id) % 2 = 0, 'used', 'constant'), 3, 2, TRUE,
            'p' || n % 20, TRUE, 0.5 FROM job_runs, range(?) AS t(n)""",
        [20 * devices],
    )
