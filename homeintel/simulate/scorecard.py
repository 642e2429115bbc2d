"""Scores of a detector over a family of homes, as a table to read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from homeintel.simulate.calibration import calibration, held, sun_minutes
from homeintel.simulate.home import SimulatedHome
from homeintel.simulate.kinds import GROUPS
from homeintel.simulate.scores import Scores, add_scores, match

__all__ = ["Detect", "HomeScore", "Scorecard", "gather", "score_home", "score_homes"]

Detect = Callable[[SimulatedHome], tuple[pd.DataFrame, pd.DataFrame]]
"""Takes a home, returns rows of the tables `patterns` and `anomalies`."""

DETECTORS = ("routines", "sun", "couplings", "anomalies")


@dataclass(frozen=True)
class HomeScore:
    """One home's part of a scorecard; small, so that many homes fit in memory.

    `counted` is what `calibration` counts, `wrong` the rows that are false, `reported` how many patterns were reported
    that no automation brings about.
    """

    home: str
    kind: str
    scores: Scores
    counted: pd.DataFrame
    wrong: pd.DataFrame
    missed: Sequence[Mapping[str, str]]
    reported: int


@dataclass(frozen=True)
class Scorecard:
    """Scores by home, and what happened in the days after against what was promised.

    `homes` has home, kind, detector, findable, hit, found, false, f1. `counted` has home, kind, group and what
    `calibration` counts. `wrong` holds the rows that are false, with home and label; `missed` (home, kind, what) what was
    not found; `reports` (home, kind, patterns) how many patterns were reported of each home.
    """

    homes: pd.DataFrame
    total: Scores
    counted: pd.DataFrame
    wrong: pd.DataFrame
    missed: pd.DataFrame
    reports: pd.DataFrame

    @property
    def calibration(self) -> pd.DataFrame:
        """Confidence against what happened in the seven days after, by kind of pattern; see `calibration`."""
        return calibration(self.counted) if len(self.counted) else pd.DataFrame()

    def of(self, group: str) -> "Scorecard":
        """Return the tables of one group of `GROUPS` alone; the total stays that of all homes."""
        kinds = GROUPS[group]

        def chosen(rows: pd.DataFrame) -> pd.DataFrame:
            return rows[rows["home_kind" if "home_kind" in rows else "kind"].isin(kinds)] if len(rows) else rows

        return Scorecard(
            homes=chosen(self.homes),
            total=self.total,
            counted=chosen(self.counted),
            wrong=chosen(self.wrong),
            missed=chosen(self.missed),
            reports=chosen(self.reports),
        )

    def table(self, detector: str | None = None) -> pd.DataFrame:
        """Return one row a kind of home and detector, and one for all homes, for one detector or all."""
        chosen = [detector] if detector else list(DETECTORS)
        rows = self.homes[self.homes["detector"].isin(chosen)]
        counts = ["findable", "hit", "found", "false"]
        by_kind = rows.groupby(["kind", "detector"], sort=False)[counts].sum().reset_index()
        overall = rows.groupby("detector", sort=False)[counts].sum().reset_index().assign(kind="all")
        both = pd.concat([by_kind, overall], ignore_index=True)
        reported, findable = both["found"] + both["false"], both["findable"]
        precision = (both["found"] / reported).where(reported > 0, 1.0)
        recall = (both["hit"] / findable).where(findable > 0, 1.0)
        f1 = (2 * precision * recall / (precision + recall)).fillna(0.0)
        return both.assign(precision=precision, recall=recall, f1=f1)


def score_homes(homes: Iterable[SimulatedHome], detect: Detect) -> Scorecard:
    """Return how well `detect` does on homes: precision, recall, F1 and calibration over the seven days after."""
    return gather(score_home(home, detect) for home in homes)


def score_home(home: SimulatedHome, detect: Detect) -> HomeScore:
    """Return how well `detect` does on one home."""
    patterns, anomalies = detect(home)
    scores = match(home.truth, patterns, anomalies, sun_minutes(home))
    wrong = [_wrong(home, patterns, scores.pattern_labels), _wrong(home, anomalies, scores.anomaly_labels)]
    return HomeScore(
        home=home.name,
        kind=home.kind,
        scores=scores,
        counted=held(home, patterns),
        wrong=pd.concat([rows for rows in wrong if len(rows)] or wrong, ignore_index=True),
        missed=[{"home": home.name, "kind": home.kind, "what": str(item)} for item in scores.missed],
        reported=sum(label != "automated" for label in scores.pattern_labels),
    )


def gather(scored: Iterable[HomeScore]) -> Scorecard:
    """Return the scorecard of homes that were scored one by one."""
    rows: list[dict[str, Any]] = []
    parts = []
    for one in scored:
        parts.append(one)
        for detector in DETECTORS:
            score = getattr(one.scores, detector)
            counts = {"findable": score.findable, "hit": score.hit, "found": score.found, "false": score.false}
            rows.append({"home": one.home, "kind": one.kind, "detector": detector, **counts, "f1": score.f1})
    return Scorecard(
        homes=pd.DataFrame(rows, columns=["home", "kind", "detector", "findable", "hit", "found", "false", "f1"]),
        total=add_scores([one.scores for one in parts]),
        counted=_together([one.counted.assign(home=one.home, home_kind=one.kind) for one in parts]),
        wrong=_together([one.wrong.assign(home_kind=one.kind) for one in parts]),
        missed=pd.DataFrame([item for one in parts for item in one.missed], columns=["home", "kind", "what"]),
        reports=pd.DataFrame(
            [(one.home, one.kind, one.reported) for one in parts], columns=["home", "kind", "patterns"]
        ),
    )


def _together(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(frames[0] if frames else None)


def _wrong(home: SimulatedHome, rows: pd.DataFrame, labels: tuple[str, ...]) -> pd.DataFrame:
    labelled = rows.assign(home=home.name, label=list(labels))
    return labelled[labelled["label"].isin(["false", "duplicate"])]
