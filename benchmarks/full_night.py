"""A large home, end to end: 500 devices, 10 million points in a real InfluxDB, two nights by `homeintel run`.

The broker and the database are real and don't count; every process of the night does. See `benchmarks.night --full`.
"""

import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import paho.mqtt.publish as mqtt_publish
import pyarrow as pa
import yaml

from homeintel.simulate import simulate_home, to_line_protocol
from homeintel.simulate.arrow import numeric_array, string_array
from homeintel.simulate.cast import as_json, static_attributes
from homeintel.simulate.history import EVENT_SCHEMA
from homeintel.simulate.layout import SimulatedEntity, house_layout
from tests import servers

SEED = 7
KIND = "family"
DAYS = 30
END = date(2026, 11, 8)
CHATTER = 1.1
"""Exponent of how unevenly reports fall on sensors: a few meters write most."""
SPARE = 1.002
"""The window begins and ends at local midnights, days of reports at UTC's; a few reports fall on one moment and are one point."""
POINTS_A_BODY = 20_000
DATABASE = "homeassistant"
NUMBERS = 4096
"""Different values, which a number is one of; a walk through them looks like a measurement."""
DAY = 86_400 * 1_000_000


def write_points(server: servers.Influxdb1, points: int, devices: int) -> tuple[dict[str, str], int]:
    """Fill a database with a home that has habits, and its sensors' reports up to `points` in the first window.

    Returns:
        what the home's broker keeps, and how many points of the first window are the home's own.
    """
    home = simulate_home(seed=SEED, kind=KIND, devices=devices, days=DAYS + 1, end=END + timedelta(days=1))
    server.query(f"CREATE DATABASE {DATABASE}")
    for body in to_line_protocol(home.events, points_a_batch=POINTS_A_BODY):
        server.write(DATABASE, body)
    own = home.events.num_rows * DAYS // (DAYS + 1)
    for day in reports(devices, round(SPARE * max(0, points - own) / DAYS)):
        for body in to_line_protocol(day, points_a_batch=POINTS_A_BODY):
            server.write(DATABASE, body)
    return home.retained, own


def reports(devices: int, a_day: int) -> Iterator[pa.Table]:
    """Yield the sensors' further reports, a table a day, as `simulate_home` gives events."""
    sensors = [entity for entity in house_layout(SEED, devices).entities if _measures(entity)]
    rng = np.random.default_rng(SEED)
    weights = 1.0 / (1.0 + rng.permutation(len(sensors))) ** CHATTER
    names = string_array([entity.entity_id for entity in sensors])
    attributes = string_array([as_json(static_attributes(entity)) for entity in sensors])
    numbers = string_array([f"{number / 100:.2f}" for number in range(NUMBERS)])
    midnight = (END - timedelta(days=DAYS) - date(1970, 1, 1)).days * DAY
    for day in range(DAYS + 1):
        which = np.sort(rng.choice(len(sensors), size=a_day, p=weights / weights.sum()))
        ts = midnight + day * DAY + rng.integers(0, DAY, a_day)
        number = (np.abs(np.sin(np.arange(a_day) / 40.0 + which)) * (NUMBERS - 1)).astype(np.int64)
        order = np.argsort(ts)
        taken = numeric_array(which[order], pa.int64())
        columns = [
            numeric_array(ts[order], EVENT_SCHEMA.field("ts").type),
            names.take(taken),
            numbers.take(numeric_array(number[order], pa.int64())),
            attributes.take(taken),
            pa.nulls(a_day, pa.string()),
            pa.nulls(a_day, pa.string()),
        ]
        yield pa.Table.from_arrays(columns, schema=EVENT_SCHEMA)


def _measures(entity: SimulatedEntity) -> bool:
    usable = entity.enabled and entity.device.supported and not entity.device.disabled
    return usable and entity.component == "sensor" and "unit_of_measurement" in entity.payload


def fill_broker(broker: servers.Mosquitto, retained: dict[str, str]) -> None:
    """Publish what Zigbee2MQTT keeps."""
    auth = {"username": broker.username, "password": broker.password}
    messages = [{"topic": topic, "payload": text, "qos": 1, "retain": True} for topic, text in retained.items()]
    mqtt_publish.multiple(messages, hostname="127.0.0.1", port=broker.port, auth=auth)  # type: ignore[arg-type]


def write_params(folder: Path, broker: servers.Mosquitto, server: servers.Influxdb1) -> Path:
    """Write the large home's params file."""
    values = {
        "home": {"name": "large", "timezone": "Europe/Berlin", "latitude": 52.52, "longitude": 13.40},
        "window": {"days": DAYS},
        "bridge": {"source": "mqtt", "host": "127.0.0.1", "port": broker.port, "username": broker.username},
        "events": {"source": "influxdb1", "url": server.url, "database": DATABASE, "username": server.username},
        "storage": {"database": str(folder / "large.duckdb"), "reports": str(folder / "reports")},
    }
    path = folder / "large.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    return path


def print_record(database: Path, night: date) -> tuple[int, int]:
    """Print one night's phases and counts, and return its suggestions from patterns and from features."""
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("SET TimeZone = 'Europe/Berlin'")
        run_id, status, points, events, message = connection.execute(
            "SELECT run_id, status, points_read, events_kept, message FROM job_runs WHERE window_end::DATE = ? "
            "ORDER BY started_at DESC LIMIT 1",
            [night],
        ).fetchall()[0]
        phases = connection.execute(
            "SELECT * FROM job_phases WHERE run_id = ? ORDER BY started_at", [run_id]
        ).fetchall()
        kinds = dict(
            connection.execute(
                "SELECT kind, count(*) FROM suggestions WHERE run_id = ? GROUP BY ALL", [run_id]
            ).fetchall()
        )
    print(f"  {status}: {points:,} points, {events:,} events; suggestions {kinds}\n  {message}")
    for _, phase, phase_status, _, seconds, peak, rows, reason in phases:
        print(f"  {phase:<13} {phase_status:<10} {seconds:>7.1f} s {peak:>6.0f} MB {rows:>9,} rows  {reason}")
    return kinds.get("pattern", 0), kinds.get("feature", 0)


def prepared(points: int, devices: int, folder: Path, broker: servers.Mosquitto, server: servers.Influxdb1) -> Path:
    """Fill both servers, say with what, and return the params file."""
    retained, own = write_points(server, points, devices)
    fill_broker(broker, retained)
    os.environ["HOMEINTEL_MQTT_PASSWORD"], os.environ["HOMEINTEL_EVENTS_PASSWORD"] = broker.password, server.password
    print(
        f"{devices} devices, {len(retained):,} retained topics, {points:,} points of which {own:,} are the home's own"
    )
    return write_params(folder, broker, server)
