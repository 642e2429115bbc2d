"""run_daily.sh, run_tests.sh and .ci/run on a small checkout of their own: tiny packages, no network, a path with a space."""

import json
import os
import runpy
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.small_checkout import ROOT, Checkout

UNREACHABLE = {"PIP_NO_INDEX": "", "PIP_FIND_LINKS": "", "PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0"}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout.make(tmp_path)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout that is set up; tests must leave it so."""
    made = Checkout.make(tmp_path_factory.mktemp("ready"))
    first = made.start("run_daily.sh")
    assert first.returncode == 0, first.stderr
    assert "3 of 4  packages installed: 1," in first.stdout
    assert "Set up in" in first.stdout
    return made


def sentence(result: subprocess.CompletedProcess[str]) -> str:
    """Return the one sentence a failed set-up ends with."""
    assert result.returncode == os.EX_UNAVAILABLE, (result.stdout, result.stderr)
    assert "Traceback" not in result.stderr
    lines = [line for line in result.stderr.splitlines() if line]
    assert len(lines) == 1, lines
    assert lines[0].endswith("then start this again.")
    return lines[0]


def test_once_set_up_it_says_nothing_and_runs_the_demo_home_from_any_folder(ready: Checkout, tmp_path: Path) -> None:
    result = ready.start("run_daily.sh", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(result.stdout) == {
        "arguments": ["run", "--params", str(ready.root / "params" / "demo.yaml")],
        "prefix": str(ready.root / ".venv"),
        "virtual_env": str(ready.root / ".venv"),
        "folder": str(tmp_path),
        "tiny": "1.0",
    }


@pytest.mark.parametrize("arguments", [["--params", "my home.yaml", "--days", "7"], ["--params=my home.yaml"]])
def test_a_named_params_file_takes_the_place_of_the_demo(ready: Checkout, arguments: list[str]) -> None:
    assert ready.answer("run_daily.sh", *arguments)["arguments"] == ["run", *arguments]


def test_other_arguments_go_along_with_the_demo(ready: Checkout) -> None:
    given = ready.answer("run_daily.sh", "--date", "2026-03-29")["arguments"]
    assert given == ["run", "--params", str(ready.root / "params" / "demo.yaml"), "--date", "2026-03-29"]


def test_help_explains_and_asks_the_command_for_its_own(ready: Checkout) -> None:
    lines = ready.start("run_daily.sh", "--params", "x", "--help").stdout.splitlines()
    assert "demo home, params/demo.yaml" in lines[1]
    assert json.loads(lines[-1])["arguments"] == ["run", "--help"]


def test_a_link_to_the_script_finds_its_checkout(ready: Checkout, tmp_path: Path) -> None:
    (tmp_path / "nightly").symlink_to(ready.root / "run_daily.sh")
    (tmp_path / "second").symlink_to("nightly")
    result = subprocess.run([tmp_path / "second"], env=ready.env, capture_output=True, text=True, check=True)
    assert json.loads(result.stdout)["prefix"] == str(ready.root / ".venv")


def test_files_and_variables_of_the_caller_do_not_get_between(ready: Checkout, tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('the wrong json')")
    answer = ready.answer(
        "run_daily.sh", cwd=tmp_path, variables={"PYTHONPATH": str(tmp_path), "VIRTUAL_ENV": "/of/another"}
    )
    assert answer["virtual_env"] == str(ready.root / ".venv")


@pytest.mark.parametrize("variable", ["VIRTUAL_ENV", "CONDA_PREFIX"])
def test_an_active_environment_with_homeintel_is_used(checkout: Checkout, tmp_path: Path, variable: str) -> None:
    active = checkout.environment_by_hand(tmp_path / "my env")
    answer = checkout.answer("run_daily.sh", variables={variable: str(active)})
    assert answer["by_hand"] == str(active)
    assert not (checkout.root / ".venv").exists()


def test_an_environment_made_by_hand_beside_the_script_is_used(checkout: Checkout) -> None:
    made = checkout.environment_by_hand(checkout.root / ".venv")
    assert checkout.answer("run_daily.sh")["by_hand"] == str(made)


def test_the_tests_take_only_an_active_environment_that_has_their_programs(checkout: Checkout, tmp_path: Path) -> None:
    active = checkout.environment_by_hand(tmp_path / "my env")
    active_only = {"VIRTUAL_ENV": str(active)}
    without = checkout.start("run_tests.sh", variables=active_only | {"HOMEINTEL_PYTHON": "/nowhere/python"})
    assert "HOMEINTEL_PYTHON is /nowhere/python" in sentence(without)  # so it went on to make its own
    for program in ("pytest", "mypy", "ruff"):
        (active / "bin" / program).symlink_to("python")
    assert checkout.answer("run_tests.sh", "-k", "x", variables=active_only)["arguments"][-2:] == ["-k", "x"]


def test_from_run_to_tests_and_back_to_changed_pins(checkout: Checkout) -> None:
    user_settings = checkout.root / "pip.conf"
    user_settings.write_text("[install]\nuser = true\ntarget = /nowhere\nno-deps = true\n")
    with_settings = {"PIP_CONFIG_FILE": str(user_settings), "PIP_REQUIRE_VIRTUALENV": "1", "PIP_PREFIX": "/nowhere"}
    assert checkout.start("run_daily.sh", variables=with_settings).returncode == 0

    tests = checkout.start("run_tests.sh", "tests/one.py", "-x")
    assert "packages installed: 1," in tests.stdout  # pytest; what the run set has is there already
    assert "stand-in for pytest: ['tests/one.py', '-x']" in tests.stdout
    assert tests.stdout.splitlines()[-1] == "pytest ok 0 s"
    assert checkout.answer("run_daily.sh")["tiny"] == "1.0"  # silent: the test set is a run set too

    checkout.pin("run", tiny="2.0")
    checkout.pin("test", tiny="2.0", pytest="9.0")
    no_network = checkout.start("run_daily.sh", variables=UNREACHABLE)
    assert "The Python packages cannot be fetched: check the network" in sentence(no_network)
    checkout.add_wheel("tiny", "2.0", code="version = 'another'")
    assert "A downloaded package is not the one that was pinned" in sentence(checkout.start("run_daily.sh"))
    checkout.add_wheel("tiny", "2.0")
    renewed = checkout.start("run_daily.sh")
    assert "packages installed: 1," in renewed.stdout
    assert checkout.answer("run_daily.sh")["tiny"] == "2.0"


def test_killed_half_way_then_two_at_once_then_moved(checkout: Checkout, tmp_path: Path) -> None:
    foreign = checkout.root / ".venv"
    foreign.mkdir()
    (foreign / "notes.txt").write_text("mine")
    process = checkout.begin("run_daily.sh", start_new_session=True)
    deadline = time.monotonic() + 60
    while not list(foreign.glob("lib/python*/site-packages/pip")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    assert "it is now .venv.1" in process.communicate()[0]
    assert (checkout.root / ".venv.1" / "notes.txt").read_text() == "mine"  # not made by the script, so kept
    (foreign / "half").write_text("made")

    both = [checkout.begin("run_daily.sh") for _ in range(2)]
    outputs = [process.communicate(timeout=100) for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    waited, worked = sorted((out for out, _ in outputs), key=len)
    assert waited.splitlines()[0].endswith("is under way; waiting for it.")
    assert "Set up in" not in waited
    assert "Set up in" in worked
    assert json.loads(waited.splitlines()[-1])["tiny"] == "1.0"
    assert not (foreign / "half").exists()

    moved = checkout.moved_to(tmp_path / "elsewhere")
    again = moved.start("run_daily.sh", variables={"HOMEINTEL_PYTHON": "/nowhere/python"})
    assert "HOMEINTEL_PYTHON is /nowhere/python" in sentence(again)  # so it went to set up where it is now


def test_no_python_at_all(checkout: Checkout) -> None:
    (checkout.programs / "python3").unlink()
    assert "needs Python 3.11 or newer and none was found: install it" in sentence(checkout.start("run_daily.sh"))
    assert not (checkout.root / ".venv").exists()


def test_a_python_too_old(checkout: Checkout) -> None:
    checkout.replace_python("sys.version_info = (3, 9, 2, 'final', 0)")
    assert "Python 3.11 or newer and this machine's is 3.9.2: install a newer one" in sentence(
        checkout.start("run_daily.sh")
    )


def test_a_python_without_ensurepip(checkout: Checkout) -> None:
    checkout.replace_python("sys.modules['ensurepip'] = None")
    said = sentence(checkout.start("run_tests.sh"))
    version = ".".join(map(str, sys.version_info[:3]))
    assert f"Python {version} (python3) comes without its module ensurepip" in said
    assert f"sudo apt install python{version.rpartition('.')[0]}-venv" in said


def test_a_wrong_homeintel_python_is_named(checkout: Checkout) -> None:
    said = sentence(checkout.start("run_daily.sh", variables={"HOMEINTEL_PYTHON": "/bin/true"}))
    assert "HOMEINTEL_PYTHON is /bin/true, which is not a Python 3.11 or newer" in said


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB; what is mounted can be grown or made read-only."""
    disk = tmp_path / "small"
    disk.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("a full disk needs the right to mount one")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_disk_full_or_read_only_stops_it(small_disk: Path) -> None:
    checkout = Checkout.make(small_disk)
    assert "The disk is full: free about 2 GB" in sentence(checkout.start("run_daily.sh"))
    subprocess.run(["mount", "-o", "remount,size=200m,ro", small_disk], check=True)
    assert "cannot be written to: give this user the right to" in sentence(checkout.start("run_daily.sh"))
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    mended = checkout.start("run_daily.sh")
    assert mended.returncode == 0, mended.stderr


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "The disk is full"),
        ("connection broken by 'NameResolutionError(...: Temporary failure in name resolution)'", "cannot be fetched"),
        ("ERROR: No matching distribution found for duckdb==2.0.0", "duckdb==2.0.0 is not offered ready-made"),
        ("error: [Errno 13] Permission denied: 'x'", "cannot be written to"),
        ("something never heard of", "read the end of a/set-up.log"),
    ],
)
def test_what_pip_says_becomes_one_sentence(said: str, expected: str) -> None:
    explain = runpy.run_path(str(ROOT / "scripts" / "pip_run.py"))["explain"]
    words = explain(said, Path("a"), Path("a/set-up.log"))
    assert expected in words
    assert words.endswith("then start this again.")


