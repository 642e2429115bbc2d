from pathlib import Path

import pytest

from homeintel.errors import SettingsError
from homeintel.patterns.known import known_automations

FILE = """
- id: new
  triggers:
    - trigger: state
      entity_id: [binary_sensor.hall_motion, binary_sensor.stairs_motion]
      to: "on"
  actions:
    - if: []
      then:
        - action: light.turn_on
          target: {entity_id: light.hall}
- id: old
  trigger: {platform: time, at: "07:00:00"}
  action:
    service: switch.turn_on
    entity_id: switch.coffee, switch.radio
- id: odd
  trigger: !include others.yaml
"""


def test_both_spellings_are_read(tmp_path: Path) -> None:
    (tmp_path / "automations.yaml").write_text(FILE, encoding="utf-8")
    assert known_automations(tmp_path / "automations.yaml") == {
        ("binary_sensor.hall_motion", "light.hall"),
        ("binary_sensor.stairs_motion", "light.hall"),
        ("", "switch.coffee"),
        ("", "switch.radio"),
    }


@pytest.mark.parametrize("text", ["a: b", "[1, {", "just text"])
def test_a_file_that_is_none_says_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / "automations.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="automations_file"):
        known_automations(tmp_path / "automations.yaml")


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="can't be used"):
        known_automations(tmp_path / "none.yaml")
