"""The command line, as a person types it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from homeintel.cli import main
from tests import servers
from tests.nightly.homes import run_in_process, write_params


def call(*arguments: object) -> tuple[int, str]:
    answer = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return answer.exit_code, answer.output


def test_help_names_every_command() -> None:
    status, text = call("--help")
    assert status == 0
    for command in ("run", "doctor", "history", "feedback", "publish", "retract", "simulate", "score"):
        assert f"\n  {command} " in text, command


def test_simulate_writes_a_home_that_doctor_finds_healthy(tmp_path: Path) -> None:
    status, text = call("simulate", "--seed", 4, "--days", 3, "--end", "2026-11-08", "--out", tmp_path / "home")
    assert status == 0, text
    assert {path.name for path in (tmp_path / "home").iterdir()} >= {"retained.json", "events.parquet", "truth.json"}
    assert json.loads((tmp_path / "home" / "retained.json").read_text())["zigbee2mqtt/bridge/state"]
    [params] = (tmp_path / "home").glob("*.yaml")
    status, text = call("doctor", "--params", params)
    assert status == 0, text
    assert "ok    settings" in text


def test_doctor_tells_what_a_night_would_fail_on_and_how_to_mend_it(tmp_path: Path) -> None:
    port = servers.free_port()
    bridge = {"source": "mqtt", "host": "127.0.0.1", "port": port, "timeout": 2}
    events = {
        "source": "influxdb1",
        "url": f"http://127.0.0.1:{servers.free_port()}",
        "timeout": 2,
        "retry_seconds": 0.5,
    }
    status, text = call("doctor", "--params", write_params(tmp_path, bridge=bridge, events=events))
    assert status == 1
    assert f"127.0.0.1:{port}" in text or str(port) in text
    assert "FAIL" in text
    assert "->" in text


def test_doctor_without_readable_settings_says_only_that(tmp_path: Path) -> None:
    status, text = call("doctor", "--params", tmp_path / "nowhere.yaml")
    assert status == 1
    assert text.count("FAIL") == 1


def test_history_before_the_first_night(tmp_path: Path) -> None:
    params = write_params(tmp_path)
    run_in_process(params, "capabilities")
    status, text = call("history", "--params", params)
    assert status == 0, text


def test_feedback_on_an_unknown_suggestion_is_refused(tmp_path: Path) -> None:
    status, text = call("feedback", "accept", "s0", "--params", write_params(tmp_path))
    assert status == 1
    assert "s0" in text


@pytest.mark.parametrize("value", ["yesterday", "2026-13-01"])
def test_a_wrong_date_is_told(tmp_path: Path, value: str) -> None:
    status, text = call("run", "--params", write_params(tmp_path), "--date", value)
    assert status == 2
    assert "is not a date like 2026-11-08" in text
