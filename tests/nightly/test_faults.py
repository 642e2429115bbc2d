"""Bad input, each with a clear message, a status, and nothing lost. The phase concerned runs on a small home."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import duckdb
import paho.mqtt.publish as mqtt_publish
import paho.mqtt.subscribe as mqtt_subscribe
import psutil
import pytest

from homeintel.phase import PHASES, PhaseName
from homeintel.settings import load_settings
from homeintel.store import Store, count
from tests import servers
from tests.nightly.homes import run_in_process, run_one_phase, store_of, write_params

DEVICES_BEFORE = 7


def mqtt(broker: servers.Mosquitto, **more: object) -> dict[str, object]:
    return {
        "source": "mqtt",
        "host": "127.0.0.1",
        "port": broker.port,
        "username": broker.username,
        "timeout": 3,
        **more,
    }


def influxdb1(server: servers.Influxdb1, **more: object) -> dict[str, object]:
    return {
        "source": "influxdb1",
        "url": server.url,
        "database": "ha",
        "username": server.username,
        "timeout": 5,
        "retry_seconds": 2,
        **more,
    }


def stored_devices(params: Path) -> int:
    with store_of(load_settings(params)).connect() as connection:
        return count(connection, "SELECT count(*) FROM devices")


def stored_events(params: Path) -> int:
    with store_of(load_settings(params)).connect() as connection:
        return count(connection, "SELECT count(*) FROM events")


def retain(broker: servers.Mosquitto, topic: str, payload: str) -> None:
    auth = {"username": broker.username, "password": broker.password}
    mqtt_publish.single(topic, payload, 1, retain=True, hostname="127.0.0.1", port=broker.port, auth=auth)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("no broker", "127.0.0.1"),
        ("password refused", "refused"),
        ("no bridge/devices", "bridge/devices"),
        ("not JSON", "zigbee2mqtt/bridge/devices"),
    ],
)
def test_a_bridge_that_can_not_be_read(
    tmp_path: Path, broker: servers.Mosquitto, monkeypatch: pytest.MonkeyPatch, case: str, said: str
) -> None:
    run_in_process(write_params(tmp_path), "capabilities")
    before = stored_devices(tmp_path / "home.yaml")
    assert before >= DEVICES_BEFORE - 1
    monkeypatch.setenv("HOMEINTEL_MQTT_PASSWORD", "wrongpassword" if case == "password refused" else broker.password)
    if case == "not JSON":
        retain(broker, "zigbee2mqtt/bridge/state", '{"state":"online"}')
        retain(broker, "zigbee2mqtt/bridge/devices", '[{"ieee_address": "0x00')
    port = servers.free_port() if case == "no broker" else broker.port
    params = write_params(tmp_path, bridge=mqtt(broker, port=port))
    execution = run_one_phase(params, "capabilities")
    assert execution.outcome.status == "degraded", execution.outcome.reason
    assert said in execution.outcome.reason
    assert "wrongpassword" not in execution.notebook.read_text()
    assert stored_devices(params) == before


def test_a_bridge_that_was_never_read_is_a_failure(tmp_path: Path) -> None:
    bridge = {"source": "mqtt", "host": "127.0.0.1", "port": servers.free_port(), "timeout": 2}
    execution = run_one_phase(write_params(tmp_path, bridge=bridge), "capabilities")
    assert execution.outcome.status == "failed"
    assert "127.0.0.1" in execution.outcome.reason
    assert "This phase failed" in execution.notebook.read_text()


@pytest.mark.parametrize("case", ["down", "wrong password", "unknown database", "empty"])
def test_a_history_that_can_not_be_read(
    tmp_path: Path, influx: servers.Influxdb1, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    run_in_process(write_params(tmp_path), "events")
    before = stored_events(tmp_path / "home.yaml")
    assert before > 0
    monkeypatch.setenv("HOMEINTEL_EVENTS_PASSWORD", "wrongpassword" if case == "wrong password" else influx.password)
    influx.query("CREATE DATABASE empty")
    database = {"unknown database": "nowhere", "empty": "empty"}.get(case, "empty")
    url = f"http://127.0.0.1:{servers.free_port()}" if case == "down" else influx.url
    params = write_params(tmp_path, events=influxdb1(influx, database=database, url=url))
    execution = run_one_phase(params, "events")
    assert execution.outcome.status in {"degraded", "failed"}
    said = {"down": url, "wrong password": "password", "unknown database": "nowhere", "empty": "empty"}[case]
    assert said in execution.outcome.reason
    assert "wrongpassword" not in execution.notebook.read_text()
    assert stored_events(params) == before


def test_a_phase_over_its_time_limit_is_stopped_and_said_so(tmp_path: Path) -> None:
    params = write_params(tmp_path)
    execution = run_one_phase(params, "events", limit_seconds=0.5)
    assert execution.outcome.status == "failed"
    assert "time limit of 0.5 seconds" in execution.outcome.reason
    assert run_one_phase(params, "events").outcome.status == "succeeded"


def night(params: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "homeintel", "run", "--params", str(params), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)


def test_settings_that_are_wrong_end_the_night_before_it_begins(tmp_path: Path) -> None:
    params = write_params(
        tmp_path, window={"days": -3}, home={"name": "x", "timezone": "Mars/Base", "latitude": 0, "longitude": 0}
    )
    answer = night(params)
    assert answer.returncode == 1
    assert "window.days: Input should be greater than or equal to 1" in answer.stderr
    assert "home.timezone: not a known time zone" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not (tmp_path / "data").exists()


def test_an_unknown_key_ends_the_night_before_it_begins(tmp_path: Path) -> None:
    answer = night(write_params(tmp_path, windows={"days": 3}))
    assert (answer.returncode, "windows is not a known key (did you mean window?)" in answer.stderr) == (1, True)


def test_a_report_folder_that_can_not_be_written_is_told_and_recorded(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file, not a folder")
    params = write_params(tmp_path)
    answer = night(params)
    assert answer.returncode == 1
    assert "The report folder" in answer.stderr
    assert "can't be written" in answer.stderr
    with store_of(load_settings(params)).connect() as connection:
        status, message = connection.execute("SELECT status, message FROM job_runs").fetchone() or ("", "")
    assert status == "failed"
    assert "report folder" in message


def test_a_failed_night_is_told_to_home_assistant_too(
    tmp_path: Path, broker: servers.Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEINTEL_PUBLISH_PASSWORD", broker.password)
    (tmp_path / "reports").write_text("a file, not a folder")
    address = {"host": "127.0.0.1", "port": broker.port, "username": broker.username}
    assert night(write_params(tmp_path, publish={"broker": address})).returncode == 1
    auth = {"username": broker.username, "password": broker.password}
    heard = mqtt_subscribe.simple("homeintel/small/run", hostname="127.0.0.1", port=broker.port, auth=auth)  # type: ignore[no-untyped-call]
    message = json.loads(heard.payload)
    assert (message["status"], message["points_read"], message["suggestions"]) == ("failed", None, 0)
    assert "report folder" in message["message"]


def test_a_first_night_without_a_broker_is_partial_and_says_so(tmp_path: Path) -> None:
    bridge = {"source": "mqtt", "host": "127.0.0.1", "port": servers.free_port(), "timeout": 2}
    answer = night(write_params(tmp_path, bridge=bridge))
    assert answer.returncode == 2, answer.stdout + answer.stderr
    assert "1/6 capabilities: failed" in answer.stdout
    assert "4/6 features: skipped" in answer.stdout
    assert "Night 2026-11-08 partial" in answer.stdout
    index = (tmp_path / "reports" / "small" / "2026-11-08" / "index.html").read_text()
    assert "capabilities failed" in index
    assert "no devices were ever stored" in index


def test_on_a_terminal_a_bar_shows_phases_and_cells(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "homeintel", "run", "--params", str(write_params(tmp_path))]
    leader, follower = pty.openpty()
    termios.tcsetwinsize(follower, (40, 120))
    process = subprocess.Popen(command, stdout=follower, stderr=follower)
    os.close(follower)
    shown = b""
    while True:
        try:
            piece = os.read(leader, 65_536)
        except OSError:  # the way a terminal says that nobody writes to it any more
            break
        if not piece:
            break
        shown += piece
    os.close(leader)
    text = shown.decode("utf-8", "replace")
    assert process.wait(60) == 0, text
    assert "3/6 patterns:" in text
    assert re.search(r"\r2/6 events: +\d+%\|.*\| \d+/\d+ \[", text)
    assert "5/6 suggestions: succeeded in" in text


def test_a_database_that_is_not_one_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "home.duckdb").write_text("not a database" * 500)
    answer = night(write_params(tmp_path))
    assert answer.returncode == 1
    assert "is not a DuckDB database" in answer.stderr
    assert (tmp_path / "data" / "home.duckdb").read_text().startswith("not a database")


def test_a_database_held_by_another_process_is_told_with_its_number(tmp_path: Path) -> None:
    params = write_params(tmp_path)
    database = store_of(load_settings(params)).path
    hold = "import sys, duckdb; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    answer = night(params)
    holder.communicate(timeout=20)
    assert answer.returncode == 1
    assert f"held by process {holder.pid}" in answer.stderr


def wait_until(path: Path, text: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(4000):
        if path.exists() and text in path.read_text(errors="replace"):
            return
        assert process.poll() is None, "the night ended before it could be killed"
        time.sleep(0.05)
    pytest.fail(f"{text} never came")


def kill_family(process: subprocess.Popen[bytes], *, kernels: bool) -> None:
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait(20)
    killed = children if kernels else []
    for child in killed:
        child.kill()
    psutil.wait_procs(killed, timeout=20)  # a program that is ending still holds its files


@pytest.mark.parametrize("phase", [name for name in PHASES if name not in {"events", "publish"}])
def test_a_phase_that_is_killed_leaves_a_store_in_which_it_succeeds(tmp_path: Path, phase: PhaseName) -> None:
    params = write_params(tmp_path)
    run_in_process(params, *PHASES[: PHASES.index(phase)])
    command = [sys.executable, "-m", "tests.nightly.one_phase", str(params), phase]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2])
    for _ in range(600):
        family = psutil.Process(process.pid).children(recursive=True)
        if any("ipykernel" in " ".join(child.cmdline()) for child in family):
            break
        time.sleep(0.05)
    time.sleep(1.5)
    kill_family(process, kernels=True)
    execution = run_one_phase(params, phase)
    assert execution.outcome.status == "succeeded", execution.outcome.reason
    with store_of(load_settings(params)).connect() as connection:
        runs = connection.execute("SELECT status, count(*) FROM job_runs GROUP BY status ORDER BY status").fetchall()
    assert ("failed", 1) in runs


@pytest.mark.parametrize("phase", ["events", "publish"])
def test_a_night_that_is_killed_is_closed_as_failed_and_the_next_succeeds(tmp_path: Path, phase: PhaseName) -> None:
    params = write_params(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-m", "homeintel", "run", "--params", str(params)],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    half = tmp_path / "reports" / "small" / ".half-2026-11-08" / "run.log"
    wait_until(half, f"{phase}: started", process)
    time.sleep(1.2)
    os.kill(process.pid, signal.SIGKILL)  # its kernel has to notice by itself
    process.wait(20)
    answer = night(params)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "was closed as failed" in answer.stdout
    assert not half.exists()
    with Store(load_settings(params).storage.database).connect() as connection:
        rows = connection.execute("SELECT status, superseded FROM job_runs ORDER BY started_at").fetchall()
        duplicates = connection.execute(
            "SELECT count(*) FROM (SELECT ts, entity_id FROM events GROUP BY ALL HAVING count(*) > 1)"
        ).fetchone()
    assert rows == [("failed", True), ("succeeded", False)]
    assert duplicates == (0,)


def test_two_nights_at_once_are_one(tmp_path: Path) -> None:
    params = write_params(tmp_path)
    command = [sys.executable, "-m", "homeintel", "run", "--params", str(params)]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    wait_until(tmp_path / "reports" / "small" / ".half-2026-11-08" / "run.log", "started", first)
    second = night(params)
    assert second.returncode == 75
    assert f"process {first.pid}" in second.stderr
    assert first.wait(200) == 0


def test_no_table_is_left_by_a_reader_of_the_copy(tmp_path: Path) -> None:
    """A person exploring the read copy does not disturb a night."""
    params = write_params(tmp_path)
    run_in_process(params, "capabilities")
    from homeintel.store import write_read_copy

    copy = write_read_copy(store_of(load_settings(params)))
    with duckdb.connect(str(copy), read_only=True) as reader:
        assert run_one_phase(params, "capabilities").outcome.status == "succeeded"
        assert (reader.execute("SELECT count(*) FROM devices").fetchone() or (0,))[0] >= DEVICES_BEFORE - 1
