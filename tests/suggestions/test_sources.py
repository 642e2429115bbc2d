"""From features, habits with features, anomalies."""

from datetime import UTC
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
    reason = "A habit was found in which light.hall turns on. light.hall was cut off. Each kept one value."
    (made,) = from_opportunities(pd.DataFrame([homes.opportunity(reason=reason)]), NAMES)
    assert made.title == "State after a power cut: Kitchen lamp and Hall lamp"
    assert made.description == (
        "Decides whether it comes back on. 2 devices have it; a habit was found in which Hall lamp turns on; "
        "Hall lamp was cut off; each kept one value."
    )
    assert (made.confidence, made.effort) == (0.88, 0.1)
    assert made.impact == pytest.approx(0.7 * 0.8)
    messages = [
        {
            "topics": ["zigbee2mqtt/Kitchen lamp/set", "zigbee2mqtt/Hall lamp/set"],
            "payload": {"power_on_behavior": "previous"},
        }
    ]
    assert made.action_payload == {"steps": [{"messages": messages, "action": None}]}


def test_an_option_of_zigbee2mqtt_is_sent_with_the_name_of_each_device() -> None:
    topics = ["zigbee2mqtt/bridge/request/device/options", "upstairs/bridge/request/device/options"]
    option = homes.opportunity(
        "option",
        origin="option",
        name="transition",
        payload={"transition": 1},
        topics=topics,
        reason="It is not set in Zigbee2MQTT.",
    )
    (made,) = from_opportunities(pd.DataFrame([option]), Names(base={"0x01": "zigbee2mqtt", "0x02": "upstairs"}))
    assert made.action_payload is not None
    assert made.action_payload["steps"][0]["messages"] == [
        {"topics": [topics[0]], "payload": {"id": "Kitchen lamp", "options": {"transition": 1}}},
        {"topics": [topics[1]], "payload": {"id": "Hall lamp", "options": {"transition": 1}}},
    ]


def test_a_feature_and_an_option_of_one_label_are_one_suggestion() -> None:
    option = homes.opportunity(
        "option", origin="option", name="transition", payload={"transition": 1}, ieee_addresses=["0x02"],
        friendly_names=["Hall lamp"], topics=["zigbee2mqtt/bridge/request/device/options"],
    )  # fmt: skip
    (made,) = from_opportunities(pd.DataFrame([homes.opportunity(), option]), NAMES)
    assert made.title == "State after a power cut: Kitchen lamp and Hall lamp"
    assert made.ieee_addresses == ("0x01", "0x02")


def test_many_devices_are_counted_and_risk_costs_effort() -> None:
    names = [f"Lamp {i}" for i in range(10)]
    many = homes.opportunity(friendly_names=names, ieee_addresses=names, topics=names, risk="high")
    (made,) = from_opportunities(pd.DataFrame([many]), NAMES)
    assert made.title == "State after a power cut: Lamp 0, Lamp 1, Lamp 2 and 7 more"
    assert made.effort == pytest.approx(0.6)
    assert made.caveats == ("Try it on one device first, and note the present value.",)


def test_one_feature_with_two_values_is_one_suggestion_with_both() -> None:
    other = homes.opportunity(
        "other",
        friendly_names=["Plug"],
        ieee_addresses=["0x03"],
        topics=["z/Plug/set"],
        payload={"power_on_behavior": "restore"},
    )
    (made,) = from_opportunities(pd.DataFrame([homes.opportunity(), other]), NAMES)
    assert made.ieee_addresses == ("0x01", "0x02", "0x03")
    assert made.action_payload is not None
    payloads = [message["payload"] for step in made.action_payload["steps"] for message in step["messages"]]
    assert payloads == [{"power_on_behavior": "previous"}, {"power_on_behavior": "restore"}]


