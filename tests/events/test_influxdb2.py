"""InfluxDB 2: a server written from its documents."""

import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from homeintel.errors import SourceRefusedError, SourceUnavailableError
from homeintel.events.phase import fetch, run
from tests.events.fake_influxdb2 import LATE_ERROR, influxdb2
from tests.events.fakes import TOKEN, Fake, Point, Reply
from tests.events.homes import nanoseconds, phase_of, rows


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMEINTEL_EVENTS_TOKEN", TOKEN)


def point(entity: str, at: str, measurement: str = "state", **fields: Any) -> Point:
    domain, object_id = entity.split(".")
    return Point(nanoseconds(at), measurement, domain, object_id, fields)


EVENING = (
    point("light.kitchen", "2026-11-07T17:00:00.25+00:00", state="on", value=1.0, brightness=200.0, effect_str="None"),
    point("light.kitchen", "2026-11-07T17:05:00+00:00", state="on", value=1.0, brightness=80.0, effect_str='a,"b"\n#c'),
    point("light.kitchen", "2026-11-07T21:00:00+00:00", state="off", value=0.0),
    point("select.mode", "2026-11-07T18:00:00+00:00", value=3.0),
    point("sensor.power", "2026-11-07T10:01:00+00:00", "W", value=20.5),
    point("sensor.power", "2026-11-07T10:03:00+00:00", "W", value=21.5),
    point("sensor.power", "2026-11-07T10:04:00+00:00", "W", value=21.0),
    point("sensor.washer", "2026-11-07T12:00:00+00:00", state="spinning"),
)


def events(fake: Fake, **more: Any) -> dict[str, Any]:
    return {"source": "influxdb2", "url": fake.url, "organization": "home", "retry_seconds": 2, **more}


def test_states_attributes_and_reduced_numbers(tmp_path: Path) -> None:
    with influxdb2(*EVENING) as fake:
        phase = phase_of(tmp_path, events(fake), days=1)
        outcome = run(phase)
    assert outcome.status == "succeeded"
    assert rows(phase.store, "SELECT ts, entity_id, state, previous, value, source FROM events ORDER BY ts") == [
        (datetime(2026, 11, 7, 12, tzinfo=UTC), "sensor.washer", "spinning", None, None, "influxdb2"),
        (datetime(2026, 11, 7, 17, 0, 0, 250_000, tzinfo=UTC), "light.kitchen", "on", None, 1.0, "influxdb2"),
        (datetime(2026, 11, 7, 18, tzinfo=UTC), "select.mode", "3", None, 3.0, "influxdb2"),
        (datetime(2026, 11, 7, 21, tzinfo=UTC), "light.kitchen", "off", "on", 0.0, "influxdb2"),
    ]
    assert rows(phase.store, "SELECT attribute, value FROM attribute_changes ORDER BY ts, attribute") == [
        ("brightness", "200"),
        ("brightness", "80"),
        ("effect", 'a,"b"\n#c'),
    ]
    assert rows(phase.store, 'SELECT ts, "last", "min", "max", "count" FROM measurements') == [
        (datetime(2026, 11, 7, 10, tzinfo=UTC), 21.0, 20.5, 21.5, 3)
    ]


def test_a_packed_answer_is_read(tmp_path: Path) -> None:
    if sys.platform == "darwin":
        pytest.skip("only Linux listens on all of 127/8")
    with influxdb2(*EVENING, host="127.0.0.2") as fake:
        assert run(phase_of(tmp_path, events(fake), days=1)).figures["events_kept"] == 4
        assert "gzip" in fake.encodings


def test_an_error_after_the_answer_began_is_an_error(tmp_path: Path) -> None:
    with influxdb2(*EVENING) as fake:
        fake.replies = [Reply() for _ in range(6)] + [Reply(change=lambda body: body + LATE_ERROR)]
        with pytest.raises(SourceRefusedError, match="query ran out of memory"):
            run(phase_of(tmp_path, events(fake), days=1))


def test_a_cut_connection_is_tried_again(tmp_path: Path) -> None:
    with influxdb2(*EVENING) as fake:
        fake.replies = [Reply() for _ in range(7)] + [Reply(cut=True)]
        outcome = run(phase_of(tmp_path, events(fake), days=1))
    assert outcome.status == "succeeded"
    assert outcome.figures["events_kept"] == 4


def test_a_server_that_always_breaks_off_is_unavailable(tmp_path: Path) -> None:
    with influxdb2(*EVENING) as fake:
        fake.replies = [Reply(cut=True) for _ in range(100)]
        with pytest.raises(SourceUnavailableError, match="broke in the middle"):
            run(phase_of(tmp_path, events(fake, retry_seconds=0.5), days=1))


def test_a_wrong_token_is_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMEINTEL_EVENTS_TOKEN", "wrong-and-secret")
    with influxdb2(*EVENING) as fake:
        began = time.monotonic()
        with pytest.raises(SourceRefusedError, match="refuses the token") as raised:
            run(phase_of(tmp_path, events(fake, retry_seconds=60), days=1))
    assert time.monotonic() - began < 10
    assert "wrong-and-secret" not in str(raised.value)


def test_too_many_requests_waits_as_long_as_asked(tmp_path: Path) -> None:
    with influxdb2(*EVENING) as fake:
        fake.replies = [Reply(status=429, headers={"Retry-After": "1"})]
        began = time.monotonic()
        outcome = run(phase_of(tmp_path, events(fake, retry_seconds=20), days=1))
    assert outcome.figures["events_kept"] == 4
    assert time.monotonic() - began >= 1


def test_an_unknown_bucket_is_refused_and_the_known_ones_are_named(tmp_path: Path) -> None:
    with (
        influxdb2(*EVENING) as fake,
        pytest.raises(SourceRefusedError, match="no bucket hoem; there is: Home Assistant"),
    ):
        run(phase_of(tmp_path, events(fake, bucket="hoem"), days=1))


def test_an_empty_bucket_fails_and_says_where_it_looked(tmp_path: Path) -> None:
    with (
        influxdb2() as fake,
        pytest.raises(SourceRefusedError, match=r"Nothing was found in influxdb2 \(Home Assistant"),
    ):
        run(phase_of(tmp_path, events(fake), days=1))


def test_a_day_is_read_again_only_when_late_points_came(tmp_path: Path) -> None:
    with influxdb2(*EVENING) as fake, time_machine.travel(datetime(2026, 11, 8, 3, tzinfo=UTC), tick=True):
        phase = phase_of(tmp_path, events(fake), days=1)
        run(phase)
        assert fetch(phase).sync.unchanged == [date(2026, 11, 7)]
        fake.points.append(point("light.kitchen", "2026-11-07T22:00:00+00:00", state="on", value=1.0))
        assert fetch(phase).sync.unchanged == []
    assert rows(phase.store, "SELECT max(ts) FROM events") == [(datetime(2026, 11, 7, 22, tzinfo=UTC),)]
