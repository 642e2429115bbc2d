from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from homeintel.store import Store
from homeintel.suggestions import phase as room
from homeintel.suggestions.automation import Automation
from homeintel.suggestions.blueprint import Input, blueprints
from homeintel.suggestions.export import export, stored_automations
from homeintel.suggestions.from_patterns import from_pattern
from homeintel.suggestions.names import Names
from homeintel.suggestions.pattern_row import pattern_rows
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
    assert [path.name for path in files[1:]] == ["light_turn_on_when_a_binary_sensor_changes_to_on.yaml"]
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


def test_times_weekdays_and_offsets_are_inputs_and_other_conditions_part_of_the_shape() -> None:
    rows = [
        homes.pattern("a", entity_id="light.a", days="weekday"),
        homes.pattern("b", entity_id="light.b", days="sat", minute_of_day=1230.0),
        homes.pattern("every", entity_id="light.c"),
        homes.pattern("s1", kind="sun", sun_event="sunset", offset_minutes=-20.0, entity_id="cover.a", state="closed"),
        homes.pattern("s2", kind="sun", sun_event="sunset", offset_minutes=0.0, entity_id="cover.b", state="closed"),
        homes.coupling("dark", conditions='{"after": "sunset"}'),
        homes.coupling("plain", entity_id="light.porch"),
    ]
    automations = [from_pattern(row, Names(), 28).automation for row in pattern_rows(pd.DataFrame(rows))]
    made = blueprints([one for one in automations if one is not None])
    assert [one.name for one in made] == ["light_turn_on_at_a_time_of_day", "cover_close_cover_by_the_sunset"]
    assert [list(one.uses.values()) for one in made] == [
        [
            {"at": "06:45:00", "weekdays": ["mon", "tue", "wed", "thu", "fri"], "target_entity": "light.a"},
            {"at": "20:30:00", "weekdays": ["sat"], "target_entity": "light.b"},
        ],
        [
            {"offset": "-00:20:00", "target_entity": "cover.a"},
            {"offset": "00:00:00", "target_entity": "cover.b"},
        ],
    ]


def test_two_shapes_of_one_name_are_two_files() -> None:
    rows = [
        homes.coupling(f"{word}{number}", conditions=conditions, entity_id=f"light.{word}{number}")
        for word, conditions in (("dark", '{"after": "sunset"}'), ("plain", "{}"))
        for number in range(2)
    ]
    automations = [from_pattern(row, Names(), 28).automation for row in pattern_rows(pd.DataFrame(rows))]
    names = [one.name for one in blueprints([one for one in automations if one is not None])]
    assert names == [
        "light_turn_on_when_a_binary_sensor_changes_to_on",
        "light_turn_on_when_a_binary_sensor_changes_to_on_2",
    ]


def test_nothing_to_write_writes_nothing(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    folder.mkdir()
    assert export(store, "run-1", folder) == ()
    assert list(folder.iterdir()) == []
