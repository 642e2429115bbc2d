"""Patterns, anomalies, unused features and the funnel as the tables and drawings of a night's page."""

from collections.abc import Sequence
from typing import Any

from homeintel.phase import Window
from homeintel.report.drawings import Column, Drawing, Table
from homeintel.report.drawings.bars import funnel, shares
from homeintel.report.drawings.day import DayRow, day
from homeintel.report.drawings.timeline import Span, timeline
from homeintel.report.night_rows import NightRows, Row
from homeintel.report.words import clock, interval, moment, number, percent
from homeintel.suggestions.names import Names
from homeintel.suggestions.phrases import do, happens, on_days, sun_time

MOST_DRAWN = 20
"""Lines of one drawing; the table beside it has all."""

ANOMALIES = {
    "silent": "Silent",
    "stuck": "Stuck",
    "unusual_time": "At an unusual time",
    "missed_routine": "A routine missed",
    "level": "Unusual level",
    "rate": "Unusually busy",
    "undone_automation": "Taken back again and again",
    "away": "Everybody away",
}


def routines(rows: NightRows, window: Window) -> tuple[Drawing | None, Table | None]:
    """Return the day of the surest routines, and all of them as a table."""
    found = [row for row in rows.patterns if row["kind"] != "co_occurrence"]
    if not found:
        return None, None
    shown = sorted(found[:MOST_DRAWN], key=lambda row: float(row["minute_of_day"]))
    lines = [
        DayRow(_routine_name(row, rows.names), row["minute_of_day"], row["spread_minutes"], _kept(row), row["already_automated"])
        for row in shown
    ]  # fmt: skip
    table = Table(
        "Routines, the surest first",
        (Column("what"), Column("when"), Column("give or take, min", number=True), *_ODDS),
        [(_routine_name(row, rows.names), _when(row), f"{row['spread_minutes']:.0f}", *_odds(row)) for row in found],
    )
    return day("routines", lines, window.zone.key), table


def pairs(rows: NightRows) -> Table | None:
    """Return the pairs as a table, the surest first."""
    found = [row for row in rows.patterns if row["kind"] == "co_occurrence"]
    if not found:
        return None
    return Table(
        "Pairs, the surest first",
        (Column("after"), Column("comes"), Column("typically after", number=True), *_ODDS),
        [
            (
                happens(row["trigger_entity_id"], row["trigger_state"], rows.names),
                do(row["entity_id"], row["state"], rows.names),
                _later(row["lag_seconds"]),
                *_odds(row),
            )
            for row in found
        ],
    )


_ODDS = (
    Column("happened", number=True),
    Column("confidence", number=True),
    Column("by chance", number=True),
    Column("automated"),
)


def _odds(row: Row) -> tuple[str, str, str, str]:
    sure = f"{percent(row['confidence'])} ({interval(row['confidence_low'], row['confidence_high'])})"
    return _kept(row), sure, f"{row['expected']:.1f}", "yes" if row["already_automated"] else "no"


def _kept(row: Row) -> str:
    return f"{row['occurrences']:,} of {row['opportunities']:,}"


def _later(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _routine_name(row: Row, names: Names) -> str:
    return f"{do(row['entity_id'], row['state'], names)}, {on_days(row['days'])}"


def _when(row: Row) -> str:
    if row["sun_event"]:
        return sun_time(row["sun_event"], row["offset_minutes"])
    return clock(row["minute_of_day"])


def anomalies(rows: NightRows, window: Window) -> tuple[Drawing | None, Table | None, list[dict[str, Any]]]:
    """Return the anomalies over the window, as a table, and those that are new or last as short notes."""
    together = _by_device(rows.anomalies)
    if not together:
        return None, None, []
    spans = [
        Span(f"{_kind(row)}: {_about(group, rows.names)}", row["started_at"], row["ended_at"])
        for group in together[:MOST_DRAWN]
        for row in group[:1]
    ]
    table = Table(
        "Anomalies, the newest first",
        (Column("what"), Column("kind"), Column("from", number=True), Column("until", number=True), Column("expected"), Column("observed"), Column("score", number=True)),
        [_anomaly_cells(group, rows.names, window) for group in together],
    )  # fmt: skip
    return (
        timeline("anomalies-chart", spans, window.first_day, window.days, window.zone),
        table,
        _notes(together, rows, window),
    )


def _kind(row: Row) -> str:
    return ANOMALIES.get(row["kind"], str(row["kind"]).replace("_", " ").capitalize())


def _anomaly_cells(group: Sequence[Row], names: Names, window: Window) -> tuple[str, ...]:
    row = group[0]
    return (
        _about(group, names),
        _kind(row).lower(),
        moment(row["started_at"], window.zone),
        moment(row["ended_at"], window.zone) or "it lasts",
        row["expected"] or "",
        row["observed"] or "",
        f"{row['score']:.2f}",
    )


def _by_device(rows: Sequence[Row]) -> list[list[Row]]:
    """Return anomalies of one kind and one device together: a battery that died silences all of a device's entities."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        about = row["detail"].get("device") or row["anomaly_id"]
        groups.setdefault((row["kind"], str(about)), []).append(row)
    return list(groups.values())


def _about(group: Sequence[Row], names: Names) -> str:
    first = group[0]["entity_id"]
    if first is None:
        return "the home"
    return names.of(first) + (f" and {len(group) - 1} more of its device" if len(group) > 1 else "")


def _notes(together: Sequence[Sequence[Row]], rows: NightRows, window: Window) -> list[dict[str, Any]]:
    known = rows.known_anomalies
    found = []
    for group in together:
        row = group[0]
        new = known is not None and row["anomaly_id"] not in known
        lasts = row["ended_at"] is None
        if new or lasts:
            found.append(
                {
                    "kind": _kind(row),
                    "about": _about(group, rows.names),
                    "observed": row["observed"] or "",
                    "since": moment(row["started_at"], window.zone),
                    "new": new,
                    "lasts": lasts,
                }
            )
    return found


def features(rows: NightRows) -> Drawing | None:
    """Return the share of features in use by area, or by maker where no area is known."""
    shown, by = rows.groups[:MOST_DRAWN], rows.grouped_by
    if not shown:
        return None
    table = Table(
        f"Features in use by {by}",
        (Column(by), Column("in use", number=True), Column("of", number=True), Column("share", number=True)),
        [(row["name"], number(row["used"]), number(row["usable"]), percent(row["share"])) for row in rows.groups],
    )
    lines = [(row["name"], row["share"], f"{row['used']} of {row['usable']}, {percent(row['share'])}") for row in shown]
    return shares("groups", f"Features in use by {by} (of those that can be observed)", lines, table)


FUNNELS = {"suggestions": "From findings to suggestions", "routines": "From changes to routines",
           "co_occurrence": "From changes to pairs"}  # fmt: skip


def funnels(rows: NightRows) -> list[Drawing]:
    """Return what each gate let through, a drawing a detector."""
    found = []
    for detector, title in FUNNELS.items():
        steps = [(row["step"], row["candidates"], row["example"]) for row in rows.funnel if row["detector"] == detector]
        if steps:
            found.append(funnel(f"funnel-{detector}", title, steps))
    return found
