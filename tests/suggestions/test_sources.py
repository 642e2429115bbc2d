"""From features, habits with features, anomalies."""

from typing import Any

import pandas as pd
import pytest

from homeintel.suggestions.automation import automation_yaml
from homeintel.suggestions.candidate import Candidate
from homeintel.suggestions.feedback import Answer
from homeintel.suggestions.from_anomalies import from_anomalies
from homeintel.suggestions.from_features import from_opportunities
from homeintel.suggestions.from_patterns import from_pattern
from homeintel.suggestions.hybrid import hybrids
from homeintel.suggestions.memory import Memory, answered
from homeintel.suggestions.names import Names, load_names
from homeintel.suggestions.pattern_row import PatternRow, pattern_rows
from tests.suggestions import homes

NAMES = Names(
    friendly={"light.hall": "Hall lamp"},
    device={"binary_sensor.hall_occupancy": "0x01", "light.hall": "0x02", "light.kitchen": "0x03"},
    prop={"binary_sensor.hall_occupancy": "occupancy"},
)


def row(pattern: dict[str, Any]) -> PatternRow:
    return pattern_rows(pd.DataFrame([pattern]))[0]


def habit(pattern: dict[str, Any]) -> tuple[PatternRow, Candidate]:
    one = row(pattern)
    return one, from_pattern(one, NAMES, 28)


def test_an_unused_feature_says_what_it_is_for_and_what_to_send() -> None:
    (made,) = from_opportunities(pd.DataFrame([homes.opportunity()]))
    assert made.title == "State after a power cut: Kitchen lamp and Hall lamp"
    assert made.description == "Decides whether it comes back on. It kept one value the whole time."
    assert (made.confidence, made.effort) == (0.88, 0.1)
    assert made.impact == pytest.approx(0.7 * 0.8)
    assert made.action_payload is not None
    assert made.action_payload["payload"] == {"power_on_behavior": "previous"}


def test_many_devices_are_counted_and_risk_costs_effort() -> None:
    names = [f"Lamp {i}" for i in range(10)]
    (made,) = from_opportunities(pd.DataFrame([homes.opportunity(friendly_names=names, risk="high")]))
    assert made.title == "State after a power cut: Lamp 0, Lamp 1, Lamp 2 and 7 more"
    assert made.effort == pytest.approx(0.6)
    assert made.caveats == ("Try it on one device first, and note the present value.",)


def test_one_feature_with_two_values_is_one_suggestion_with_both() -> None:
    other = homes.opportunity(
        "other", friendly_names=["Plug"], ieee_addresses=["0x03"], payload={"power_on_behavior": "restore"}
    )
    (made,) = from_opportunities(pd.DataFrame([homes.opportunity(), other]))
    assert made.ieee_addresses == ("0x01", "0x02", "0x03")
    assert made.action_payload is not None
    assert [one["payload"] for one in made.action_payload["more"]] == [{"power_on_behavior": "restore"}]


@pytest.mark.parametrize(("kept", "of", "expected"), [(4, 4, 5 / 6), (28, 28, 29 / 30), (26, 28, 0.9)])
def test_a_few_days_are_no_certainty(kept: int, of: int, expected: float) -> None:
    _, made = habit(homes.pattern("p", occurrences=kept, opportunities=of, confidence=kept / of))
    assert made.confidence == pytest.approx(expected)


def test_a_coupling_reads_like_a_sentence() -> None:
    _, made = habit(homes.coupling("p1", days="weekday", conditions='{"after": "sunset"}'))
    assert made.title == "Turn on Hall lamp when Hall occupancy sees someone while it is dark on weekdays"
    assert made.automation is not None
    assert made.automation["triggers"][0]["to"] == "on"
    assert {"condition": "state", "entity_id": "sun.sun", "state": "below_horizon"} in made.automation["conditions"]
    assert made.automation["mode"] == "single"


def test_a_coupling_at_certain_hours_has_them_as_a_condition() -> None:
    _, made = habit(homes.coupling("p1", conditions='{"after": "18:00", "before": "24:00"}'))
    assert made.title == "Turn on Hall lamp when Hall occupancy sees someone between 18:00 and 00:00"
    assert made.automation is not None
    assert made.automation["conditions"][0] == {"condition": "time", "after": "18:00:00", "before": "00:00:00"}
    automation_yaml([made.automation])


def test_a_slow_coupling_keeps_its_delay_and_restarts() -> None:
    _, made = habit(homes.coupling("p1", lag_seconds=152.0, lag_p90_seconds=200.0))
    assert made.automation is not None
    assert made.automation["actions"][0] == {"delay": "00:02:30"}
    assert made.automation["mode"] == "restart"


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (homes.pattern("p", entity_id="light.__x"), "no entity id"),
        (homes.pattern("p", entity_id="light.a\n"), "no entity id"),
        (homes.pattern("p", entity_id="sensor.a"), "no action"),
        (homes.pattern("p", days="someday"), "names no weekday"),
        (homes.coupling("p", conditions='{"moon": "full"}'), "can't be written"),
        (homes.coupling("p", conditions='{"after": "00:00", "before": "24:00"}'), "can't be written"),
    ],
)
def test_what_cannot_be_written_has_its_obstacle(pattern: dict[str, Any], why: str) -> None:
    made = habit(pattern)[1]
    assert why in made.obstacle
    assert made.automation is None


