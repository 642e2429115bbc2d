"""A home whose names are attacks: they are to be text wherever they appear."""

import contextlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from homeintel.simulate import simulate_home, write_home

NIGHT = "2026-11-08"
NAMES = {
    "hall light": "<script>alert(1)</script>",
    "hall motion": '"><img src=x onerror=alert(2)>',
    "TV plug": "' onmouseover='alert(3)' <b>bold</b> & so on {{ 7*7 }} </textarea>",
    "garden lights": "<svg onload=alert(5)> [a link](javascript:alert(4))",
    "bathroom climate": "</script></style><iframe src=javascript:alert(6)></iframe>",
    "Signify Netherlands B.V.": "<i>Maker</i>",
}
HOME_NAME = "<script>alert(7)</script>"


def write_evil_home(folder: Path) -> Path:
    """Write a simulated home of 30 days with `NAMES` in all its payloads, and return its params file."""
    params_file = write_home(simulate_home(seed=7, days=30, end=date.fromisoformat(NIGHT)), folder)
    for name in ("retained.json", "core.entity_registry"):
        path = folder / name
        path.write_text(json.dumps(_renamed(json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8")
    params = yaml.safe_load(params_file.read_text(encoding="utf-8"))
    params["home"]["name"] = HOME_NAME
    params_file.write_text(yaml.safe_dump(params), encoding="utf-8")
    return params_file


def _renamed(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in {"{", "["}:
        with contextlib.suppress(json.JSONDecodeError):  # a payload inside the file; a template begins like one
            return json.dumps(_renamed(json.loads(value)))
    if isinstance(value, str):
        for name, other in NAMES.items():
            value = value.replace(name, other)
        return value
    if isinstance(value, list):
        return [_renamed(one) for one in value]
    if isinstance(value, dict):
        return {_renamed(key): _renamed(one) for key, one in value.items()}
    return value