def test_a_coupling_reads_like_a_sentence() -> None:
    _, made = habit(homes.coupling("p1", days="weekday", conditions='{"after": "sunset"}'))
    assert made.title == "Turn on Hall lamp when Hall occupancy sees someone in the dark on weekdays"
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
        ieee_addresses=["0x01", "0x09"], friendly_names=["Hall sensor", "Attic sensor"],
        topics=["z/Hall/set", "z/Attic/set"], payload={"occupancy_timeout": 60},
    )  # fmt: skip
    one = habit(homes.coupling("p1"))
    (made,) = hybrids([one], pd.DataFrame([homes.opportunity(), timeout]), NAMES)
    assert (made.kind, made.pattern_id, made.path) == ("hybrid", "p1", "occupancy_timeout")
    assert made.stands_on == (one[1].suggestion_id,)
    messages = [{"topics": ["z/Hall/set"], "payload": {"occupancy_timeout": 60}}]
    assert made.action_payload == {"steps": [{"messages": messages, "action": None}]}
    assert made.description.endswith(
        "The automation would do it for you; switch on “Time until motion is cleared” too, which nobody uses yet: "
        "it decides whether it comes back on."
    )
    assert made.impact > one[1].impact
    assert made.automation is not None
    assert made.automation["id"] == f"homeintel_{made.suggestion_id}"
    automation_yaml([made.automation])


def test_an_evening_light_takes_an_unused_dimming_into_its_automation() -> None:
    dimming = homes.opportunity(
        "expose:brightness", name="brightness", path="light/brightness", label="Dimming", ieee_addresses=["0x03"],
        friendly_names=["Kitchen lamp"], topics=["z/Kitchen lamp/set"], sentence="Sets how bright the light is.",
        action={"action": "light.turn_on", "target": {"entity_id": ["light.kitchen"]}, "data": {"brightness_pct": 39}},
    )  # fmt: skip
    (made,) = hybrids([habit(homes.pattern("p1", minute_of_day=1230.0))], pd.DataFrame([dimming]), NAMES)
    assert made.automation is not None
    assert made.automation["actions"][-1]["data"] == {"brightness_pct": 39}
    assert made.action_payload is None
    assert "brightness_pct: 39" in automation_yaml([made.automation])
    assert made.automation["alias"] == made.title == "Turn on Kitchen at 20:30 every day, and use: Dimming"
    assert made.description.endswith("it uses “Dimming” too, which nobody does yet: it sets how bright the light is.")
    assert hybrids([habit(homes.pattern("p1", minute_of_day=400.0))], pd.DataFrame([dimming]), NAMES) == []


def test_of_two_features_about_as_good_the_one_told_last_night_stays() -> None:
    lamp = {"ieee_addresses": ["0x03"], "friendly_names": ["Kitchen lamp"], "topics": ["z/Kitchen lamp/set"]}
    dimming = homes.opportunity("a", name="brightness", label="Dimming", certainty=0.8, **lamp)
    white = homes.opportunity("b", name="color_temp", label="White tone", certainty=0.88, **lamp)
    one = habit(homes.pattern("p1", minute_of_day=1230.0))
    (better,) = hybrids([one], pd.DataFrame([dimming, white]), NAMES)
    (other,) = hybrids([one], pd.DataFrame([dimming]), NAMES)
    assert better.title.endswith("use: White tone")
    (stays,) = hybrids([one], pd.DataFrame([dimming, white]), NAMES, {other.suggestion_id})
    assert stays.suggestion_id == other.suggestion_id
    (goes,) = hybrids([one], pd.DataFrame([dimming | {"certainty": 0.7}, white]), NAMES, {other.suggestion_id})
    assert goes.suggestion_id == better.suggestion_id


def test_an_answer_to_a_habit_holds_for_what_stands_on_it() -> None:
    timeout = homes.opportunity(name="occupancy_timeout", label="Time until motion is cleared")
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
    assert made.evidence_count == 12
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


