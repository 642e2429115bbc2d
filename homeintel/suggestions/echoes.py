"""A light's group changes with the light: a habit of one is seen in both, and is suggested once."""

from collections.abc import Mapping, Sequence

from homeintel.suggestions.names import Names
from homeintel.suggestions.pattern_row import PatternRow

NEAR_MINUTES = 20.0
"""A group's habit within this of its member's is the same one."""


def echoes(habits: Sequence[PatternRow], members: Mapping[str, frozenset[str]], names: Names) -> frozenset[str]:
    """Return the ids of patterns that only echo another one.

    Where one member of a group shows the habit, the group echoes it; where several do, somebody uses the group and they
    are its echoes.

    Args:
        habits: patterns that no machine carries out.
        members: a group's address -> the addresses of its members.
        names: tells which device an entity belongs to.
    """
    found: set[str] = set()
    for habit in habits:
        mine = members.get(names.device.get(habit.entity_id, ""), frozenset())
        same = [
            other.pattern_id
            for other in habits
            if mine and names.device.get(other.entity_id) in mine and _alike(habit, other)
        ]
        if len(same) == 1:
            found.add(habit.pattern_id)
        else:
            found.update(same)
    return frozenset(found)


def _alike(one: PatternRow, other: PatternRow) -> bool:
    if (one.kind, one.state, one.sun_event) != (other.kind, other.state, other.sun_event):
        return False
    if one.kind == "co_occurrence":
        return (one.trigger_entity_id, one.trigger_state) == (other.trigger_entity_id, other.trigger_state)
    apart = one.offset_minutes - other.offset_minutes if one.kind == "sun" else one.minute_of_day - other.minute_of_day
    return abs((apart + 720) % 1440 - 720) <= NEAR_MINUTES
