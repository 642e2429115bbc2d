"""Accepted suggestions are watched: has the automation appeared, does it do its work, do people undo it?"""

from dataclasses import dataclass

import numpy as np

from homeintel.suggestions.backtest.history import EntityHistory

UNDONE_WITHIN_SECONDS = 600.0
"""A person who reverses an automation within ten minutes did not want it."""

OFTEN_UNDONE = 0.3
LEAST_TIMES = 3
"""From so many times, and this share of them undone, an accepted automation is called unwanted."""


@dataclass(frozen=True)
class Watch:
    """What became of an accepted suggestion.

    Args:
        appeared: the automation stands in the home's file, or a machine does the thing now.
        done: how often a machine did it since it was accepted, within the window.
        undone: how often a person reversed that within ten minutes.
    """

    appeared: bool
    done: int
    undone: int

    @property
    def sentence(self) -> str:
        """What to tell the person."""
        if not self.appeared and not self.done:
            return "Accepted, but nothing carries it out yet."
        if self.done >= LEAST_TIMES and self.undone >= OFTEN_UNDONE * self.done:
            return f"It ran {self.done} times and was undone {self.undone} times: narrow it, or switch it off."
        if not self.done:
            return "The automation is there, but has not run in these days."
        return f"It ran {self.done} times in these days; undone {self.undone} times."


def watch(history: EntityHistory, state: str, accepted_at: float, *, appeared: bool) -> Watch:
    """Return what a machine did to an entity since a suggestion about it was accepted.

    Args:
        history: the entity's changes in the window.
        state: the state the suggestion brings it into.
        accepted_at: Unix seconds.
        appeared: see `Watch`.
    """
    mine = history.enters(state) & ~history.by_person & (history.times >= accepted_at)
    done_at = history.times[mine]
    back = history.times[~history.enters(state) & history.by_person]
    following = np.append(back, np.inf)[np.searchsorted(back, done_at)]
    undone = int((following - done_at <= UNDONE_WITHIN_SECONDS).sum())
    return Watch(appeared or bool(len(done_at)), len(done_at), undone)