def test_a_motion_light_and_an_unused_timeout_become_one_suggestion() -> None:
    timeout = homes.opportunity(
        "expose:occupancy_timeout", name="occupancy_timeout", path="occupancy_timeout", label="Time until motion is cleared",
        ieee_addresses=["0x01", "0x09"], topics=["z/Hall/set", "z/Attic/set"], payload={"occupancy_timeout": 60},
    )  # fmt: skip
    one = habit(homes.coupling("p1"))
    (made,) = hybrids([one], pd.DataFrame([homes.opportunity(), timeout]), NAMES)
    assert (made.kind, made.pattern_id, made.path) == ("hybrid", "p1", "occupancy_timeout")
    assert made.stands_on == (one[1].suggestion_id,)
    assert made.action_payload == {"topics": ["z/Hall/set"], "payload": {"occupancy_timeout": 60}, "action": None}
    assert made.impact > one[1].impact
    assert made.automation is not None
    assert made.automation["id"] == f"homeintel_{made.suggestion_id}"
    automation_yaml([made.automation])


def test_an_evening_light_takes_an_unused_dimming_into_its_automation() -> None:
    dimming = homes.opportunity(
        "expose:brightness", name="brightness", path="light/brightness", label="Dimming", ieee_addresses=["0x03"],
        action={"action": "light.turn_on", "target": {"entity_id": ["light.kitchen"]}, "data": {"brightness_pct": 39}},
    )  # fmt: skip
    (made,) = hybrids([habit(homes.pattern("p1", minute_of_day=1230.0))], pd.DataFrame([dimming]), NAMES)
    assert made.automation is not None
    assert made.automation["actions"][-1]["data"] == {"brightness_pct": 39}
    assert made.action_payload is None
    assert "brightness_pct: 39" in automation_yaml([made.automation])
    assert hybrids([habit(homes.pattern("p1", minute_of_day=400.0))], pd.DataFrame([dimming]), NAMES) == []


def test_an_answer_to_a_habit_holds_for_what_stands_on_it() -> None:
    timeout = homes.opportunity(name="occupancy_timeout", label="Time until motion is cleared", ieee_addresses=["0x01"])
    one = habit(homes.coupling("p1"))
    (both,) = hybrids([one], pd.DataFrame([timeout]), NAMES)
    memory = Memory(answers={one[1].suggestion_id: Answer("dismiss", None, homes.local(1, 1), 60)})
    assert set(answered([one[1], both], memory, homes.END)) == {one[1].suggestion_id, both.suggestion_id}


def anomalies(*rows: dict[str, Any]) -> pd.DataFrame:
    table = pd.DataFrame(rows)
    return table.assign(ended_at=pd.to_datetime(table["ended_at"], utc=True))


def test_an_undone_automation_is_told_once() -> None:
    table = anomalies(
        homes.anomaly("undone_automation", "light.hall"),
        homes.anomaly("undone_automation", "light.hall", anomaly_id="b"),
    )
    (made,) = from_anomalies(table, [], NAMES, ())
    assert made.title == "Look again at the automation that switches Hall lamp"
    assert made.automation is None


def test_an_undone_automation_that_is_known_is_named() -> None:
    detail = '{"entity_id": "light.hall", "state": "on", "undone": 12}'
    row_ = homes.anomaly(
        "undone_automation", "automation.night_light", detail=detail, observed="taken back 12 of 30 times"
    )
    (made,) = from_anomalies(anomalies(row_), [], NAMES, ())
    assert made.title == "Look again at “Night light” that switches Hall lamp"
    assert "taken back 12 of 30 times" in made.description
    assert made.entity_ids == ("light.hall", "automation.night_light")


def test_a_missed_routine_becomes_a_reminder_that_does_nothing_else() -> None:
    missed = homes.anomaly("missed_routine", "light.kitchen", detail='{"state": "on", "minute_of_day": 400}')
    (made,) = from_anomalies(anomalies(missed), [row(homes.pattern("p1"))], NAMES, ())
    assert made.title == "Remind me: Turn on Kitchen at 06:45 every day"
    assert made.automation is not None
    assert [step["action"] for step in made.automation["actions"]] == ["persistent_notification.create"]
    assert made.automation["triggers"] == [{"trigger": "time", "at": "07:00:00"}]
    automation_yaml([made.automation])


def test_a_silent_device_can_be_told_of_the_next_time() -> None:
    (made,) = from_anomalies(anomalies(homes.anomaly("silent", "light.hall")), [], NAMES, ["0x02"])
    assert made.automation is not None
    assert made.automation["triggers"] == [
        {"trigger": "state", "entity_id": "light.hall", "to": "unavailable", "for": "06:00:00"}
    ]
    automation_yaml([made.automation])


def test_names_are_the_devices_then_the_entitys_own() -> None:
    entities = pd.DataFrame(
        {
            "entity_id": ["light.a", "sensor.a_power", "sensor.b", "binary_sensor.c"],
            "ieee_address": ["1", "1", "2", "9"],
            "property": [None, "power", None, None],
            "name": [None, "Power", "Desk lamp  humidity", None],
        }
    )
    devices = pd.DataFrame({"ieee_address": ["1", "2"], "friendly_name": ["Desk\nlamp", "desk lamp"]})
    names = load_names(entities, devices)
    assert [names.of(entity) for entity in entities["entity_id"]] == [
        "Desk lamp", "Desk lamp Power", "Desk lamp humidity", "C",
    ]  # fmt: skip
    assert names.of("cover.living_room") == "Living room"
