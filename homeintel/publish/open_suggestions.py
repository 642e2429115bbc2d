"""The run's suggestions that wait for an answer, and what changed since Home Assistant was last told."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

OPEN = frozenset({"new", "repeated"})
"""Statuses of a suggestion that waits for an answer."""

ANSWERED = frozenset({"accepted", "dismissed", "snoozed"})
"""Statuses that a person gave: that such a suggestion is gone from the list is no news to them."""


def open_rows(suggestions: pd.DataFrame, answered: Collection[str] = ()) -> pd.DataFrame:
    """Return the suggestions that wait for an answer; `answered` are ids that were answered since."""
    waits = suggestions["status"].isin(OPEN) & ~suggestions["suggestion_id"].isin(list(answered))
    return suggestions[waits]


@dataclass(frozen=True)
class Change:
    """What a person has not been told yet.

    Args:
        new: ids, by rank.
        gone: ids whose reason is gone; not those a person answered.
    """

    new: tuple[str, ...]
    gone: tuple[str, ...]


def change(
    suggestions: pd.DataFrame, told: Mapping[str, Any] | None, *, night: str, answered: Collection[str] = ()
) -> Change:
    """Compare tonight's suggestions with the last message that the broker confirmed.

    A suggestion is new if it was not in that message, or if phase 5 calls it new and the message was about another
    night; so an answered one that comes back is new again, and a night that is run twice tells nothing twice.

    Args:
        suggestions: this run's, columns `suggestion_id`, `status`.
        told: that message; None: there was none.
        night: this night's date.
        answered: ids that were answered just now.
    """
    known = [str(one["suggestion_id"]) for one in (told or {}).get("suggestions", [])]
    same_night = told is not None and told.get("night") == night
    waits = open_rows(suggestions, answered)
    statuses = dict(zip(suggestions["suggestion_id"], suggestions["status"], strict=True))
    new = tuple(
        str(row.suggestion_id)
        for row in waits.itertuples()
        if row.suggestion_id not in known or (row.status == "new" and not same_night)
    )
    still = set(waits["suggestion_id"]) | set(answered)
    gone = tuple(one for one in known if one not in still and statuses.get(one) not in ANSWERED)
    return Change(new, gone)


def told_before(published: Mapping[str, str], topic: str) -> dict[str, Any] | None:
    """Return the last suggestions message that the broker confirmed; None where there is none."""
    payload = published.get(topic)
    return None if payload is None else json.loads(payload)