@pytest.fixture
def ci(checkout: Checkout) -> Checkout:
    """A checkout whose run_tests.sh says what it was given, on a machine with a system's package tools."""
    (checkout.root / "run_tests.sh").write_text('echo "$HOMEINTEL_REQUIRE_SERVERS ${HOMEINTEL_SAMPLES:-none} $#"\n')
    checkout.add_program("sleep", "true")
    checkout.add_program("id", "echo 0")
    return checkout


def test_ci_installs_what_is_missing_and_tries_again(ci: Checkout) -> None:
    calls = ci.root / "calls"
    ci.add_program("dpkg", '[ "$2" = chromium ] || echo "Status: install ok installed"')
    ci.add_program(
        "apt-get", f'echo "$RUNLEVEL $*" >> {shlex.quote(str(calls))}; [ $(wc -l < {shlex.quote(str(calls))}) -gt 2 ]'
    )
    result = ci.start(".ci/run")
    assert result.stdout.splitlines() == ["Installing chromium", "1 none 0"]
    install = "1 install -q -y --no-install-recommends chromium"
    assert [line.strip() for line in calls.read_text().splitlines()] == ["update -q"] * 3 + [install]


def test_ci_finds_the_samples_and_leaves_installed_packages_alone(ci: Checkout) -> None:
    samples = ci.root.parent / "shared" / "data"
    samples.mkdir(parents=True)
    ci.add_program("dpkg", 'echo "Status: install ok installed"')
    ci.add_program("apt-get", "exit 1")
    assert ci.start(".ci/run").stdout.splitlines() == [f"1 {samples} 0"]


def test_ci_gives_up_in_words(ci: Checkout) -> None:
    ci.add_program("dpkg", "exit 1")
    ci.add_program("apt-get", "exit 100")
    result = ci.start(".ci/run")
    assert result.returncode == 1
    assert result.stderr == ".ci/run: apt-get cannot install mosquitto influxdb chromium fonts-liberation\n"
