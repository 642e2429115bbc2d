"""A scorecard as text: one table a group of homes, the reports of homes without habits, and calibration."""

from collections.abc import Iterator

import pandas as pd

from homeintel.simulate.calibration import calibration
from homeintel.simulate.kinds import GROUPS
from homeintel.simulate.scorecard import Scorecard

__all__ = ["score_text"]

ENOUGH_PATTERNS = 30  # a bin of confidence with fewer patterns tells little


def score_text(card: Scorecard, detector: str | None = None, *, misses: bool = False) -> str:
    """Return the tables of a scorecard, for one detector or all; with `misses`, also what was false or not found."""
    return "\n\n".join(_parts(card, detector, misses=misses))


def _parts(card: Scorecard, detector: str | None, *, misses: bool) -> Iterator[str]:
    for group in GROUPS:
        own = card.of(group)
        if own.homes.empty:
            continue
        if group == "empty":
            yield _empty(own)
            yield _table("Anomalies in them:", own.table("anomalies"))
        else:
            yield _table(f"{group.capitalize()} homes ({own.homes['home'].nunique()}):", own.table(detector))
            yield _table(f"{group.capitalize()} homes, confidence against the seven days after:", _calibrated(own))
    if misses:
        columns = [name for name in ("home", "label", "kind", "entity_id", "state", "days") if name in card.wrong]
        yield _table("False:", card.wrong[columns])
        yield _table("Not found:", card.missed)


def _empty(card: Scorecard) -> str:
    """Return how often homes without habits were told of one."""
    reported = card.reports["patterns"]
    return f"Homes without habits ({len(reported)}): {int(reported.sum())} patterns reported, of {int((reported > 0).sum())} homes."


def _calibrated(card: Scorecard) -> pd.DataFrame:
    """Return calibration by kind of pattern and for all kinds together, with how far confidence is off."""
    if card.counted.empty:
        return card.counted
    both = pd.concat([calibration(card.counted), calibration(card.counted.assign(kind="all"))], ignore_index=True)
    enough = both["patterns"].ge(ENOUGH_PATTERNS)
    return both.assign(off=(both["kept"] - both["stated"]).where(enough))


def _table(title: str, rows: pd.DataFrame) -> str:
    text = rows.round(3).to_string(index=False, na_rep="-") if len(rows) else "none"
    return f"{title}\n{text}"
