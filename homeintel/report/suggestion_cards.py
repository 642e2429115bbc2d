"""Suggestions as the cards of a night's page."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from homeintel.phase import Window
from homeintel.report.drawings import Drawing
from homeintel.report.drawings.lags import lags
from homeintel.report.drawings.routine import routine
from homeintel.report.drawings.timeline import Span, timeline
from homeintel.report.night_rows import NightRows, Row
from homeintel.report.sections import Section, Sources
from homeintel.report.words import interval, percent, short_day
from homeintel.suggestions.telling import backtest_sentence, payload_text

OPEN = ("new", "repeated")
"""Statuses of a suggestion that waits for an answer."""

MOST_DRAWN = 20
"""Cards with a chart; the others have the same numbers as text."""

KINDS = {
    "pattern": "Habit",
    "feature": "Unused feature",
    "hybrid": "Habit with an unused feature",
    "anomaly": "Needs a look",
}

_EFFORTS = ((0.15, "little"), (0.5, "some"), (1.01, "much"))


def cards(rows: NightRows, sources: Sources, window: Window) -> list[dict[str, Any]]:
    """Return a card a suggestion that waits for an answer, the best first; `suggestion.html.j2` says what it holds."""
    found = {row["pattern_id"]: row for row in rows.patterns} | {row["anomaly_id"]: row for row in rows.anomalies}
    waiting = [row for row in rows.suggestions if row["status"] in OPEN]
    return [
        _card(
            row,
            found.get(row["pattern_id"] or row["evidence"].get("anomaly_id")),
            sources,
            window,
            drawn=number < MOST_DRAWN,
        )
        for number, row in enumerate(waiting)
    ]


def _card(row: Row, finding: Row | None, sources: Sources, window: Window, *, drawn: bool) -> dict[str, Any]:
    evidence = row["evidence"]
    backtest = row["backtest"] or None
    return {
        "id": row["suggestion_id"],
        "rank": row["rank"],
        "later": not drawn,
        "title": row["title"],
        "kind": KINDS[row["kind"]],
        "new": row["status"] == "new",
        "since": short_day(_local(row["first_suggested"], window.zone)),
        "description": row["description"],
        "facts": _facts(row, backtest),
        "caveats": row["caveats"] or [],
        "axis": not (finding and "anomaly_id" in finding),
        "drawing": _drawing(row, finding, window) if drawn else None,
        "replay": _replay(backtest) if backtest else None,
        "automation": row["automation_yaml"] or "",
        "payload": payload_text(row["action_payload"]) if row["action_payload"] else "",
        "source": _source(evidence, sources),
        "replay_source": sources.find("suggestions", "How the automations would have done, side by side"),
        "score_source": sources.find("suggestions", "The suggestions"),
    }


def _local(time: datetime, zone: ZoneInfo) -> date:
    return time.astimezone(zone).date()


def _facts(row: Row, backtest: Mapping[str, Any] | None) -> list[tuple[str, str, str]]:
    effort = next((words for most, words in _EFFORTS if (row["effort"] or 0.0) < most), "much")
    facts = [("Confidence", percent(row["confidence"]), interval(row["confidence_low"], row["confidence_high"]))]
    if backtest:
        facts.append(("Saves", f"{backtest['minutes_saved_per_week']:.1f} min", "a week"))
    return [*facts, ("Effort", effort, ""), ("Score", f"{row['score']:.2f}", "of 1")]


def _source(evidence: Mapping[str, Any], sources: Sources) -> Section | None:
    return sources.evidence(str(evidence.get("notebook", "")), str(evidence.get("section", "")))


def _replay(backtest: Mapping[str, Any]) -> dict[str, Any]:
    window = backtest["window"]
    return {
        "sentence": backtest_sentence(backtest),
        "wanted": window["agreed"] + window["earlier"],
        "unwanted": window["wrong"] + window["undone"],
    }


def _drawing(row: Row, finding: Row | None, window: Window) -> Drawing | None:
    identity = f"evidence-{row['rank']}"
    if finding is None:
        return None
    if "anomaly_id" in finding:
        span = Span(row["title"], finding["started_at"], finding["ended_at"])
        return timeline(identity, [span], window.first_day, window.days, window.zone)
    return _pattern_drawing(identity, finding, window)


def _pattern_drawing(identity: str, pattern: Row, window: Window) -> Drawing | None:
    """Return a routine day by day, or a pair by its lags; None where the evidence holds neither."""
    evidence = pattern["evidence"]
    if evidence.get("lags_seconds"):
        return lags(identity, evidence["lags_seconds"], float(evidence["window_seconds"]), pattern["expected"])
    if evidence.get("kept_on"):
        centre = None if pattern["sun_event"] else pattern["minute_of_day"]
        return routine(identity, evidence, centre, window.first_day, window.days, window.zone.key)
    return None


def answered(rows: Sequence[Row]) -> list[dict[str, str]]:
    """Return what no longer waits: accepted, dismissed, snoozed, or gone because its reason is."""
    words = {"accepted": "Accepted", "dismissed": "Dismissed", "snoozed": "Snoozed", "resolved": "Gone"}
    return [
        {"status": words[row["status"]], "title": row["title"], "description": row["description"]}
        for row in rows
        if row["status"] in words
    ]


def compact(value: object) -> str:
    """Return JSON as it is sent."""
    return json.dumps(value, ensure_ascii=False)
