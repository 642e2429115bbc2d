"""The example params file shows every setting, with its default."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from homeintel.settings import Settings, load_settings
from homeintel.settings.secrets import SECRET_KEYS

PARAMS = Path(__file__).parents[2] / "params"


def test_the_shipped_params_files_are_valid() -> None:
    assert load_settings(PARAMS / "demo.yaml").home.name == "demo"
    assert load_settings(PARAMS / "home.example.yaml").home.name == "home"


def keys(values: dict[str, Any], prefix: str = "") -> set[str]:
    found = set()
    for key, value in values.items():
        found.add(prefix + key)
        if isinstance(value, dict):
            found |= keys(value, f"{prefix}{key}.")
    return found


def model_keys(model: BaseModel, prefix: str = "") -> set[str]:
    found = set()
    for name in type(model).model_fields:
        if name in SECRET_KEYS or name in {"params_file", "root"}:
            continue
        found.add(prefix + name)
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            found |= model_keys(value, f"{prefix}{name}.")
    return found


def test_the_example_shows_every_setting_of_its_sources() -> None:
    path = PARAMS / "home.example.yaml"
    settings: Settings = load_settings(path)
    assert keys(yaml.safe_load(path.read_text())) == model_keys(settings)


@pytest.mark.parametrize("section", ["window", "suggestions", "publish", "capabilities", "homeassistant", "night"])
def test_the_example_shows_the_defaults(tmp_path: Path, section: str) -> None:
    values = yaml.safe_load((PARAMS / "home.example.yaml").read_text())
    bare = {key: values[key] for key in ("home", "bridge", "events", "storage")}
    (tmp_path / "bare.yaml").write_text(yaml.safe_dump(bare))
    assert getattr(load_settings(tmp_path / "bare.yaml"), section) == getattr(
        load_settings(PARAMS / "home.example.yaml"), section
    )
