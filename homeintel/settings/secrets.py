"""Secrets: from the environment or a file the params file names, never from the params file itself."""

import os
from pathlib import Path
from typing import Any

from homeintel.errors import SettingsError

DEFAULTS = (
    (("bridge",), "HOMEINTEL_MQTT_PASSWORD", "password"),
    (("publish", "broker"), "HOMEINTEL_PUBLISH_PASSWORD", "password"),
    (("events",), "HOMEINTEL_EVENTS_PASSWORD", "password"),
    (("events",), "HOMEINTEL_EVENTS_TOKEN", "token"),
    (("events", "also"), "HOMEINTEL_EVENTS_ALSO_PASSWORD", "password"),
    (("events", "also"), "HOMEINTEL_EVENTS_ALSO_TOKEN", "token"),
    (("suggestions", "llm"), "HOMEINTEL_LLM_API_KEY", "api_key"),
    (("homeassistant",), "HOMEINTEL_HOMEASSISTANT_TOKEN", "token"),
)
"""The section, the environment variable that is read when the section names none, the field it fills."""

_FIELDS_OF_SOURCES = {
    "mqtt": {"password"},
    "influxdb1": {"password"},
    "influxdb2": {"token"},
    "influxdb3": {"token"},
}
SECRET_KEYS = {"password", "token", "api_key", "secret"}


def fields_of(section: dict[str, Any]) -> set[str]:
    """Return which secrets a section may have: what its `source` takes; any where it has no `source`."""
    if "source" not in section:
        return SECRET_KEYS
    return _FIELDS_OF_SOURCES.get(str(section["source"]), set())


def read_secret(section: dict[str, Any], default_env: str, field: str, root: Path) -> str | None:
    """Return the secret of one section, or None where none is given.

    `<field>_file` wins over `<field>_env`, that over the default variable, that over `<variable>_FILE`
    (the form systemd's credentials and container secrets use). A trailing line break of a file is dropped.

    Raises:
        SettingsError: a named variable is not set, or a named file can't be read.
    """
    named_file = section.get(f"{field}_file")
    named_env = section.get(f"{field}_env")
    if named_file:
        return _from_file(root / Path(str(named_file)).expanduser(), f"{field}_file")
    if named_env:
        if str(named_env) not in os.environ:
            raise SettingsError(
                f"The environment variable {named_env} named by {field}_env is not set.",
                next_step="Set it, or name another.",
            )
        return os.environ[str(named_env)]
    if default_env in os.environ:
        return os.environ[default_env]
    if f"{default_env}_FILE" in os.environ:
        return _from_file(Path(os.environ[f"{default_env}_FILE"]), f"{default_env}_FILE")
    return None


def _from_file(path: Path, named_by: str) -> str:
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The secret file {path} named by {named_by} can't be read: {type(error).__name__}.",
            next_step="Check its path and its permissions.",
        ) from error


def refuse_secrets(values: dict[str, Any], params_file: Path, where: str = "") -> None:
    """Raise a SettingsError where a params file holds a secret itself; the value is not repeated.

    Raises:
        SettingsError: a key such as `password` or `token` stands in the file.
    """
    for key, value in values.items():
        if key in SECRET_KEYS and value is not None:
            raise SettingsError(
                f"{params_file} holds a secret at {where}{key}; secrets don't belong in a params file.",
                next_step=f"Remove it and name where it is found instead: {where}{key}_env or {where}{key}_file.",
            )
        if isinstance(value, dict):
            refuse_secrets(value, params_file, f"{where}{key}.")
