"""How a notebook ended is told from its outcome, never from papermill's metadata."""

import time
from pathlib import Path

import nbformat
import psutil
import pytest

from homeintel.errors import NightError
from homeintel.nightly.execute import Execution, execute_phase
from tests.nightly.small import FINISH, write_notebook

GIVEN: dict[str, str | int] = {"params_file": "x.yaml", "run_id": "r1", "window_end": "2026-11-08", "window_days": 5}


def run(tmp_path: Path, *cells: str, seconds: float = 60, secrets: tuple[str, ...] = ()) -> Execution:
    source = write_notebook(tmp_path / "source.ipynb", *cells)
    return execute_phase(source, tmp_path / "executed.ipynb", GIVEN, limit_seconds=seconds, secrets=secrets)


def first_cell(execution: Execution) -> str:
    return str(nbformat.read(execution.notebook, as_version=4).cells[0].source)


def test_a_notebook_that_finishes_gives_its_outcome_and_sees_its_parameters(tmp_path: Path) -> None:
    execution = run(tmp_path, "assert (run_id, window_days) == ('r1', 5)", FINISH)
    assert execution.outcome.status == "succeeded"
    assert execution.outcome.rows_written == 3
    assert execution.outcome.figures == {"points_read": 12}
    assert execution.seconds > 0


def test_one_of_our_errors_is_told_in_its_own_words(tmp_path: Path) -> None:
    cell = "from homeintel.errors import BrokerUnreachableError\nraise BrokerUnreachableError('No broker <b>.', kept='Kept.', next_step='Start it.')"
    execution = run(tmp_path, cell, FINISH)
    assert execution.outcome.status == "failed"
    assert execution.outcome.reason == "No broker <b>. Kept. Start it."
    assert "&lt;b&gt;" in first_cell(execution)
    assert "papermill-error-cell-tag" not in execution.notebook.read_text()


def test_a_defect_is_told_as_one(tmp_path: Path) -> None:
    assert run(tmp_path, "{}['missing']").outcome.reason == "Unexpected KeyError: 'missing'"


def test_a_notebook_that_leaves_early_has_failed(tmp_path: Path) -> None:
    execution = run(tmp_path, "import sys\nsys.exit(0)", FINISH)
    assert execution.outcome.status == "failed"
    assert execution.outcome.reason == "The notebook ended without a result."
    assert "This phase failed" in first_cell(execution)


def test_a_kernel_that_dies_has_failed(tmp_path: Path) -> None:
    execution = run(tmp_path, "import os\nos.kill(os.getpid(), 9)", FINISH)
    assert execution.outcome.status == "failed"
    assert execution.outcome.reason.startswith("The notebook's kernel ended before its last cell.")
    assert "This phase failed" in first_cell(execution)


def test_the_time_limit_is_for_the_whole_notebook(tmp_path: Path) -> None:
    began = time.monotonic()
    execution = run(tmp_path, *["import time\ntime.sleep(2)"] * 20, seconds=5)
    assert execution.outcome.status == "failed"
    assert "time limit of 5 seconds" in execution.outcome.reason
    assert time.monotonic() - began < 25
    assert "This phase failed" in first_cell(execution)


def test_no_kernel_is_left(tmp_path: Path) -> None:
    run(tmp_path, FINISH)
    kernels = [child for child in psutil.Process().children(recursive=True) if "ipykernel" in " ".join(child.cmdline())]
    assert kernels == []


def test_an_unknown_parameter_is_an_error(tmp_path: Path) -> None:
    source = write_notebook(tmp_path / "source.ipynb", FINISH)
    with pytest.raises(NightError, match="does not know the parameter colour"):
        execute_phase(source, tmp_path / "executed.ipynb", {**GIVEN, "colour": "red"}, limit_seconds=60)
    assert not (tmp_path / "executed.ipynb").exists()


def test_a_secret_that_slips_into_an_output_is_hidden_in_the_record(tmp_path: Path) -> None:
    execution = run(tmp_path, "print('hunt' + 'er22')", "raise ValueError('hunt' + 'er22')", secrets=("hunter22",))
    assert execution.outcome.reason == "Unexpected ValueError: (hidden)"
    assert "hunter22" not in execution.notebook.read_text()
    assert "(hidden)" in execution.notebook.read_text()


def test_a_brace_in_a_folder_is_only_a_brace(tmp_path: Path) -> None:
    folder = tmp_path / "a {b} c"
    folder.mkdir()
    assert run(folder, FINISH).outcome.status == "succeeded"


def test_the_users_own_kernels_and_profile_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    startup = tmp_path / ".ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("poisoned = True")
    kernel = tmp_path / ".local" / "share" / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text('{"argv": ["false"], "display_name": "no", "language": "python"}')
    execution = run(tmp_path, "assert 'poisoned' not in globals()", FINISH)
    assert execution.outcome.reason == ""
    assert execution.outcome.status == "succeeded"


def test_sockets_are_not_left_in_the_working_directory(tmp_path: Path) -> None:
    run(tmp_path, FINISH)
    assert {path.name for path in tmp_path.iterdir()} == {"executed.ipynb", "source.ipynb"}
