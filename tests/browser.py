"""A headless Chromium without a network, for looking at pages."""

import subprocess
from pathlib import Path

from tests.servers import need

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--force-color-profile=srgb",
    # Every host but this machine's files fails: a page that needs the network can't look whole by chance.
    "--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9",
)  # fmt: skip


def rendered(page: Path, profile: Path) -> str:
    """Return the page's document after its scripts have run."""
    command = [
        need("chromium"),
        *FLAGS,
        f"--user-data-dir={profile}",
        "--virtual-time-budget=8000",
        "--dump-dom",
        page.as_uri(),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def screenshot(page: Path, profile: Path, target: Path, *, width: int = 1100, height: int = 1400) -> None:
    """Write a PNG of the page."""
    size = f"--window-size={width},{height}"
    command = [
        need("chromium"), *FLAGS, f"--user-data-dir={profile}", size, "--virtual-time-budget=8000",
        f"--screenshot={target}", page.as_uri(),
    ]  # fmt: skip
    subprocess.run(command, capture_output=True, timeout=120, check=True)
