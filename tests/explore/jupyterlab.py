"""A JupyterLab of our own on a loopback port: its files, settings and state in a temporary folder, no news from outside."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import free_port, wait_for_port

ROOT = Path(__file__).parents[2]
TOKEN = "labsecret"
SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},  # cells out of sight stay in the page
}


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """Run JupyterLab on copies of the notebooks; yield an address to which a notebook's file name is added."""
    files = folder / "files"
    files.mkdir(parents=True)
    for notebook in (ROOT / "notebooks").glob("explore_*.ipynb"):
        shutil.copy(notebook, files)
    for name, values in SETTINGS.items():
        path = folder / "settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    port, log = free_port(), folder / "log"
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={files}",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    places = {
        "HOME": folder / "home",
        "JUPYTER_CONFIG_DIR": folder / "config",
        "JUPYTER_DATA_DIR": folder / "data",
        "JUPYTER_RUNTIME_DIR": folder / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": folder / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces",
        "IPYTHONDIR": folder / "ipython",
    }
    (folder / "home").mkdir()
    environment = {**os.environ, **{name: str(path) for name, path in places.items()}, "PYTHONPATH": str(ROOT)}
    with log.open("wb") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL, env=environment)
    try:
        wait_for_port(port, process, log)
        yield f"http://127.0.0.1:{port}/lab/tree/%s?token={TOKEN}"
    finally:
        process.terminate()
        process.wait(20)
