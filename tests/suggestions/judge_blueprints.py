"""Asks a real Home Assistant what it makes of blueprints with their inputs; runs in an environment of its own.

Usage: judge_blueprints.py VALIDATOR FOLDER. VALIDATOR is the script that judges automations: it knows how to rename the
keys for an older Home Assistant. FOLDER holds `*.yaml` and beside each a `*.json` with the inputs by automation.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from homeassistant import core, loader  # type: ignore[import-not-found]
from homeassistant.components.automation.config import (  # type: ignore[import-not-found]
    async_validate_config_item,
)
from homeassistant.components.blueprint.models import Blueprint, BlueprintInputs  # type: ignore[import-not-found]
from homeassistant.helpers import (  # type: ignore[import-not-found]
    area_registry,
    device_registry,
    entity_registry,
    issue_registry,
)
from homeassistant.util.yaml import load_yaml  # type: ignore[import-not-found]


async def judge(paths: list[Path], rename: Callable[[object], object]) -> list[str]:
    """Return a line an automation that a blueprint makes: `ok`, or what is wrong with it."""
    hass = core.HomeAssistant(tempfile.mkdtemp())
    hass.config.skip_pip = True
    loader.async_setup(hass)
    for registry in (area_registry, device_registry, entity_registry, issue_registry):
        await registry.async_load(hass)
    lines = []
    for path in paths:
        blueprint = Blueprint(load_yaml(path), path=path.name, expected_domain="automation")
        for name, inputs in json.loads(path.with_suffix(".json").read_text(encoding="utf-8")).items():
            use = {"alias": name, "use_blueprint": {"path": path.name, "input": inputs}}
            filled = BlueprintInputs(blueprint, use)
            filled.validate()
            made = await async_validate_config_item(hass, "automation", rename(filled.async_substitute()))
            error = getattr(made, "validation_error", None) if made is not None else "no result"
            lines.append(f"BAD {path.name} {name} {error}" if error else f"ok  {path.name} {name}")
    await hass.async_stop(force=True)
    return lines


def main(validator: str, folder: str) -> int:
    """Print the lines; return 1 if any is bad."""
    spec = spec_from_file_location("validator", validator)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    lines = asyncio.run(judge(sorted(Path(folder).glob("*.yaml")), module.old_keys))
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return int(any(line.startswith("BAD") for line in lines))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
