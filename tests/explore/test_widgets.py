"""The controls: lists that narrow each other, what is drawn anew, an error that is seen."""

import json
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from homeintel.explore.device_panels import device_panel, setting_panel, verdict_panel, verdicts
from homeintel.explore.found import Found
from homeintel.explore.opening import Opened, open_home
from homeintel.explore.pattern_panels import lag_panel, pattern_panel, raster_panel
from homeintel.explore.what_if_panel import what_if_panel
from homeintel.explore.widgets import EVERY, EntityChoice, dropdown, live
from homeintel.mime import PLOTLY_MIME
from homeintel.patterns.history import History
from homeintel.report.output import show_text

PLACES = pd.DataFrame(
    {
        "entity_id": ["light.a", "light.b", "switch.c"],
        "device": ["lamp", "strip", "plug"],
        "area": ["hall", "hall", "attic"],
    }
)


@pytest.fixture(autouse=True)
def _shell() -> Iterator[None]:
    """What a notebook shows goes through IPython's shell; without one nothing is captured."""
    InteractiveShell.instance()
    yield
    InteractiveShell.clear_instance()


def controls(panel: Any) -> dict[str, Any]:
    return {control.description: control for control in panel.children[0].children}


def shown(panel: Any) -> list[dict[str, Any]]:
    return [output["data"] for output in panel.children[1].outputs]


def html(panel: Any) -> str:
    return " ".join(data.get("text/html", "") for data in shown(panel))


def charts(panel: Any) -> list[dict[str, Any]]:
    return [data[PLOTLY_MIME] for data in shown(panel) if PLOTLY_MIME in data]


def test_lists_narrow_each_other() -> None:
    choice = EntityChoice(PLACES, every=True)
    assert choice.entity_ids() is None
    choice.area.value = "hall"
    assert choice.device.options == (EVERY, "lamp", "strip")
    assert choice.entity_ids() == ["light.a", "light.b"]
    choice.device.value = "strip"
    assert choice.entity.options == (EVERY, "light.b")
    choice.entity.value = "light.b"
    assert choice.entity_ids() == ["light.b"]
    choice.area.value = "attic"
    assert (choice.device.value, choice.entity.value) == (EVERY, EVERY)
    assert choice.entity_ids() == ["switch.c"]


def test_a_changed_control_draws_anew() -> None:
    panel = live(show_text, {"text": dropdown("word", ["first", "<b>second</b>"])})
    assert html(panel) == "<p>first</p>"
    controls(panel)["word"].value = "<b>second</b>"
    assert html(panel) == "<p>&lt;b&gt;second&lt;/b&gt;</p>"


def test_an_error_is_the_cells_at_first_and_is_seen_later() -> None:
    def draw(word: str) -> None:
        if word == "bad":
            raise ValueError(word)

    with pytest.raises(ValueError, match="bad"):
        live(draw, {"word": dropdown("word", ["bad"])})
    panel = live(draw, {"word": dropdown("word", ["good", "bad"])})
    with pytest.raises(ValueError, match="bad"):
        controls(panel)["word"].value = "bad"


def test_patterns_are_chosen_by_entity_days_and_confidence(found: Found, history: History) -> None:
    panel = pattern_panel(found, history)
    routines = found.patterns[found.patterns["kind"] != "co_occurrence"]
    assert html(panel).count("<tr><td") == len(found.patterns)
    controls(panel)["entity"].value = routines["entity_id"].iloc[0]
    of_one = found.patterns["entity_id"].eq(routines["entity_id"].iloc[0])
    triggered = found.patterns["trigger_entity_id"].eq(routines["entity_id"].iloc[0])
    assert html(panel).count("<tr><td") == (of_one | triggered).sum()
    controls(panel)["entity"].value = EVERY
    controls(panel)["confidence at least"].value = 0.9
    assert html(panel).count("<tr><td") == (found.patterns["confidence"] >= 0.9).sum()


