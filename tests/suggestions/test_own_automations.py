from pathlib import Path

import pandas as pd
import pytest

from homeintel.suggestions.own_automations import read_automations
from homeintel.suggestions.pattern_row import PatternRow, pattern_rows
from tests.suggestions import homes

FILE = """
- id: '1'
  alias: old keys
  trigger:
    platform: state
    entity_id: [binary_sensor.hall_occupancy, binary_sensor.stairs]
    to: 'on'
  action:
    - choose:
        - conditions: []
          sequence:
            - service: light.turn_on
              entity_id: light.hall
- id: homeintel_s0123
  triggers:
    - trigger: time
      at: "06:30:00"
    - trigger: sun
      event: sunset
  actions:
    - action: light.turn_on
      target: {entity_id: light.kitchen}
- id: '3'
  trigger: [{platform: time, at: 22:00:00}]
  action: !include actions/night.yaml
- id: '4'
  trigger: {platform: time, at: 21:00:00}
  action: {service: cover.close_cover, data: {entity_id: cover.bedroom}}
"""


def row(**given: object) -> PatternRow:
    return pattern_rows(pd.DataFrame([given]))[0]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (homes.coupling("p"), True),
        (homes.coupling("p", trigger_entity_id="binary_sensor.door"), False),
        (homes.pattern("p", minute_of_day=405.0), True),
        (homes.pattern("p", minute_of_day=480.0), False),
        (homes.pattern("p", entity_id="light.bath"), False),
        (homes.pattern("p", kind="sun", sun_event="sunset", offset_minutes=5.0), True),
        (homes.pattern("p", kind="sun", sun_event="sunrise", offset_minutes=5.0), False),
        (homes.pattern("p", entity_id="cover.bedroom", state="closed", minute_of_day=1255.0), True),
    ],
)
def test_what_the_homes_automations_do_is_known(tmp_path: Path, pattern: dict[str, object], expected: bool) -> None:
    path = tmp_path / "automations.yaml"
    path.write_text(FILE, encoding="utf-8")
    assert read_automations(path).carry_out(row(**pattern)) is expected


def test_ids_of_pasted_suggestions_are_known(tmp_path: Path) -> None:
    path = tmp_path / "automations.yaml"
    path.write_text(FILE, encoding="utf-8")
    assert read_automations(path).installed == {"s0123"}


@pytest.mark.parametrize("text", [None, "a: [", "\x00"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "automations.yaml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert "automations_file can't be read" in read_automations(path).problem


@pytest.mark.parametrize("text", ["", "just text", "- 3", "[{trigger: 5, action: {service: 1}}]"])
def test_odd_content_is_no_automation(tmp_path: Path, text: str) -> None:
    path = tmp_path / "automations.yaml"
    path.write_text(text, encoding="utf-8")
    found = read_automations(path)
    assert (found.couplings, found.timed, found.problem) == (frozenset(), frozenset(), "")
