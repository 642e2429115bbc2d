"""Days away: one thing, not twenty silent entities."""

from collections.abc import Iterator

import numpy as np

from homeintel.patterns.findings import Anomaly
from homeintel.patterns.funnel import Funnel
from homeintel.patterns.history import History
from homeintel.patterns.presence import AWAY_SHARE, Presence
from homeintel.patterns.stats.surprise import log_tail_chance, score


def find_away(history: History, presence: Presence, funnel: Funnel) -> Iterator[Anomaly]:
    """Yield one anomaly a block of consecutive days away; it starts at local midnight of its first whole day.

    A block that the window's, or the history's, first day belongs to began before anything is known: its days count as
    days away, yet it is not one that starts in the window. How surprising a block is follows from how many times fewer
    signs of people its fullest day shows than a busy day, against the same of the other days.
    """
    quiet = presence.busy / (presence.activity + 1.0)
    others = quiet[presence.home]
    _nearest(history, presence, funnel)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], presence.away.astype(np.int8), [0]])))
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        if first <= history.first_data_day:
            continue
        signs = int(presence.activity[first:end].sum())
        yield Anomaly(
            kind="away",
            entity_id=None,
            started_at=float(history.calendar.starts[first]),
            ended_at=float(history.calendar.starts[end]) if end < history.calendar.days else None,
            score=score(log_tail_chance(float(quiet[first:end].min()), others)),
            expected=f"about {presence.busy:.0f} signs of people a day (entities times active hours)",
            observed=f"{signs} in {end - first} days",
            detail={"days": int(end - first), "signs": signs},
        )


def _nearest(history: History, presence: Presence, funnel: Funnel) -> None:
    """Tell the funnel the quietest day that counts as a day at home."""
    at_home = np.flatnonzero(presence.home)
    if len(at_home) and presence.busy > 0:
        day = int(at_home[np.argmin(presence.activity[at_home])])
        share = float(presence.activity[day]) / presence.busy
        text = (
            f"{history.calendar.date_of(day)}: {share:.0%} of a busy day's signs of people, {AWAY_SHARE:.0%} are away"
        )
        funnel.miss(-share, text)
