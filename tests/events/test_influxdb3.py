"""InfluxDB 3: a server written from its documents."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from homeintel.errors import SourceRefusedError
from homeintel.events.phase import run
from tests.events.fake_influxdb3 import influxdb3
from tests.events.fakes import TOKEN, Fake
from tests.events.homes import phase_of, rows
from tests.events.test_influxdb2 import EVENING


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMEINTEL_EVENTS_TOKEN", TOKEN)


def events(fake: Fake, **more: Any) -> dict[str, Any]:
    return {"source": "influxdb3", "url": fake.url, "retry_seconds": 1, **more}


def test_tags_as_columns_and_one_statement_a_request(tmp_path: Path) -> None:
    with influxdb3(*EVENING) as fake:
        phase = phase_of(tmp_path, events(fake), days=1)
        outcome = run(phase)
    assert outcome.status == "succeeded"
    assert rows(phase.store, "SELECT ts, entity_id, state, previous, source FROM events ORDER BY ts") == [
        (datetime(2026, 11, 7, 12, tzinfo=UTC), "sensor.washer", "spinning", None, "influxdb3"),
        (datetime(2026, 11, 7, 17, 0, 0, 250_000, tzinfo=UTC), "light.kitchen", "on", None, "influxdb3"),
        (datetime(2026, 11, 7, 18, tzinfo=UTC), "select.mode", "3", None, "influxdb3"),
        (datetime(2026, 11, 7, 21, tzinfo=UTC), "light.kitchen", "off", "on", "influxdb3"),
    ]
    assert rows(phase.store, 'SELECT "last", "min", "max", "count" FROM measurements') == [(21.0, 20.5, 21.5, 3)]
    assert not [query for query in fake.queries if ";" in query]


def test_no_query_spans_more_than_allowed(tmp_path: Path) -> None:
    with influxdb3(*EVENING) as fake:
        run(phase_of(tmp_path, events(fake, query_hours=6), days=3))
        spans = [re.search(r"time >= (\d+) AND time < (\d+)", query) for query in fake.queries]
    hours = {(int(span[2]) - int(span[1])) / 3.6e12 for span in spans if span}
    assert hours == {6.0}


def test_a_wrong_token_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMEINTEL_EVENTS_TOKEN", "wrong-and-secret")
    with influxdb3(*EVENING) as fake, pytest.raises(SourceRefusedError, match="HTTP 401") as raised:
        run(phase_of(tmp_path, events(fake), days=1))
    assert "wrong-and-secret" not in str(raised.value)


def test_an_unknown_database_is_refused(tmp_path: Path) -> None:
    with (
        influxdb3(*EVENING) as fake,
        pytest.raises(SourceRefusedError, match="no database hoem; there is: homeassistant"),
    ):
        run(phase_of(tmp_path, events(fake, database="hoem"), days=1))
