"""Reads a params file: YAML in, `Settings` out, every mistake named by its key."""

import difflib
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, Field, ValidationError

from homeintel.errors import SettingsError
from homeintel.settings import secrets
from homeintel.settings._paths import root_of
from homeintel.settings.connections import BridgeSettings, HomeAssistantSettings, PublishSettings
from homeintel.settings.events import EventsSettings
from homeintel.settings.home import (
    CapabilitiesSettings,
    HomeSettings,
    NightSettings,
    Section,
    StorageSettings,
    SuggestionsSettings,
    WindowSettings,
)

_SOURCES = {"mqtt", "file", "simulated", "files", "recorder", "influxdb1", "influxdb2", "influxdb3"}
"""Members of unions; pydantic puts them into the place of an error, where a reader has no use for them."""


class Settings(Section):
    """Everything a night needs to know. Paths are absolute, secrets are `SecretStr`."""

    params_file: Path
    root: Path
    home: HomeSettings
    window: WindowSettings = Field(default_factory=WindowSettings)
    bridge: BridgeSettings
    events: EventsSettings
    storage: StorageSettings
    suggestions: SuggestionsSettings = Field(default_factory=SuggestionsSettings)
    publish: PublishSettings = Field(default_factory=PublishSettings)
    capabilities: CapabilitiesSettings = Field(default_factory=CapabilitiesSettings)
    homeassistant: HomeAssistantSettings = Field(default_factory=HomeAssistantSettings)
    night: NightSettings = Field(default_factory=NightSettings)


def load_settings(params_file: Path | str) -> Settings:
    """Return the validated settings of one home.

    Args:
        params_file: the YAML file; relative to the working directory.

    Raises:
        SettingsError: the file is missing, is not YAML, holds an unknown key, a wrong value or a secret,
            or a secret it names is not there. Values are never repeated in the message.
    """
    path = Path(params_file).expanduser().absolute()
    values = _read_yaml(path)
    root = root_of(path)
    secrets.refuse_secrets(values, path)
    for where, variable, field in secrets.DEFAULTS:
        _fill_secret(values, where, variable, field, root)
    try:
        return Settings.model_validate({**values, "params_file": path, "root": root}, context={"root": root})
    except ValidationError as error:
        raise SettingsError(
            f"{path} can't be used: {'; '.join(_sentences(error, values))}.",
            kept="Nothing was run.",
            next_step="Mend these keys; params/home.example.yaml shows every setting.",
        ) from None


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(
            f"There is no params file {path}.",
            next_step="Give another with --params, or copy params/home.example.yaml.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} can't be read: {type(error).__name__}.", next_step="Check its permissions."
        ) from error
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        at = f" at line {line + 1}" if line is not None else ""
        raise SettingsError(f"{path} is not YAML{at}.", next_step="Check indentation and quotes there.") from None
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise SettingsError(f"{path} does not hold settings.", next_step="Start from params/home.example.yaml.")
    return values


def _fill_secret(values: dict[str, Any], where: tuple[str, ...], variable: str, field: str, root: Path) -> None:
    section: Any = values
    for key in where:
        section = section.get(key) if isinstance(section, dict) else None
    if isinstance(section, dict) and field in secrets.fields_of(section):
        secret = secrets.read_secret(section, variable, field, root)
        if secret is not None:
            section[field] = secret


def _sentences(error: ValidationError, values: dict[str, Any]) -> list[str]:
    return [
        _sentence([str(part) for part in item["loc"]], item["type"], item["msg"], values) for item in error.errors()
    ]


def _sentence(loc: list[str], kind: str, message: str, values: dict[str, Any]) -> str:
    path = [part for part in loc if part not in _SOURCES or part == loc[-1]]
    key = ".".join(path)
    if kind == "extra_forbidden":
        known = _known_keys(path[:-1], values)
        near = difflib.get_close_matches(path[-1], known, n=1)
        hint = f" (did you mean {near[0]}?)" if near else f" (known: {', '.join(sorted(known))})" if known else ""
        return f"{key} is not a known key{hint}"
    return f"{key}: {message.removeprefix('Value error, ')}"


def _known_keys(path: list[str], values: dict[str, Any]) -> set[str]:
    """Return the keys the section at `path` accepts; empty where the section's kind is not decided."""
    model: type[BaseModel] | None = Settings
    for part in path:
        values = values.get(part, {}) if isinstance(values, dict) else {}
        model = _model_of(model.model_fields[part].annotation, values) if model and part in model.model_fields else None
    if model is None:
        return set()
    return set(model.model_fields) - {"params_file", "root", *secrets.SECRET_KEYS}


def _model_of(annotation: object, values: dict[str, Any]) -> type[BaseModel] | None:
    """Return the section class of a field: itself, or the member of a union that `source` names."""
    members = getattr(annotation, "__args__", (annotation,))
    for member in members:
        source = getattr(member, "model_fields", {}).get("source")
        if source is not None and values.get("source") in getattr(source.annotation, "__args__", ()):
            return _as_model(member)
    return next((_as_model(member) for member in members if _as_model(member)), None)


def _as_model(member: object) -> type[BaseModel] | None:
    return member if isinstance(member, type) and issubclass(member, BaseModel) else None
