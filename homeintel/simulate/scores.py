"""How good detectors are on homes whose truth is known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import TYPE_CHECKING, Any

from homeintel.simulate.anomaly_labels import JudgedAnomaly, anomaly_groups, label_anomalies
from homeintel.simulate.labels import Judged, Label, label_patterns, records
from homeintel.simulate.truth import Anomaly, Coupling, Routine, Truth

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LEAST_OCCASIONS", "LEAST_OCCURRENCES", "Score", "Scores", "add_scores", "match"]

LEAST_OCCURRENCES = 4  # a routine kept on fewer days of the window is not required to be found
LEAST_OCCASIONS = 5  # the same for a coupling
MOST_LOG_ODDS = log(0.05 / 10)
"""A routine that chance explains better than this to an observer who has only its hour to find can't be required of anyone:
at a false-discovery rate of 5 %, where one stream in ten is a habit, not even that observer may report it."""

COUNTED_AS_FALSE = frozenset({"false", "duplicate"})


@dataclass(frozen=True)
class Score:
    """How often a detector was right.

    `findable` things were planted and show clearly enough, `hit` counts those that were found. `found` counts all planted
    things that were found, also too rare ones; `false` the rows that are nothing planted or the same thing again.
    """

    findable: int = 0
    hit: int = 0
    found: int = 0
    false: int = 0

    @property
    def precision(self) -> float:
        """Share of what was reported that is planted; 1 when nothing was reported."""
        reported = self.found + self.false
        return self.found / reported if reported else 1.0

    @property
    def recall(self) -> float:
        """Share of what could be found that was; 1 when there was nothing."""
        return self.hit / self.findable if self.findable else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.findable + other.findable, self.hit + other.hit, self.found + other.found, self.false + other.false
        )


@dataclass(frozen=True)
class Scores:
    """The scores of one home or of several, what became of each reported row, in order, and what was not found."""

    routines: Score = field(default_factory=Score)
    sun: Score = field(default_factory=Score)
    couplings: Score = field(default_factory=Score)
    anomalies: Score = field(default_factory=Score)
    pattern_labels: tuple[Label, ...] = ()
    anomaly_labels: tuple[Label, ...] = ()
    missed: tuple[Routine | Coupling | Anomaly, ...] = ()


def match(
    truth: Truth,
    patterns: "pd.DataFrame",
    anomalies: "pd.DataFrame | None" = None,
    sun_minutes: Mapping[str, tuple[float, float]] | None = None,
) -> Scores:
    """Return the scores of what was reported for one home.

    A row that is neither planted nor the undoing of something planted is false, and so is a second row about the same
    thing; see `homeintel.simulate.labels`. Too rarely kept things need not be found, yet finding them is right.

    Args:
        truth: what was planted.
        patterns: rows with the columns of the table `patterns`.
        anomalies: rows with the columns of the table `anomalies`, `started_at` aware; None: not scored.
        sun_minutes: sunrise and sunset -> earliest and latest local minute of the window, see `sun_minutes`; None: the
            sun moves enough to be told from the clock.
    """
    rows = records(patterns)
    judged = label_patterns(truth, rows, sun_minutes or {})
    reported = None if anomalies is None else label_anomalies(truth, records(anomalies))
    return Scores(
        routines=_score(truth.routines, "time_of_day", rows, judged, LEAST_OCCURRENCES),
        sun=_score(truth.sun_routines, "sun", rows, judged, LEAST_OCCURRENCES),
        couplings=_score(truth.couplings, "co_occurrence", rows, judged, LEAST_OCCASIONS),
        anomalies=Score() if reported is None else _anomaly_score(truth, reported),
        pattern_labels=tuple(item.label for item in judged),
        anomaly_labels=tuple(item.label for item in reported or ()),
        missed=tuple(_missed(truth, judged, reported)),
    )


def add_scores(scores: Sequence[Scores]) -> Scores:
    """Return the scores of several homes together."""
    total = Scores()
    for one in scores:
        total = Scores(
            routines=total.routines + one.routines,
            sun=total.sun + one.sun,
            couplings=total.couplings + one.couplings,
            anomalies=total.anomalies + one.anomalies,
            pattern_labels=total.pattern_labels + one.pattern_labels,
            anomaly_labels=total.anomaly_labels + one.anomaly_labels,
            missed=total.missed + one.missed,
        )
    return total


def _score(
    planted: Sequence[Routine | Coupling],
    kind: str,
    rows: Sequence[Mapping[str, Any]],
    judged: Sequence[Judged],
    least: int,
) -> Score:
    """Return the score of one kind: what was found belongs to the kind it was planted as, what is false to its own."""
    own = {id(item) for item in planted}
    found = [item.planted for item in judged if item.label == "found" and id(item.planted) in own]
    findable = [item for item in planted if item.occurrences >= least and _provable(item)]
    hit = {id(item) for item in found} & {id(item) for item in findable}
    pairs = zip(rows, judged, strict=True)
    false = sum(row["kind"] == kind and item.label in COUNTED_AS_FALSE for row, item in pairs)
    return Score(len(findable), len(hit), len(found), false)


def _provable(planted: Routine | Coupling) -> bool:
    return not isinstance(planted, Routine) or planted.log_odds <= MOST_LOG_ODDS


def _anomaly_score(truth: Truth, reported: Sequence[JudgedAnomaly]) -> Score:
    labels = [item.label for item in reported]
    found = labels.count("found")
    return Score(len(anomaly_groups(truth)), found, found, sum(label in COUNTED_AS_FALSE for label in labels))


def _missed(
    truth: Truth, judged: Sequence[Judged], reported: Sequence[JudgedAnomaly] | None
) -> Iterator[Routine | Coupling | Anomaly]:
    """Yield what should have been found and was not; of one device's silence its first entity."""
    seen = {id(item.planted) for item in judged if item.label == "found"}
    for routine in (*truth.routines, *truth.sun_routines):
        if routine.occurrences >= LEAST_OCCURRENCES and _provable(routine) and id(routine) not in seen:
            yield routine
    for coupling in truth.couplings:
        if coupling.occurrences >= LEAST_OCCASIONS and id(coupling) not in seen:
            yield coupling
    if reported is not None:
        groups = {item.group for item in reported}
        yield from (group[0] for number, group in enumerate(anomaly_groups(truth)) if number not in groups)
