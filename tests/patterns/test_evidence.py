"""The rows behind a pattern, and its chart: what was kept, what was missed, what does not count."""

import numpy as np
import pandas as pd
import pytest

from homeintel.patterns import detect_all
from homeintel.patterns.evidence import evidence_view
from homeintel.patterns.tables import pattern_rows
from homeintel.patterns.views import raster, strongest
from homeintel.report.charts.patterns import day_clock, lag_histogram, pair_graph, routine_raster
from homeintel.store import Store
from tests.patterns.homes import Home

MISSED = (9, 17)


def _home() -> Home:
    rng = np.random.default_rng(6)
    home = Home()
    home.life(rng, ["light.desk", "light.bath"])
    for day in range(home.days):
        if day not in MISSED:
            minute = 420 + rng.normal(0, 4)
            home.change(day, minute, "switch.coffee", "on")
            home.change(day, minute + rng.uniform(30, 300), "switch.coffee", "off")
        for minute in rng.uniform(450, 1300, 5):
            home.change(day, minute, "binary_sensor.front_door", "on")
            home.change(day, minute + 1, "binary_sensor.front_door", "off")
            if rng.random() < 0.85:
                home.change(day, minute + rng.lognormal(2, 0.4) / 60, "light.hall", "on")
                home.change(day, minute + 7, "light.hall", "off")
    return home


def test_evidence_names_each_kept_and_each_missed_day_and_each_lag(store: Store) -> None:
    home = _home()
    history = home.history(store)
    found = detect_all(history).patterns
    patterns = pattern_rows(found, [str(number) for number in range(len(found))])
    evidence = evidence_view(history, patterns).set_index("what")
    coffee = evidence.loc["switch.coffee on"]
    assert str(coffee["rows"]).count(" min)") == 28
    assert coffee["missed"] == "01-22"  # on the other day nobody was about at that hour
    pair = evidence.loc["binary_sensor.front_door on, then light.hall on"]
    (row,) = patterns[patterns["trigger_entity_id"] == "binary_sensor.front_door"].to_dict("records")
    assert "(+" in pair["rows"]
    assert pair["rows"].endswith(f"and {row['occurrences'] - 60} more")

    routine = next(one for one in strongest(patterns, "routines", most=9) if one["entity_id"] == "switch.coffee")
    frame = raster(history, routine)
    assert (frame["kept"].sum(), frame["missed"].sum(), frame["counted"].sum()) == (28, 1, 29)
    drawn = {trace.name: trace for trace in routine_raster(frame, routine, "Europe/Berlin").data}
    assert len(drawn["the routine"].x) == 28
    assert list(drawn["missed"].y) == ["Thu 01-22"]
    assert len(drawn["counts as kept"].y) == 29

    seen, by_chance = lag_histogram(row).data
    assert sum(seen.y) == row["occurrences"]
    assert by_chance.y[0] * 24 == pytest.approx(row["expected"])
    assert [trace.mode for trace in pair_graph(patterns).data][-2:] == ["markers+text", "markers+text"]


def test_without_any_pattern_the_charts_say_so() -> None:
    nothing = pd.DataFrame(
        columns=["kind", "days", "minute_of_day", "confidence", "trigger_entity_id", "trigger_state"]
    )
    assert day_clock(nothing).layout.annotations[0].text == "No routine was found."
    assert pair_graph(nothing).layout.annotations[0].text == "No pair was found."
