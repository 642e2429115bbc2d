"""Runs every check of the project, or pytest alone with the arguments given. Called by run_tests.sh.

All steps run even if one fails; the last line says how each went. Everything happens with an empty home folder, so
nothing of the user's is read or written.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARALLEL = ("-n", "2", "--dist", "loadfile")
NO_TESTS = 5  # pytest's exit code for it
# Where programs keep files, if not in the home folder.
PLACES = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")


def with_python(*folders: str) -> list[str]:
    """Return those of `folders` that hold Python files; mypy takes an empty one for a mistake."""
    return [folder for folder in folders if any((ROOT / folder).rglob("*.py"))]


def steps(arguments: list[str]) -> list[tuple[str, list[str]]]:
    """Return each step's name and the arguments of `python -m` for it."""
    if arguments:
        return [("pytest", ["pytest", *arguments])]
    code = with_python("homeintel", "tests", "benchmarks", "scripts")
    notebooks = ["notebooks"] if any((ROOT / "notebooks").glob("*.ipynb")) else []
    checks = [
        ("ruff check", ["ruff", "check", *code, *notebooks]),
        ("ruff format", ["ruff", "format", "--check", *code, *notebooks]),
        ("mypy", ["mypy", *code]),
        ("pytest", ["pytest", *PARALLEL]),
    ]
    return checks + [("notebooks", ["tests.notebook_tables", *PARALLEL]) for _ in notebooks]


def run(name: str, module: list[str], env: dict[str, str]) -> tuple[bool, str]:
    """Run one step and return whether it passed, and its verdict in words."""
    print(f"\n== {name}", flush=True)
    begun = time.monotonic()
    code = subprocess.run([sys.executable, "-m", *module], cwd=ROOT, env=env, check=False).returncode
    word = {0: "ok", NO_TESTS: "NO TESTS"}.get(code, "FAILED")
    return code == 0, f"{name} {word} {time.monotonic() - begun:.0f} s"


def main(arguments: list[str]) -> int:
    """Run the steps; return 0 if all passed, else 1."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("XDG_") and name not in PLACES}
    with tempfile.TemporaryDirectory(prefix="homeintel-home-", ignore_cleanup_errors=True) as home:
        verdicts = [run(name, module, env | {"HOME": home}) for name, module in steps(arguments)]
    print("\n" + "; ".join(words for _, words in verdicts))
    return 0 if all(passed for passed, _ in verdicts) else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
