"""Real servers for tests: each on a free loopback port, in a temporary folder, stopped at the end."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests


def need(program: str) -> str:
    """Return the program's path; skip where it is not installed, or fail where servers are required."""
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
    if path is None:
        reason = f"{program} is not installed"
        if os.environ.get("HOMEINTEL_REQUIRE_SERVERS"):
            pytest.fail(f"{reason}, and HOMEINTEL_REQUIRE_SERVERS is set")
        pytest.skip(reason)
    return path


def samples() -> Path:
    """Return the folder of real payloads; skip where HOMEINTEL_SAMPLES does not name one."""
    folder = os.environ.get("HOMEINTEL_SAMPLES")
    if not folder or not Path(folder).is_dir():
        pytest.skip("HOMEINTEL_SAMPLES names no folder of real payloads")
    return Path(folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(400):
        if process.poll() is not None:
            pytest.fail(f"the server ended at once: {log.read_text(errors='replace')[-2000:]}")
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("the server did not open its port")


@dataclass
class Mosquitto:
    """A running broker; `restart` keeps port and folder, `stop` and `kill` may be called in a test."""

    program: str
    folder: Path
    port: int
    username: str
    password: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)

    def restart(self) -> None:
        if self.process.poll() is None:
            self.stop()
        self.process = _spawn([self.program, "-c", str(self.folder / "mosquitto.conf")], self.folder / "log")
        wait_for_port(self.port, self.process, self.folder / "log")


def _spawn(command: list[str], log: Path, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    with log.open("ab") as sink:
        return subprocess.Popen(command, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL, env=env)


@contextmanager
def mosquitto(folder: Path, *, persistence: bool = False, extra: str = "") -> Iterator[Mosquitto]:
    """Run a broker that requires a password. `extra` is appended to its configuration."""
    program = need("mosquitto")
    folder.mkdir(parents=True, exist_ok=True)
    port, username, password = free_port(), "homeintel", "brokersecret"
    passwords = folder / "passwords"
    passwords.touch(0o644)
    subprocess.run(
        [need("mosquitto_passwd"), "-b", str(passwords), username, password], check=True, capture_output=True
    )
    passwords.chmod(0o644)
    configuration = (
        f"allow_anonymous false\npassword_file {passwords}\npersistence {'true' if persistence else 'false'}\n"
        f"persistence_location {folder}/\nmax_queued_messages 10000\nuser root\nlistener {port} 127.0.0.1\n{extra}\n"
    )
    (folder / "mosquitto.conf").write_text(configuration)
    log = folder / "log"
    process = _spawn([program, "-c", str(folder / "mosquitto.conf")], log)
    wait_for_port(port, process, log)
    broker = Mosquitto(program, folder, port, username, password, process)
    try:
        yield broker
    finally:
        if broker.process.poll() is None:
            broker.stop()


@dataclass
class Influxdb1:
    """A running InfluxDB 1.x with authentication on and an administrator."""

    program: str
    folder: Path
    port: int
    username: str
    password: str
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def query(self, text: str, *, database: str = "") -> list[dict[str, object]]:
        answer = requests.post(
            f"{self.url}/query", params={"db": database, "q": text}, auth=(self.username, self.password), timeout=60
        )
        answer.raise_for_status()
        results: list[dict[str, object]] = answer.json()["results"]
        return results

    def write(self, database: str, lines: bytes, *, precision: str = "ns") -> None:
        answer = requests.post(
            f"{self.url}/write",
            params={"db": database, "precision": precision},
            data=lines,
            auth=(self.username, self.password),
            timeout=120,
        )
        assert answer.status_code == 204, answer.text[:500]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def restart(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)
        self.process = _start_influxd(self.program, self.folder)
        wait_for_port(self.port, self.process, self.folder / "log")


def _start_influxd(program: str, folder: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "HOME": str(folder)}
    return _spawn([program, "run", "-config", str(folder / "influxdb.conf")], folder / "log", environment)


@contextmanager
def influxdb1(folder: Path) -> Iterator[Influxdb1]:
    """Run an InfluxDB 1.x that requires a password, with an administrator and no database."""
    program = need("influxd")
    folder.mkdir(parents=True, exist_ok=True)
    port, rpc = free_port(), free_port()
    (folder / "influxdb.conf").write_text(
        f'reporting-disabled = true\nbind-address = "127.0.0.1:{rpc}"\n'
        f'[meta]\n  dir = "{folder}/meta"\n[data]\n  dir = "{folder}/data"\n  wal-dir = "{folder}/wal"\n'
        f'[http]\n  bind-address = "127.0.0.1:{port}"\n  auth-enabled = true\n  log-enabled = false\n'
        "[monitor]\n  store-enabled = false\n"
    )
    process = _start_influxd(program, folder)
    wait_for_port(port, process, folder / "log")
    server = Influxdb1(program, folder, port, "admin", "influxsecret", process)
    create = f"CREATE USER {server.username} WITH PASSWORD '{server.password}' WITH ALL PRIVILEGES"
    requests.post(f"{server.url}/query", params={"q": create}, timeout=20).raise_for_status()
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.terminate()
            server.process.wait(20)
