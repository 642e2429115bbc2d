"""The rules by which reported patterns are right or wrong, on hand-made cases."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from homeintel.simulate.scores import Score, Scores, add_scores, match
from homeintel.simulate.truth import Anomaly, Automation, Coupling, EntityTruth, Routine, Truth

COFFEE = Routine("switch.coffee", "on", "weekday", 420.0, 8.0, 0.9, undo_minutes=50.0, occurrences=18, opportunities=20)
LATE = Routine("fan.bed", "on", "all", 1438.0, 8.0, 0.9, occurrences=25, opportunities=28)
BLIND = Routine("cover.blind", "closed", "all", None, 6.0, 0.9, "sunset", 15.0, occurrences=24, opportunities=28)
LAMP = Coupling("switch.tv", "on", "light.strip", "on", 30.0, 0.8, occurrences=20, opportunities=25)
HALL = Automation("automation.hall", "light.hall", "on", "binary_sensor.hall", "on", None, 0.2, runs=300)
SIX = Automation("automation.six", "light.desk", "on", None, None, 1080.0, 0.1, runs=30)
TRUTH = Truth(routines=(COFFEE, LATE), sun_routines=(BLIND,), couplings=(LAMP,), automations=(HALL, SIX))


def routine(entity: str, state: str, minute: float, days: str = "weekday", **more: Any) -> dict[str, Any]:
    row = {"kind": "time_of_day", "entity_id": entity, "state": state, "days": days, "minute_of_day": minute}
    return row | {"spread_minutes": 8.0, "confidence": 0.9, "already_automated": False} | more


def sun(entity: str, state: str, offset: float, **more: Any) -> dict[str, Any]:
    row = {"kind": "sun", "entity_id": entity, "state": state, "days": "all", "sun_event": "sunset"}
    return row | {"offset_minutes": offset, "confidence": 0.9, "already_automated": False} | more


def pair(trigger: str, entity: str, lag: float = 30.0, **more: Any) -> dict[str, Any]:
    row = {"kind": "co_occurrence", "trigger_entity_id": trigger, "trigger_state": "on", "entity_id": entity}
    rest = {"state": "on", "days": "all", "lag_seconds": lag, "confidence": 0.8, "already_automated": False}
    return row | rest | more


def scored(*rows: dict[str, Any], truth: Truth = TRUTH, **more: Any) -> Scores:
    return match(truth, pd.DataFrame(list(rows), columns=sorted({key for row in rows for key in row})), **more)


def test_all_found() -> None:
    scores = scored(
        routine("switch.coffee", "on", 425), routine("fan.bed", "on", 3, "all"), sun("cover.blind", "closed", 12),
        pair("switch.tv", "light.strip", 40),
    )  # fmt: skip
    assert scores.pattern_labels == ("found",) * 4
    assert scores.routines == Score(findable=2, hit=2, found=2, false=0)
    assert scores.sun == Score(1, 1, 1, 0)
    assert scores.couplings == Score(1, 1, 1, 0)
    assert scores.routines.f1 == 1.0
    assert scores.missed == ()


def test_midnight_is_no_border() -> None:
    assert scored(routine("fan.bed", "on", 2, "all")).pattern_labels == ("found",)
    assert scored(routine("fan.bed", "on", 40, "all")).pattern_labels == ("false",)


def test_a_second_row_about_the_same_thing_is_false() -> None:
    scores = scored(routine("switch.coffee", "on", 425), routine("switch.coffee", "on", 415))
    assert scores.pattern_labels == ("found", "duplicate")
    assert scores.routines.precision == 0.5


def test_two_routines_of_one_entity_are_two() -> None:
    evening = Routine("switch.coffee", "on", "weekday", 1100.0, 8.0, 0.9, occurrences=10, opportunities=20)
    truth = Truth(routines=(COFFEE, evening))
    rows = (routine("switch.coffee", "on", 1102), routine("switch.coffee", "on", 421))
    assert scored(*rows, truth=truth).pattern_labels == ("found", "found")


@pytest.mark.parametrize(
    ("days", "label"),
    [("weekday", "found"), ("all", "found"), ("mon,tue,wed,thu", "found"), ("weekend", "false"), ("mon,tue", "false")],
)
def test_days_must_mostly_be_the_same(days: str, label: str) -> None:
    assert scored(routine("switch.coffee", "on", 420, days)).pattern_labels == (label,)


def test_undoing_a_routine_is_neither_right_nor_wrong() -> None:
    scores = scored(routine("switch.coffee", "off", 475))
    assert scores.pattern_labels == ("undoing",)
    assert scores.routines == Score(2, 0, 0, 0)
    assert scored(routine("switch.coffee", "off", 900)).pattern_labels == ("false",)


def test_the_clock_is_wrong_where_the_sun_can_be_told_from_it() -> None:
    row = routine("cover.blind", "closed", 1015, "all")
    assert scored(row, sun_minutes={"sunset": (960.0, 1100.0)}).pattern_labels == ("false",)
    scores = scored(row, sun_minutes={"sunset": (995.0, 1005.0)})
    assert scores.pattern_labels == ("found",)
    assert scores.sun == Score(1, 1, 1, 0)
    assert scores.routines.found == 0


def test_pairs_must_have_direction_state_and_lag() -> None:
    assert scored(pair("light.strip", "switch.tv")).pattern_labels == ("false",)
    assert scored(pair("switch.tv", "light.strip", trigger_state="off")).pattern_labels == ("false",)
    assert scored(pair("switch.tv", "light.strip", 200)).pattern_labels == ("false",)
    assert scored(pair("switch.tv", "light.other")).pattern_labels == ("false",)


def test_a_door_that_closes_before_a_slow_action_is_as_good_a_trigger() -> None:
    slow = Coupling("binary_sensor.door", "on", "light.strip", "on", 150.0, 0.5, occurrences=9, opportunities=18)
    row = pair("binary_sensor.door", "light.strip", 130, trigger_state="off")
    assert scored(row, truth=Truth(couplings=(slow,))).pattern_labels == ("found",)


def test_automations_must_be_marked() -> None:
    marked = pair("binary_sensor.hall", "light.hall", 0.2, already_automated=True)
    by_time = routine("light.desk", "on", 1080, "all", already_automated=True)
    assert scored(marked, by_time).pattern_labels == ("automated", "automated")
    assert scored({**marked, "already_automated": False}).pattern_labels == ("false",)
    assert scored({**by_time, "already_automated": False}).pattern_labels == ("false",)
    assert scored(routine("switch.coffee", "on", 420, already_automated=True)).pattern_labels == ("false",)


def test_what_follows_from_a_routine_through_a_coupling_is_its_echo() -> None:
    tv = Routine("switch.tv", "on", "all", 1200.0, 8.0, 0.9, occurrences=25, opportunities=28)
    truth = Truth(routines=(tv,), couplings=(LAMP,))
    assert scored(routine("light.strip", "on", 1203, "all"), truth=truth).pattern_labels == ("echo",)
    assert scored(routine("light.strip", "on", 700, "all"), truth=truth).pattern_labels == ("false",)


def test_what_was_rarely_done_need_not_be_found_but_may() -> None:
    rare = Routine("switch.coffee", "on", "weekend", 600.0, 8.0, 0.9, occurrences=2, opportunities=8)
    truth = Truth(routines=(rare,))
    assert scored(truth=truth).routines == Score(0, 0, 0, 0)
    assert scored(routine("switch.coffee", "on", 600, "weekend"), truth=truth).routines == Score(0, 0, 1, 0)


def test_nothing_reported_and_nothing_planted() -> None:
    scores = match(Truth(), pd.DataFrame(columns=["kind"]))
    assert (scores.routines.precision, scores.routines.recall, scores.routines.f1) == (1.0, 1.0, 1.0)
    assert {item.entity_id for item in scored().missed} == {"switch.coffee", "fan.bed", "cover.blind", "light.strip"}


START = datetime(2026, 11, 1, tzinfo=UTC)


def anomaly(kind: str, entity_id: str | None, hours: float) -> dict[str, Any]:
    return {"kind": kind, "entity_id": entity_id, "started_at": START + timedelta(hours=hours), "ended_at": None}


def test_anomalies_are_matched_by_kind_entity_and_time() -> None:
    entities = tuple(EntityTruth("0x1", name, f"sensor.{name}", "", "", True, False, False) for name in ("a", "b"))
    silent = tuple(Anomaly("silent", entity.entity_id, START, None, "") for entity in entities)
    undone = Anomaly("undone_automation", "automation.six", START, None, "")
    truth = Truth(
        automations=(SIX,), entities=entities, anomalies=(*silent, undone, Anomaly("away", None, START, None, ""))
    )
    rows = [
        anomaly("silent", "sensor.b", 3), anomaly("silent", "sensor.a", 1), anomaly("undone_automation", "light.desk", 99),
        anomaly("away", None, 30), anomaly("stuck", "sensor.a", 0),
    ]  # fmt: skip
    scores = match(truth, pd.DataFrame(columns=["kind"]), pd.DataFrame(rows))
    assert scores.anomaly_labels == ("found", "echo", "found", "false", "false")
    assert scores.anomalies == Score(findable=3, hit=2, found=2, false=2)
    assert [item.kind for item in scores.missed if isinstance(item, Anomaly)] == ["away"]


def test_scores_add_up() -> None:
    one = scored(routine("switch.coffee", "on", 420), routine("switch.x", "on", 420))
    total = add_scores([one, one])
    assert total.routines == Score(4, 2, 2, 2)
    assert total.routines.precision == 0.5
    assert total.routines.recall == 0.5
    assert len(total.pattern_labels) == 4
    assert date(2026, 11, 1) == START.date()
