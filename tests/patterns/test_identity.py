import pandas as pd

from homeintel.patterns.findings import Anomaly, Pattern
from homeintel.patterns.identity import ANOMALY_COLUMNS, PATTERN_COLUMNS, anomaly_ids, pattern_ids
from homeintel.patterns.tables import anomaly_rows, pattern_rows


def _routine(minute: float, spread: float = 5.0, days: str = "all", entity_id: str = "light.a") -> Pattern:
    return Pattern(
        "time_of_day", entity_id, "on", days, 20, 25, 0.8, 0.6, 0.9, 1.0, 1e-6, 1e-5,
        minute_of_day=minute, spread_minutes=spread,
    )  # fmt: skip


def _stored(patterns: list[Pattern], ids: list[str]) -> pd.DataFrame:
    return pattern_rows(patterns, ids)[list(PATTERN_COLUMNS)]


NOTHING = pd.DataFrame(columns=list(PATTERN_COLUMNS))


def test_a_drifting_minute_keeps_its_id_across_midnight() -> None:
    first = pattern_ids([_routine(1430)], NOTHING)
    assert pattern_ids([_routine(5)], _stored([_routine(1430)], first)) == first


def test_two_routines_of_one_entity_keep_their_own_ids_whatever_their_order() -> None:
    before = [_routine(420), _routine(445)]
    ids = pattern_ids(before, NOTHING)
    assert len(set(ids)) == 2
    assert pattern_ids([_routine(448), _routine(424)], _stored(before, ids)) == ids[::-1]


def test_weekdays_decide_between_equal_minutes() -> None:
    before = [_routine(420, days="weekday"), _routine(420, days="weekend")]
    ids = pattern_ids(before, NOTHING)
    after = [_routine(420, days="weekend"), _routine(420, days="weekday")]
    assert pattern_ids(after, _stored(before, ids)) == ids[::-1]


def test_too_far_is_another_routine_with_another_id() -> None:
    ids = pattern_ids([_routine(420)], NOTHING)
    assert pattern_ids([_routine(455)], _stored([_routine(420)], ids)) != ids
    assert pattern_ids([_routine(455, spread=20)], _stored([_routine(420)], ids)) == ids


def test_the_same_anomaly_seen_from_a_later_window_keeps_its_id() -> None:
    silent = Anomaly("silent", "sensor.a", 1_790_000_000.0, None, 0.99, "hourly", "nothing")
    away = Anomaly("away", None, 1_790_000_000.0, None, 0.9, "some", "none")
    ids = anomaly_ids([silent, away], pd.DataFrame(columns=list(ANOMALY_COLUMNS)))
    stored = anomaly_rows([silent, away], ids)[list(ANOMALY_COLUMNS)]
    later = Anomaly("silent", "sensor.a", 1_790_003_000.0, 1_790_400_000.0, 0.99, "hourly", "nothing")
    assert anomaly_ids([away, later], stored) == ids[::-1]
    other = Anomaly("silent", "sensor.a", 1_790_100_000.0, None, 0.99, "hourly", "nothing")
    assert anomaly_ids([other], stored)[0] not in ids
