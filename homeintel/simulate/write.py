"""A simulated home as files, and the params file that runs it."""

import json
from pathlib import Path

from homeintel.simulate.home import SimulatedHome

__all__ = ["write_home"]

REGISTRY = "core.entity_registry"


def write_home(home: SimulatedHome, out: Path) -> Path:
    """Write a home into a folder, which is made, and return its params file.

    retained.json, core.entity_registry (in Home Assistant's own form), events.parquet, truth.json and home.yaml.

    Paths in home.yaml are absolute: they hold wherever the file lies and wherever it is run from.
    """
    import yaml  # whoever only simulates does not write
    from pyarrow import parquet

    out = out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    (out / "retained.json").write_text(json.dumps(home.retained, ensure_ascii=False, indent=1), encoding="utf-8")
    truth = json.dumps(home.truth.to_json(), ensure_ascii=False, indent=1)
    (out / "truth.json").write_text(truth, encoding="utf-8")
    (out / REGISTRY).write_text(json.dumps(home.registry, ensure_ascii=False, indent=1), encoding="utf-8")
    parquet.write_table(home.events, out / "events.parquet", compression="zstd")
    place = {"timezone": home.timezone, "latitude": home.latitude, "longitude": home.longitude}
    params = {
        "home": {"name": home.name, **place},
        "window": {"days": (home.end - home.start).days, "end": home.end},
        "bridge": {"source": "file", "path": str(out / "retained.json")},
        "homeassistant": {"registry": str(out / REGISTRY)},
        "events": {"source": "files", "paths": [str(out / "events.parquet")]},
        "storage": {"database": str(out / "homeintel.duckdb"), "reports": str(out / "reports")},
        "publish": {"enabled": False},
    }
    params_file = out / "home.yaml"
    params_file.write_text(yaml.safe_dump(params, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return params_file
