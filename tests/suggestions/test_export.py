from pathlib import Path
from typing import Any

import pytest
import yaml

from homeintel.store import Store
from homeintel.suggestions import phase as room
from homeintel.suggestions.automation import Automation
from homeintel.suggestions.blueprint import Input, blueprints
from homeintel.suggestions.export import export, stored_automations
from tests.suggestions import homes


class BlueprintLoader(yaml.SafeLoader):
    """Reads `!input`."""


BlueprintLoader.add_constructor("!input", lambda loader, node: Input(loader.construct_scalar(node)))  # type: ignore[arg-type]


def filled(part: Any, inputs: dict[str, str]) -> Any:
    """A blueprint's part with its inputs put in, as Home Assistant does it."""
    if isinstance(part, Input):
        return inputs[part.name]
    if isinstance(part, dict):
        return {key: filled(value, inputs) for key, value in part.items()}
    return [filled(value, inputs) for value in part] if isinstance(part, list) else part


@pytest.fixture
def night(store: Store, tmp_path: Path) -> Store:
    homes.start_run(store, "run-1")
    couplings = [
        homes.coupling(f"c{name}", trigger_entity_id=f"binary_sensor.{name}_occupancy", entity_id=f"light.{name}")
        for name in ("hall", "bath")
    ]
    homes.write(
        store,
        "patterns",
        [*couplings, homes.pattern("p1"), homes.pattern("p2", entity_id="cover.blind", state="closed")],
    )
    room.run(homes.phase(store, homes.settings(tmp_path)))
    return store


def test_all_automations_are_in_one_file(night: Store, tmp_path: Path) -> None:
    files = export(night, "run-1", tmp_path)
    loaded = yaml.safe_load((tmp_path / "suggestions.yaml").read_text(encoding="utf-8"))
    assert files[0] == tmp_path / "suggestions.yaml"
    assert len(loaded) == 4
    assert loaded == stored_automations(night, "run-1")
    for automation in loaded:
        Automation.model_validate(automation)


def test_a_blueprint_with_its_inputs_is_the_automation_again(night: Store, tmp_path: Path) -> None:
    files = export(night, "run-1", tmp_path)
    assert [path.name for path in files[1:]] == ["binary_sensor_on_light_turn_on.yaml"]
    content = yaml.load(files[1].read_text(encoding="utf-8"), Loader=BlueprintLoader)
    head = content.pop("blueprint")
    assert head["domain"] == "automation"
    assert set(head["input"]) == {"trigger_entity", "target_entity"}
    automations = {one["id"]: one for one in stored_automations(night, "run-1")}
    (made,) = blueprints(list(automations.values()))
    assert len(made.uses) == 2
    for identity, inputs in made.uses.items():
        original = automations[identity]
        again = filled(content, dict(inputs))
        assert again == {key: value for key, value in original.items() if key not in ("id", "alias", "description")}


def test_inputs_are_declared_and_every_declared_one_is_used(night: Store) -> None:
    (made,) = blueprints(list(stored_automations(night, "run-1")))
    used = {line.split("!input ")[1].strip("'") for line in made.text.splitlines() if "!input " in line}
    assert used == set(made.content["blueprint"]["input"])


def test_nothing_to_write_writes_nothing(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    folder.mkdir()
    assert export(store, "run-1", folder) == ()
    assert list(folder.iterdir()) == []
