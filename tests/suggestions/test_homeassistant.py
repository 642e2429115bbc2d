"""Every automation and blueprint that simulated homes lead to, judged by a real Home Assistant where that environment exists."""

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from homeintel.simulate import simulate_home
from homeintel.simulate.truth import Coupling, Routine
from homeintel.suggestions.automation import automation_yaml
from homeintel.suggestions.automation.actions import _ACTIONS
from homeintel.suggestions.automation.schema import AutomationData
from homeintel.suggestions.blueprint import blueprints
from homeintel.suggestions.from_anomalies import from_anomalies
from homeintel.suggestions.from_patterns import from_pattern
from homeintel.suggestions.names import Names
from homeintel.suggestions.pattern_row import PatternRow, pattern_rows
from tests.suggestions import homes

HOMES = 40
KINDS = ("varied", "shift", "family", "noisy", "sparse", "hard", "young", "holiday")
NASTY = Names(friendly={"light.kitchen": "{{ 1/0 }} \"x\": 'y' # !secret \\ & *a"})


def home_assistant() -> tuple[str, str]:
    """The interpreter that has Home Assistant, and the script that asks it."""
    found = tuple(os.environ.get(name, "") for name in ("HOMEINTEL_HOMEASSISTANT_PYTHON", "HOMEINTEL_VALIDATOR"))
    if not all(path and Path(path).exists() for path in found):
        pytest.skip("HOMEINTEL_HOMEASSISTANT_PYTHON and HOMEINTEL_VALIDATOR name no Home Assistant environment")
    return found[0], found[1]


def verdicts(file: Path) -> subprocess.CompletedProcess[str]:
    python, script = home_assistant()
    return subprocess.run([python, script, str(file)], capture_output=True, text=True, timeout=240, check=False)


def as_row(planted: Routine | Coupling, number: int) -> PatternRow:
    common = {"entity_id": planted.entity_id, "state": planted.state}
    if isinstance(planted, Coupling):
        conditions = '{"after": "sunset"}' if planted.conditions else "{}"
        made = homes.coupling(
            f"p{number}", trigger_entity_id=planted.trigger_entity_id, trigger_state=planted.trigger_state,
            lag_seconds=planted.lag_seconds, lag_p90_seconds=2 * planted.lag_seconds, conditions=conditions, **common,
        )  # fmt: skip
    else:
        made = homes.pattern(
            f"p{number}", kind="sun" if planted.sun_event else "time_of_day", days=planted.days,
            minute_of_day=planted.minute_of_day, sun_event=planted.sun_event, offset_minutes=planted.offset_minutes,
            spread_minutes=planted.spread_minutes, **common,
        )  # fmt: skip
    return pattern_rows(pd.DataFrame([made]))[0]


@cache
def of_simulated_homes() -> list[AutomationData]:
    made = []
    for seed in range(HOMES):
        truth = simulate_home(seed=seed, days=2, end=date(2026, 9, 14), kind=KINDS[seed % len(KINDS)]).truth
        habits: list[Routine | Coupling] = [*truth.routines, *truth.sun_routines, *truth.couplings]
        assert habits
        for number, planted in enumerate(habits):
            candidate = from_pattern(as_row(planted, 1000 * seed + number), Names(), 30)
            assert candidate.obstacle == ""
            assert candidate.automation is not None
            made.append(candidate.automation)
    return made


def of_every_kind() -> Iterator[AutomationData]:
    """One for each action homeintel knows, for each kind of trigger, and for each kind of anomaly."""
    patterns: list[dict[str, Any]] = [
        homes.pattern(f"a{number}", entity_id=f"{domain}.thing", state=state)
        for number, (domain, state) in enumerate(_ACTIONS)
    ]
    patterns += [
        homes.pattern("select", entity_id="select.mode", state="on"),
        homes.pattern("armed", entity_id="alarm_control_panel.home", state="armed_night"),
        homes.coupling("lock", entity_id="lock.front", state="locked", lag_seconds=90.0, days="mon,wed"),
        homes.coupling("slow", lag_seconds=170.0, lag_p90_seconds=240.0, conditions='{"after": "sunset"}'),
        homes.coupling("hours", conditions='{"after": "22:00", "before": "06:00"}'),
        homes.pattern("sun", kind="sun", sun_event="sunrise", offset_minutes=-75.0, days="weekend"),
    ]
    rows = pattern_rows(pd.DataFrame(patterns))
    made = [from_pattern(row, NASTY, 30).automation for row in rows]
    missed = homes.anomaly("missed_routine", "light.kitchen", detail='{"state": "on", "minute_of_day": 400}')
    table = pd.DataFrame([missed, homes.anomaly("silent", "light.hall")])
    kitchen = pattern_rows(pd.DataFrame([homes.pattern("kitchen")]))
    broken = from_anomalies(table.assign(ended_at=pd.to_datetime(table["ended_at"], utc=True)), kitchen, NASTY, ())
    yield from (automation for automation in (*made, *(one.automation for one in broken)) if automation is not None)


def test_every_automation_of_forty_homes_is_accepted(tmp_path: Path) -> None:
    home_assistant()
    automations = [*of_simulated_homes(), *of_every_kind()]
    path = tmp_path / "automations.yaml"
    path.write_text(automation_yaml(automations), encoding="utf-8")
    answer = verdicts(path)
    assert [line for line in answer.stdout.splitlines() if line.startswith("BAD")] == []
    assert answer.stdout.count("\nok ") + answer.stdout.startswith("ok ") == len(automations)
    assert answer.returncode == 0


def test_the_judge_rejects_what_is_wrong(tmp_path: Path) -> None:
    home_assistant()
    (good, *_) = of_every_kind()
    path = tmp_path / "automations.yaml"
    path.write_text(automation_yaml([good]).replace('at: "06:45:00"', 'at: "26:45:00"'), encoding="utf-8")
    assert verdicts(path).returncode == 1


def test_every_blueprint_with_its_inputs_is_accepted(tmp_path: Path) -> None:
    python, script = home_assistant()
    made = blueprints([*of_simulated_homes(), *of_every_kind()])
    for blueprint in made:
        (tmp_path / f"{blueprint.name}.yaml").write_text(blueprint.text, encoding="utf-8")
        (tmp_path / f"{blueprint.name}.json").write_text(json.dumps(blueprint.uses), encoding="utf-8")
    judge = Path(__file__).with_name("judge_blueprints.py")
    answer = subprocess.run([python, judge, script, tmp_path], capture_output=True, text=True, timeout=240, check=False)
    assert [line for line in answer.stdout.splitlines() if not line.startswith("ok ")] == []
    assert len(answer.stdout.splitlines()) == sum(len(blueprint.uses) for blueprint in made) > 100, answer.stderr
    assert answer.returncode == 0


def test_every_kind_is_what_the_schema_allows() -> None:
    automations = list(of_every_kind())
    assert automation_yaml(automations).count("- id: ") == len(automations) > len(_ACTIONS)
