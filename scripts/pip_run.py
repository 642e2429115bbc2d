"""Runs pip inside `.venv`: with the user's settings for reaching an index and no others, and its failures in one sentence."""

import ast
import os
import platform
import re
import select
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

AGAIN = "then start this again"

# What pip must know to reach packages. Others (user, target, no-deps, constraint ...) would change what is set up.
REACHING_PACKAGES = frozenset(
    {
        "CACHE_DIR",
        "CERT",
        "CLIENT_CERT",
        "DEFAULT_TIMEOUT",
        "EXTRA_INDEX_URL",
        "FIND_LINKS",
        "INDEX_URL",
        "KEYRING_PROVIDER",
        "NO_CACHE_DIR",
        "NO_INDEX",
        "PROXY",
        "RETRIES",
        "TIMEOUT",
        "TRUSTED_HOST",
    }
)

FULL = re.compile(r"No space left on device|Errno 28\b|Dis[ck] quota exceeded")
CHANGED = re.compile(r"DO NOT MATCH THE HASHES")
UNREACHABLE = re.compile(
    r"NewConnectionError|Timeout|timed out|Connection (refused|reset|aborted|broken)|RemoteDisconnected|IncompleteRead"
    r"|Max retries exceeded|Retrying \(Retry|Could not fetch URL|Network is unreachable|No route to host|ProxyError"
    r"|[Nn]ame resolution|Name or service not known|nodename nor servname|SSLError|CERTIFICATE_VERIFY_FAILED"
    r"|HTTP error 5\d\d|Connection failed|Failed to connect"
)
FORBIDDEN = re.compile(r"Permission denied|Read-only file system|Operation not permitted")
NO_PACKAGE = re.compile(r"No matching distribution found for (\S+)|not a supported wheel on this platform")


class SetUpError(Exception):
    """Set-up cannot go on; the message is one sentence that says what to do."""


def explain(said: str, environment: Path, log: Path) -> str:
    """Return the sentence for what pip `said` before it gave up in `environment`; `log` holds its own words."""
    if FULL.search(said):
        return f"The disk is full: free about 2 GB for {environment}, {AGAIN}."
    if CHANGED.search(said):
        return (
            f"A downloaded package is not the one that was pinned: if the network has a mirror or a proxy, ask whether"
            f" it changes files (pip's words are in {log}), {AGAIN}."
        )
    if UNREACHABLE.search(said):
        return (
            f"The Python packages cannot be fetched: check the network, and the proxy or mirror in pip's settings if"
            f" there is one (pip's words are in {log}), {AGAIN}."
        )
    if FORBIDDEN.search(said):
        return f"{environment} cannot be written to: give this user the right to, or use another checkout, {AGAIN}."
    if missing := NO_PACKAGE.search(said):
        return (
            f"{missing[1] or 'A package'} is not offered ready-made for Python {platform.python_version()} on"
            f" {platform.system()} {platform.machine()}: name a Python 3.11 to 3.14 in HOMEINTEL_PYTHON, or use conda"
            f" and environment.yml (pip's words are in {log}), {AGAIN}."
        )
    return f"pip gave up for a reason of its own: read the end of {log} and mend that, {AGAIN}."


def reaching_packages(python: Path, scratch: Path) -> dict[str, str]:
    """Return variables for pip: this process's, with the index settings of pip's files and no other pip setting.

    `scratch` takes the temporary files. A system's own folder for them is often small, and keeps what a killed pip left.
    """
    listed = subprocess.run(
        [python, "-m", "pip", "--no-input", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    found: dict[str, str] = {}
    # As pip does: what stands under [install] outdoes [global], a variable outdoes both.
    for section in ("global", "install", ":env:"):
        for name, value in re.findall(rf"^{section}\.([\w-]+)=(.*)$", listed, re.MULTILINE):
            found[name.replace("-", "_").upper()] = str(ast.literal_eval(value))
    if found.get("RETRIES") == "0":
        found["RETRIES"] = "1"  # only of a second try does pip say that the first failed, and why
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    kept |= {f"PIP_{name}": value for name, value in found.items() if name in REACHING_PACKAGES}
    return kept | {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(scratch),
    }


def run(command: Sequence[str | Path], env: dict[str, str], log: Path, watch: Callable[[str], None]) -> tuple[int, str]:
    """Run `command`, keep its output in `log`, and call `watch` with all of it so far at least twice a second.

    Returns:
        The exit code, and everything it printed. On any exception the command is stopped.
    """
    said = ""
    with (
        log.open("a", encoding="utf-8", errors="replace") as kept,
        # close_fds: what the caller made inheritable, its lock, stays with a process that outlives it.
        subprocess.Popen(
            command,
            env=env,
            close_fds=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        assert process.stdout is not None
        try:
            while True:
                if select.select([process.stdout], [], [], 0.5)[0]:
                    chunk = os.read(process.stdout.fileno(), 65536).decode("utf-8", "replace")
                    if not chunk:
                        break
                    said += chunk
                    kept.write(chunk)
                watch(said)
        except BaseException:
            process.kill()
            raise
    return process.returncode, said
