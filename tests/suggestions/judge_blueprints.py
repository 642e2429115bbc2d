"""Asks a real Home Assistant what it makes of blueprints with their inputs; runs in an environment of its own.

Usage: judge_blueprints.py VALIDATOR FOLDER. VALIDATOR is the script that judges automations: it knows how to rename the
keys for an older Home Assistant. FOLDER holds `*.yaml` and beside each a `*.json` with the inputs by automation.
"""

import asyncio
import json
import sys
import tempfile
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


async def main(validator: str, folder: str) -> int:
    """Print a line an automation that a blueprint makes; return how many are wrong."""
    spec = spec_from_file_location("validator", validator)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    hass = core.HomeAssistant(tempfile.mkdtemp())
    hass.config.skip_pip = True
    loader.async_setup(hass)
    for registry in (area_registry, device_registry, entity_registry, issue_registry):
        await registry.async_load(hass)
    wrong = 0
    for path in sorted(Path(folder).glob("*.yaml")):
        blueprint = Blueprint(load_yaml(path), path=path.name, expected_domain="automation")
        for name, inputs in json.loads(path.with_suffix(".json").read_text(encoding="utf-8")).items():
            use = {"alias": name, "use_blueprint": {"path": path.name, "input": inputs}}
            filled = BlueprintInputs(blueprint, use)
            filled.validate()
            made = await async_validate_config_item(hass, "automation", module.old_keys(filled.async_substitute()))
            error = getattr(made, "validation_error", None) if made is not None else "no result"
            wrong += bool(error)
            print("BAD" if error else "ok ", path.name, name, error or "")
    await hass.async_stop(force=True)
    return wrong


if __name__ == "__main__":
    sys.exit(1 if asyncio.run(main(*sys.argv[1:])) else 0)
