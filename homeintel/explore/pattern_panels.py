"""The choices of `explore_patterns.ipynb` as widgets: what was found, one entity's times, one thing after another."""

import json
from typing import Any

import pandas as pd

from homeintel.explore.found import Found, of_entities, places
from homeintel.explore.opening import Opened
from homeintel.explore.times import LIGHT, actions, followed, raster_rows, states_of, triggers
from homeintel.explore.widgets import EVERY, EntityChoice, dropdown, live, slider
from homeintel.explore.words import clock, pattern_text
from homeintel.patterns.history import History
from homeintel.patterns.views import pair_view, routine_view, strongest
from homeintel.report.charts import draw
from homeintel.report.charts import explore as charts
from homeintel.report.charts.patterns import day_clock, lag_histogram
from homeintel.report.output import show, show_folded, show_text

__all__ = ["lag_panel", "pattern_panel", "raster_panel"]

MOST_LAG = 600
"""Seconds; what comes later is no reaction, see `homeintel.patterns.pairs`."""


def pattern_panel(found: Found, history: History | None) -> Any:  # noqa: ANN401 - ipywidgets ships no types
    """Return lists of areas, devices, entities and weekdays and a least confidence, with the patterns they choose."""
    choice = EntityChoice(places(found.entities, history), every=True)
    days = dropdown("days", [EVERY, *sorted(found.patterns["days"].unique())])
    least = slider("confidence at least", 0.0, least=0.0, most=1.0, step=0.05)

    def patterns(days: str, least: float, **_places: str) -> None:
        chosen = of_entities(found.patterns, choice.entity_ids())
        chosen = chosen[(chosen["confidence"] >= least) & ((chosen["days"] == days) | (days == EVERY))]
        draw(day_clock(chosen))
        show(routine_view(chosen), caption="Routines, the surest first")
        show(pair_view(chosen), caption="Pairs, the surest first")

    controls = dict(zip(("area", "device", "entity"), choice.boxes, strict=True))
    return live(patterns, {**controls, "days": days, "least": least})


def raster_panel(opened: Opened, found: Found, history: History | None) -> Any:  # noqa: ANN401 - ipywidgets ships no types
    """Return lists of entities and their states, with every time at which the chosen one entered its state."""
    if history is None:
        return _no_events()
    known = places(found.entities, history)
    choice = EntityChoice(known[known["entity_id"].isin(actions(history))])
    state = _state_of(history, choice.entity)
    for row in strongest(found.patterns, "routines", most=1):
        _choose(choice.entity, row["entity_id"])
        _choose(state, row["state"])

    def times(entity: str, state: str | None) -> None:
        if state is None or state not in states_of(history, entity):
            return
        own = found.patterns[(found.patterns["entity_id"] == entity) & (found.patterns["state"] == state)]
        own = own[own["kind"] != "co_occurrence"].sort_values("minute_of_day")
        routines = [{str(key): value for key, value in row.items()} for row in own.to_dict("records")]
        rows = raster_rows(history, entity, state, routines)
        names = [pattern_text(row) for row in routines]
        draw(charts.times_by_day(rows, names, f"{entity} enters {state}", opened.window.zone.key))
        if routines:
            show(routine_view(own), caption="The routines in it")
        else:
            show_text("The night found no routine in it.")
        show_folded(_times_table(rows, names), caption="All times")

    return live(times, {"entity": choice.entity, "state": state}, *choice.boxes, state)


