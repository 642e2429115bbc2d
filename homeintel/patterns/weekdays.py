"""Sets of weekdays: their names, and what it costs to choose among them."""

from functools import cache

import numpy as np

from homeintel.patterns.arrays import Bools, Floats, Ints

NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

COMMON_SETS = (("all", 0b1111111), ("weekday", 0b0011111), ("weekend", 0b1100000))
"""Name and bit mask; bit 0 is Monday."""

ANY_SET: Ints = np.arange(1, 128)
"""The bit masks of all sets."""

COMMON_SHARES = (0.44, 0.14, 0.14)
"""Of the error allowed, what each common set may use."""

CUSTOMARY = {
    0b0010101: 0.05,  # Monday, Wednesday, Friday: courses, clubs and rotas
    0b0001010: 0.05,  # Tuesday, Thursday: the same
    0b0101010: 0.04,  # Tuesday, Thursday, Saturday
    0b0110000: 0.04,  # the nights before days off
    0b1001111: 0.04,  # the nights before working days
    0b0001111: 0.04,  # the working week of four days
}
"""Other sets that people's weeks are made of, and their shares."""


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


@cache
def set_costs() -> Floats:
    """Return for each of the 128 bit masks what choosing it costs a p-value, in log units; infinite for no day at all.

    The rest beside the common and the customary sets belongs in equal parts to other days in a row and to all others.
    """
    masks = range(1, 128)
    common = dict(zip((mask for _, mask in COMMON_SETS), COMMON_SHARES, strict=True))
    common |= CUSTOMARY
    in_a_row = [mask for mask in masks if mask not in common and _in_a_row(mask)]
    others = [mask for mask in masks if mask not in common and mask not in in_a_row]
    rest = 1 - sum(common.values())
    shares = np.zeros(128)
    for some in (in_a_row, others):
        shares[some] = rest / 2 / len(some)
    for mask, share in common.items():
        shares[mask] = share
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log(shares))


def _in_a_row(mask: int) -> bool:
    """Return whether the weekdays follow each other, round the week."""
    return any(mask == sum(1 << (first + day) % 7 for day in range(mask.bit_count())) for first in range(7))
