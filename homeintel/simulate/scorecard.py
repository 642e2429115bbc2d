"""Scores of a detector over a family of homes, as a table to read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from homeintel.simulate.calibration import calibration, held, sun_minutes
from homeintel.simulate.home import SimulatedHome
from homeintel.simulate.scores import Scores, add_scores, match

__all__ = ["Detect", "Scorecard", "score_homes"]

Detect = Callable[[SimulatedHome], tuple[pd.DataFrame, pd.DataFrame]]
"""Takes a home, returns rows of the tables `patterns` and `anomalies`."""

DETECTORS = ("routines", "sun", "couplings", "anomalies")


@dataclass(frozen=True)
class Scorecard:
    """Scores by home, and what happened in the days after against what was promised.

    `homes` has home, kind, detector, findable, hit, found, false, f1. `calibration`: see there.
    `wrong` holds the rows that are false, with home and label; `missed` (home, kind, what) what was not found.
    """

    homes: pd.DataFrame
    total: Scores
    calibration: pd.DataFrame
    wrong: pd.DataFrame
    missed: pd.DataFrame

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
    rows, totals, counted, wrong, missed = [], [], [], [], []
    for home in homes:
        patterns, anomalies = detect(home)
        scores = match(home.truth, patterns, anomalies, sun_minutes(home))
        totals.append(scores)
        counted.append(held(home, patterns))
        wrong += [_wrong(home, patterns, scores.pattern_labels), _wrong(home, anomalies, scores.anomaly_labels)]
        missed += [{"home": home.name, "kind": home.kind, "what": str(item)} for item in scores.missed]
        for detector in DETECTORS:
            score = getattr(scores, detector)
            counts = {"findable": score.findable, "hit": score.hit, "found": score.found, "false": score.false}
            rows.append({"home": home.name, "kind": home.kind, "detector": detector, **counts, "f1": score.f1})
    return Scorecard(
        homes=pd.DataFrame(rows),
        total=add_scores(totals),
        calibration=calibration(pd.concat(counted, ignore_index=True)) if counted else pd.DataFrame(),
        wrong=pd.concat(wrong, ignore_index=True) if wrong else pd.DataFrame(),
        missed=pd.DataFrame(missed, columns=["home", "kind", "what"]),
    )


def _wrong(home: SimulatedHome, rows: pd.DataFrame, labels: tuple[str, ...]) -> pd.DataFrame:
    labelled = rows.assign(home=home.name, label=list(labels))
    return labelled[labelled["label"].isin(["false", "duplicate"])]