def lag_panel(found: Found, history: History | None) -> Any:  # noqa: ANN401 - ipywidgets ships no types
    """Return lists of triggers and actions, with how many seconds after the one the other came."""
    if history is None:
        return _stored_lags(found)
    known = places(found.entities, history)
    first = EntityChoice(known[known["entity_id"].isin(triggers(history))], name="trigger")
    second = EntityChoice(known[known["entity_id"].isin(actions(history))], name="action")
    states = _state_of(history, first.entity), _state_of(history, second.entity)
    seconds = 60
    for row in strongest(found.patterns, "pairs", most=1):
        seconds = int(json.loads(row["evidence"])["window_seconds"])
        names = ("trigger_entity_id", "trigger_state", "entity_id", "state")
        for box, name in zip((first.entity, states[0], second.entity, states[1]), names, strict=True):
            _choose(box, row[name])
    controls = {
        "trigger": first.entity,
        "trigger_state": states[0],
        "action": second.entity,
        "action_state": states[1],
        "days": dropdown("days", ["all", "weekday", "weekend"]),
        "light": dropdown("occasions", LIGHT),
        "window": slider("within, seconds", seconds, least=2, most=MOST_LAG, step=1, as_text="d"),
    }

    def occasions(
        trigger: str,
        trigger_state: str | None,
        action: str,
        action_state: str | None,
        days: str,
        light: str,
        window: int,
    ) -> None:
        if trigger_state is not None and action_state is not None:
            pair = (trigger, trigger_state), (action, action_state)
            _show_lags(history, *pair, window=window, days=days, light=light)

    return live(occasions, controls)


def _show_lags(
    history: History, trigger: tuple[str, str], action: tuple[str, str], *, window: int, days: str, light: str
) -> None:
    pair = followed(history, trigger, action, window=window, days=days, light=light)
    what = f"{' '.join(trigger)}, then {' '.join(action)}"
    if pair is None or not pair.occasions:
        show_text(f"{what}: the trigger had no occasion in these days.")
        return
    draw(charts.lags(pair.lags, window, pair.chance, pair.occasions, what))
    row = {
        "occasions": pair.occasions,
        "followed": len(pair.lags),
        "share": f"{len(pair.lags) / pair.occasions:.0%} (95 %: {pair.low:.0%} to {pair.high:.0%})",
        "by chance": f"{pair.chance:.1%}",
        "median lag, s": float(pd.Series(pair.lags).median()),
    }
    show(pd.DataFrame([row]), caption=f"Within {window} s, {light}, days: {days}")


def _stored_lags(found: Found) -> Any:  # noqa: ANN401 - ipywidgets ships no types
    """Return the lags of the pairs a night found; a snapshot knows no others."""
    pairs = found.patterns[found.patterns["kind"] == "co_occurrence"].sort_values("confidence_low", ascending=False)
    if not len(pairs):
        return show_text("That night found no pair.")
    rows = {pattern_text(row): row for row in pairs.to_dict("records")}

    def lags(pair: str) -> None:
        draw(lag_histogram(rows[pair]))
        show(pair_view(pd.DataFrame([rows[pair]])), caption="The pair")

    return live(lags, {"pair": dropdown("pair", list(rows))})


def _state_of(history: History, entity: Any) -> Any:  # noqa: ANN401 - ipywidgets ships no types
    """Return a list of the chosen entity's states, the one entered first by people's doing first."""
    state = dropdown("state", _states(history, entity.value))

    def changed(_change: object) -> None:
        state.options = _states(history, entity.value)

    entity.observe(changed, names="value")
    return state


def _states(history: History, entity_id: str | None) -> list[str]:
    """Return an entity's states, what is switched on before what is switched off."""
    found = states_of(history, entity_id) if entity_id is not None else []
    return sorted(found, key=lambda state: (state in {"off", "closed", "unknown", "unavailable"}, state))


def _choose(box: Any, value: str) -> None:  # noqa: ANN401 - ipywidgets ships no types
    """Begin with this value, where the list holds it."""
    if value in box.options:
        box.value = value


def _times_table(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    happened = rows[rows["minute"].notna()]
    labels = ["other times", *names]
    return pd.DataFrame(
        {
            "day": [day.isoformat() for day in happened["day"]],
            "local time": [clock(minute) for minute in happened["minute"]],
            "belongs to": [labels[number] for number in happened["routine"]],
        }
    )


def _no_events() -> None:
    show_text("A snapshot holds no single events. Leave `night` empty to see this for the newest night.")
