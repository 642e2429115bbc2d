"""How likely a routine is none after all: its own evidence, weighed with how many habits the home shows.

A p-value says how rarely chance does as well; it does not say how likely a habit is. A home with ten proven habits likely has an
eleventh; one that has shown none may well have none. So the share of an entity's states that are habits is
taken from the home itself, and a routine that is as likely chance as habit is not told of, whatever its q-value.

Source: B. Efron et al., "Empirical Bayes analysis of a microarray experiment", J. Am. Stat. Assoc. 96 (2001), the local
false-discovery rate.
"""

from collections.abc import Sequence

import numpy as np

from homeintel.patterns.arrays import Floats
from homeintel.patterns.findings import Traced

EVIDENCE, LIFT, SHARE, BIAS = 0.75, 0.62, 1.08, 0.12
"""What a log Bayes factor, a log lift and the log of the share of an entity's own changes are worth as log odds: neighbouring days
and windows are not independent, a busy hour misleads more than it should, and what is done at all hours more easily looks like a
habit at one of them. A logistic regression on 2,251 findings in 242 simulated homes, habits and accidents; the bias is 0.15 under its, as what is told falsely
annoys more than what is missed."""

MOST_LIFT = 12.0
"""A greater lift tells nothing more: what chance hardly ever gives was seen too rarely to say how rarely."""

HABITS, STREAMS = 0.3, 2.3
"""What is known of the share of habits before a home is seen, as habits among things people do: most do hardly anything by the
clock, few do much."""

ROUNDS = 30
"""Each routine's doubt depends on the others' and settles within a few rounds."""


def doubts(routines: Sequence[Traced], tests: int) -> Floats:
    """Return of each routine how likely it is none, 0 to 1.

    A routine's own evidence does not count towards the home's share of habits, nor what a machine does.

    Args:
        routines: with their evidence.
        tests: how many things people do were looked at in all.
    """
    own = np.array([_log_odds(traced) for traced in routines])
    human = np.array([not traced.pattern.already_automated for traced in routines])
    habit = np.zeros(len(routines))
    for _ in range(ROUNDS):
        others = (habit * human).sum() - habit * human
        share = (others + HABITS) / (max(tests, len(routines)) + STREAMS)
        habit = 1 / (1 + np.exp(-np.clip(own + np.log(share / (1 - share)), -500, 500)))
    return np.asarray(1 - habit)


def _log_odds(traced: Traced) -> float:
    lift = min(traced.pattern.lift or MOST_LIFT, MOST_LIFT)
    return EVIDENCE * traced.evidence + LIFT * float(np.log(lift)) + SHARE * float(np.log(traced.share)) + BIAS
