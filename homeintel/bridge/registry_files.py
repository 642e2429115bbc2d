"""Home Assistant's registries from a copy of its `.storage`."""

from pathlib import Path
from typing import Any

from homeintel.bridge.payload import load_json
from homeintel.bridge.registry import Registry, build_registry
from homeintel.errors import BridgeError, PayloadError

ENTITIES, DEVICES, AREAS = "core.entity_registry", "core.device_registry", "core.area_registry"


def read_registry_files(path: Path) -> Registry:
    """Return the registry in `path`.

    Args:
        path: a folder with `core.entity_registry`, or that file; the other two are read where they lie beside it.

    Raises:
        BridgeError: the entity registry is missing or can't be read.
        PayloadError: a file is not a registry.
    """
    entities = path / ENTITIES if path.is_dir() else path
    devices, areas = entities.with_name(DEVICES), entities.with_name(AREAS)
    return build_registry(
        _entries(entities, "entities"),
        _entries(devices, "devices") if devices.exists() else [],
        _entries(areas, "areas") if areas.exists() else [],
        f"{entities}",
    )


def _entries(path: Path, name: str) -> list[Any]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BridgeError(
            f"Home Assistant's registry {path} can't be read: {error.strerror}.",
            next_step="Check homeassistant.registry in the params file, and the file's permissions.",
        ) from error
    value = load_json(str(path), content)
    data = value.get("data") if isinstance(value, dict) else None
    entries = data.get(name) if isinstance(data, dict) else None
    if not isinstance(entries, list):
        raise PayloadError(
            f"{path} is not Home Assistant's registry of {name}.",
            next_step="Copy .storage anew from Home Assistant, and name it in homeassistant.registry.",
        )
    return entries
