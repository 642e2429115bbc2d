"""Sets of weekdays: their names, and which set explains a habit best."""

from itertools import combinations

import numpy as np

from homeintel.patterns.arrays import Bools

NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

COMMON_SETS = (("all", 0b1111111), ("weekday", 0b0011111), ("weekend", 0b1100000))
"""Name and bit mask; bit 0 is Monday."""


def mask_name(mask: int) -> str:
    """Return `all`, `weekday`, `weekend`, or the weekdays in week order, such as `mon,tue`."""
    for name, common in COMMON_SETS:
        if mask == common:
            return name
    return ",".join(day for bit, day in enumerate(NAMES) if mask >> bit & 1)


def name_mask(name: str) -> int:
    """Return the bit mask of a name made by `mask_name`."""
    for common, mask in COMMON_SETS:
        if name == common:
            return mask
    return sum(1 << NAMES.index(day) for day in name.split(","))


def in_set(mask: int) -> Bools:
    """Return whether each weekday, Monday first, belongs to the set: shape (7,)."""
    return (mask >> np.arange(7) & 1).astype(bool)


def all_masks() -> tuple[int, ...]:
    """Return every set worth asking about: the common ones, then sets of one to four weekdays."""
    common = [mask for _, mask in COMMON_SETS]
    others = [sum(1 << day for day in days) for size in range(1, 5) for days in combinations(range(7), size)]
    return (*common, *(mask for mask in others if mask not in common))