def test_a_silent_device_is_silent_since_the_last_report_of_any_of_its_entities() -> None:
    early = homes.anomaly("silent", "sensor.bath_battery", started_at=homes.local(3, 600).astimezone(UTC))
    late = homes.anomaly("silent", "sensor.bath_humidity", score=0.7)
    named = Names(
        device={"sensor.bath_battery": "0x05", "sensor.bath_humidity": "0x05"}, of_device={"0x05": "Bath sensor"}
    )
    (made,) = from_anomalies(anomalies(early, late), [], named, ["0x05"], homes.ZONE)
    assert made.title == "Check the battery of Bath sensor"
    assert "Bath sensor has not reported since 2026-09-20 10:00 CEST." in made.description
    told = [row | {"detail": '{"device_silent_since": 1789977600}'} for row in (early, late)]
    (again,) = from_anomalies(anomalies(*told), [], named, ["0x05"], homes.ZONE)
    assert "has not reported since 2026-09-21 10:00 CEST." in again.description


def test_falling_silent_again_is_another_suggestion() -> None:
    identities = []
    for began in (homes.local(3, 600), homes.local(20, 600)):
        row_ = homes.anomaly("silent", "light.hall", started_at=began.astimezone(UTC))
        identities += [one.suggestion_id for one in from_anomalies(anomalies(row_), [], NAMES, ())]
    assert len(set(identities)) == 2


def test_a_sensor_that_stays_in_a_state_is_a_thing_to_look_at_with_an_alert() -> None:
    detail = '{"state": "on", "longest_other_seconds": 7000}'
    stuck = homes.anomaly("stuck", "binary_sensor.hall_occupancy", detail=detail, expected="on for at most 2 hours")
    over = homes.anomaly("stuck", "binary_sensor.door", detail=detail, ended_at=homes.local(21, 0).astimezone(UTC))
    (made,) = from_anomalies(anomalies(stuck, over), [], NAMES, (), homes.ZONE)
    assert made.title == "Look after Hall occupancy: it stays on"
    assert made.description == (
        "Hall occupancy has been on since 2026-09-20 10:00 CEST; usual is: on for at most 2 hours. "
        "See whether it is stuck, or something was left open."
    )
    assert made.automation is not None
    assert made.automation["triggers"][0] == {
        "trigger": "state", "entity_id": "binary_sensor.hall_occupancy", "to": "on", "for": "04:00:00",
    }  # fmt: skip
    automation_yaml([made.automation])


def test_a_number_that_never_changes_has_no_alert() -> None:
    stuck = homes.anomaly("stuck", "sensor.attic", detail='{"value": 21.5, "hours": 90}')
    (made,) = from_anomalies(anomalies(stuck), [], NAMES, ())
    assert made.title == "Look after Attic: it stays 21.5"
    assert made.automation is None


def test_a_condition_stands_in_the_numbers_too() -> None:
    _, made = habit(homes.coupling("p1", conditions='{"after": "sunset"}'))
    assert made.description == (
        "Of the 66 times that “Hall occupancy sees someone” in the dark, 60 were followed by this, done by hand, "
        "typically 5 seconds later. The automation would do it for you."
    )


def test_names_are_the_devices_then_the_entitys_own() -> None:
    entities = pd.DataFrame(
        {
            "entity_id": ["light.a", "sensor.a_power", "sensor.b", "binary_sensor.c"],
            "ieee_address": ["1", "1", "2", "9"],
            "property": [None, "power", None, None],
            "name": [None, "Power", "Desk lamp  humidity", None],
        }
    )
    devices = pd.DataFrame(
        {"ieee_address": ["1", "2"], "friendly_name": ["Desk\nlamp", "desk lamp"], "base_topic": ["z", "upstairs"]}
    )
    names = load_names(entities, devices)
    assert [names.of(entity) for entity in entities["entity_id"]] == [
        "Desk lamp", "Desk lamp Power", "Desk lamp humidity", "C",
    ]  # fmt: skip
    assert names.of("cover.living_room") == "Living room"
    assert (names.of_device["1"], names.base["2"]) == ("Desk lamp", "upstairs")
    assert names.in_words("When light.a or light.b is on.") == "When Desk lamp or light.b is on."