def test_the_raster_follows_entity_and_state(opened: Opened, found: Found, history: History) -> None:
    panel = raster_panel(opened, found, history)
    boxes = controls(panel)
    before = charts(panel)[0]["layout"]["title"]["text"]
    assert before.startswith(f"{boxes['entity'].value} enters {boxes['state'].value}")
    assert "The routines in it" in html(panel)
    other = next(state for state in boxes["state"].options if state != boxes["state"].value)
    boxes["state"].value = other
    assert charts(panel)[0]["layout"]["title"]["text"] == f"{boxes['entity'].value} enters {other}"
    boxes["entity"].value = next(entity for entity in boxes["entity"].options if entity != boxes["entity"].value)
    assert boxes["entity"].value in charts(panel)[0]["layout"]["title"]["text"]


def test_a_wider_window_follows_more_often(found: Found, history: History) -> None:
    panel = lag_panel(found, history)
    few = charts(panel)[0]
    controls(panel)["within, seconds"].value = 600
    many = charts(panel)[0]
    assert few["layout"]["title"] == many["layout"]["title"]
    assert "Within 600 s" in html(panel)


def test_a_threshold_that_is_moved_changes_the_chart(opened: Opened, found: Found, history: History) -> None:
    panel = what_if_panel(opened, found, history)
    assert f"0 more, 0 fewer, {len(found.patterns)} the same" in html(panel)
    before = charts(panel)[0]
    controls(panel)["routine: share of its days"].value = 0.95
    assert charts(panel)[0]["data"] != before["data"]
    assert ">goes<" in html(panel)
    controls(panel)["days"].value = 10
    assert ", 0 fewer" not in html(panel)


def test_a_snapshot_shows_what_it_holds(params: Any) -> None:
    snapshot = open_home(str(params), night="2026-11-08")
    rows = verdicts(snapshot)
    assert set(rows["verdict"]) <= {"used", "constant", "never_seen", "not_observable", "unsupported"}
    assert html(verdict_panel(snapshot, rows)).count("<tr><td") == min(len(rows), 100)
    assert device_panel(snapshot, rows) is None


def test_a_snapshots_verdicts_are_those_made_anew(params: Any, opened: Opened) -> None:
    key = ["ieee_address", "path"]
    stored = verdicts(open_home(str(params), night="2026-11-08")).set_index(key)
    anew = verdicts(opened).set_index(key)
    assert set(stored.index) == set(anew.index)
    assert stored["verdict"].loc[anew.index].tolist() == anew["verdict"].tolist()


def test_a_devices_name_is_text(opened: Opened) -> None:
    evil = "<script>alert(1)</script>"
    rows = verdicts(opened).assign(device=evil)
    panel = verdict_panel(opened, rows)
    assert controls(panel)["device"].options == (EVERY, evil)
    assert evil not in html(panel)
    assert "&lt;script&gt;" in html(panel)
    chart = json.dumps(charts(device_panel(opened, rows))[0])
    assert evil not in chart


def test_a_devices_features_are_drawn_for_the_chosen_device(opened: Opened) -> None:
    rows = verdicts(opened)
    panel = device_panel(opened, rows)
    device = controls(panel)["device"]
    device.value = rows.loc[rows["verdict"] == "used", "device"].iloc[0]
    assert device.value in charts(panel)[0]["layout"]["title"]["text"]
    linked = rows[(rows["device"] == device.value) & rows["entity_id"].notna()]
    assert html(panel).count("<tr><td") == linked["path"].nunique()


def test_how_a_device_is_set_is_shown_from_a_snapshot_too(params: Any) -> None:
    snapshot = open_home(str(params), night="2026-11-08")
    panel = setting_panel(snapshot, verdicts(snapshot))
    device = controls(panel)["device"]
    for name in device.options:
        device.value = name
        sets = html(panel)
        assert f"How to set {name}" in sets
        assert "/set</td>" in sets or "bridge/request/device/options" in sets or "Nothing to show" in sets
    assert "mqtt.publish" in sets
