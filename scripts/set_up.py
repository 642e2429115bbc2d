"""Makes or completes `.venv` beside the scripts: the pinned packages, then homeintel itself. Standard library only.

    set_up.py (run | test) RUN_STAMP TEST_STAMP

scripts/environment.sh calls it when the stamp in `.venv` is not the one it expects. The stamp is written last, so what
was cut off half way is made anew.
"""

import contextlib
import errno
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from pip_run import AGAIN, SetUpError, explain, reaching_packages, run
from progress import Step

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = VENV / "set-up.lock"  # its presence says: this environment is ours to remake
LOG = VENV / "set-up.log"
SCRATCH = VENV / "set-up.tmp"


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the lock of this `.venv`; a second one says that it waits. The kernel frees it however the first one ends."""
    with LOCK.open("a") as lock:
        os.set_inheritable(lock.fileno(), True)  # a pip that outlives us holds the lock until it ends
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"Another set-up of {VENV} is under way; waiting for it.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def stamp_of(which: str) -> Path:
    """Return the file that says what the set `which` was set up from."""
    return VENV / f"set-up.{which}"


def forget_stamps() -> None:
    """From here on `.venv` is half made."""
    for which in ("run", "test"):
        stamp_of(which).unlink(missing_ok=True)


def usable() -> bool:
    """Say whether `.venv` was finished once, at this place, and its Python still works."""
    stamps = [stamp_of(which) for which in ("run", "test")]
    here = [path for path in stamps if path.exists() and path.read_text("utf-8").startswith(f"{ROOT}\n")]
    if not (here and PYTHON.exists()):
        return False
    return subprocess.run([PYTHON, "-c", "import pip"], capture_output=True, check=False).returncode == 0


def set_aside() -> None:
    """Move a `.venv` that is not ours out of the way; nothing of it is lost."""
    if VENV.exists() and not LOCK.exists() and (not VENV.is_dir() or any(VENV.iterdir())):
        free = next(path for number in range(1, 1000) if not (path := ROOT / f".venv.{number}").exists())
        VENV.rename(free)
        print(f"The .venv found here lacks what is needed and was not made by this script; it is now {free.name}.")


def base_python() -> Path:
    """Return this Python by a name that stays its own: `python3` may be another one after the next upgrade."""
    base = Path(getattr(sys, "_base_executable", sys.executable))
    versioned = base.with_name(f"python{sys.version_info.major}.{sys.version_info.minor}")
    return versioned if versioned.exists() else base.resolve()


def make_environment(step: Step) -> None:
    """Make an empty environment with pip in `.venv`, over whatever is left of an earlier one.

    Raises:
        SetUpError: pip could not be put into it.
    """
    forget_stamps()
    for old in VENV.iterdir():
        if old != LOCK:
            shutil.rmtree(old) if old.is_dir() and not old.is_symlink() else old.unlink()
    commands: tuple[list[str | Path], ...] = (
        [base_python(), "-E", "-s", "-m", "venv", "--without-pip", VENV],
        # A second command, because `venv` swallows what ensurepip says.
        [PYTHON, "-E", "-s", "-m", "ensurepip", "--default-pip"],
    )
    for command in commands:
        code, said = run(command, dict(os.environ), LOG, lambda _: step.show())
        if code:
            raise SetUpError(explain(said, VENV, LOG))


def installed() -> int:
    """Count the packages in `.venv`."""
    return sum(1 for _ in VENV.glob("lib/python*/site-packages/*.dist-info"))


def to_install(said: str) -> int:
    """Return how many packages pip said it will install; 0 before it says so."""
    names = said.partition("\nInstalling collected packages: ")[2].partition("\n")[0]
    return names.count(",") + 1 if names else 0


def install_packages(which: str, env: dict[str, str]) -> None:
    """Install the pinned packages of the set `which`, each checked against its hashes.

    Raises:
        SetUpError: pip gave up.
    """
    before, fetching = installed(), Step(2, "packages fetched: ")
    installing: Step | None = None

    def watch(said: str) -> None:
        nonlocal installing
        fetched = str(said.count("Collecting "))
        if not to_install(said):
            fetching.show(fetched)
            return
        if installing is None:
            forget_stamps()
            fetching.done(fetched)
            installing = Step(3, "packages installed: ")
        installing.show(f"{max(installed() - before, 0)} of {to_install(said)}")

    requirements = ROOT / "requirements" / f"{which}.txt"
    code, said = run(
        [
            PYTHON,
            "-m",
            "pip",
            "install",
            "--no-input",
            "--progress-bar=off",
            "--no-warn-script-location",
            "--require-hashes",
            "--only-binary=:all:",
            "--requirement",
            requirements,
        ],
        env,
        LOG,
        watch,
    )
    if code:
        raise SetUpError(explain(said, VENV, LOG))
    if installing is None:
        fetching.done("none, all are there")
    else:
        installing.done(str(to_install(said)))


def install_homeintel(env: dict[str, str]) -> None:
    """Install this checkout into `.venv`, so that its files are the ones that run.

    Raises:
        SetUpError: it could not be built.
    """
    step = Step(4, "homeintel")
    code, said = run(
        [
            PYTHON,
            "-m",
            "pip",
            "install",
            "--no-input",
            "--no-deps",
            "--no-index",
            "--no-build-isolation",
            "--editable",
            ROOT,
        ],
        env,
        LOG,
        lambda _: step.show(),
    )
    if code:
        raise SetUpError(explain(said, VENV, LOG))
    step.done()


def set_up(which: str, stamps: dict[str, str]) -> None:
    """Bring `.venv` to the set `which`, and stamp it. The test set holds the run set, so it stamps both."""
    begun = time.monotonic()
    print(f"Setting up homeintel in {VENV}: once, 1 to 5 minutes, about 1 GB.", flush=True)
    LOG.unlink(missing_ok=True)
    step = Step(1, "environment")
    if not usable():
        make_environment(step)
    step.done()
    shutil.rmtree(SCRATCH, ignore_errors=True)
    SCRATCH.mkdir()
    try:
        env = reaching_packages(PYTHON, SCRATCH)
        install_packages(which, env)
        install_homeintel(env)
    finally:
        shutil.rmtree(SCRATCH, ignore_errors=True)
    for done in ("run", "test") if which == "test" else ("run",):
        stamp_of(done).write_text(stamps[done] + "\n", "utf-8")
    print(f"Set up in {time.monotonic() - begun:.0f} s.", flush=True)


def sentence(error: OSError) -> str:
    """Return what to do about a file that could not be written."""
    where = error.filename or VENV
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full: free about 2 GB for {VENV}, {AGAIN}."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{where} cannot be written to: give this user the right to, or use another checkout, {AGAIN}."
    return f"{where} cannot be used ({error.strerror}): mend that or move it elsewhere, {AGAIN}."


def main(which: str, run_stamp: str, test_stamp: str) -> int:
    """Set up once, whoever asks first; return the exit code."""
    stamps = {"run": run_stamp, "test": test_stamp}
    try:
        set_aside()
        VENV.mkdir(exist_ok=True)
        with one_at_a_time():
            finished = stamp_of(which)
            if not (PYTHON.exists() and finished.exists() and finished.read_text("utf-8").strip() == stamps[which]):
                set_up(which, stamps)
    except SetUpError as error:
        print(f"\nSet-up stopped. {error}", file=sys.stderr)
    except OSError as error:
        print(f"\nSet-up stopped. {sentence(error)}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nSet-up stopped by hand; the next start goes on with it.", file=sys.stderr)
        return 130
    else:
        return 0
    return os.EX_UNAVAILABLE


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `run_daily.sh | head` is no error worth words
    sys.exit(main(*sys.argv[1:]))
