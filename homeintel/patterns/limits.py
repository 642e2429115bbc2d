"""What a pattern must reach to be reported: the thresholds a person may try others of."""

from dataclasses import dataclass

__all__ = ["IN_FORCE", "Limits"]


@dataclass(frozen=True)
class Limits:
    """The thresholds of the reported patterns; the defaults are those a night works with.

    Args:
        false_discovery_rate: of the reported patterns, the share that chance may have made.
        routine_p_value: chance alone must give a routine's window no oftener than this, the search for it paid for.
        routine_confidence: a routine must happen on this share of its days; what happens on fewer is no habit.
        routine_lift: and so many times as often as by chance; less is the entity's busy hour, whatever its p-value.
        routine_doubt: and it must be no likelier than this that it is none, given the habits the home shows.
        pair_p_value: the same for a pair; a greater one can't survive the correction over thousands of pairs.
        pair_confidence: a pair's action must follow on this share of the trigger's occasions.
        pair_lift: and so many times as often as by chance.
    """

    false_discovery_rate: float = 0.05
    routine_p_value: float = 0.05
    routine_confidence: float = 0.4
    routine_lift: float = 2.4
    routine_doubt: float = 0.4
    pair_p_value: float = 1e-3
    pair_confidence: float = 0.25
    pair_lift: float = 1.75


IN_FORCE = Limits()
"""The thresholds of every night; a change goes into CHANGELOG.md."""
