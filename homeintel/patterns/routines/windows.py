"""Every window of one width: days it happened and could have by the sets of weekdays worth asking about, and chance."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from homeintel.patterns.arrays import Bools, Floats, Ints
from homeintel.patterns.routines.chance import Around, Chance, chance_of, side_windows
from homeintel.patterns.routines.grid import Grid
from homeintel.patterns.weekdays import COMMON_SETS, in_set, set_costs

FIXED = np.array([in_set(mask) for _, mask in COMMON_SETS], dtype=np.float32)


@dataclass(frozen=True)
class Tally:
    """Counts by stream, weekday and bin that do not depend on a window's width.

    Args:
        happened: events that belong to no routine.
        able: days on which it could have.
    """

    happened: Floats
    able: Floats


@dataclass(frozen=True)
class Windows:
    """All windows of one width; arrays by stream, set of weekdays and window start.

    Args:
        hits: days it happened.
        days: days it could have.
        masks: the set of weekdays.
        chance: what chance gives.
        able_share: share of the day's windows in which it could happen at all: shape (streams,).
    """

    hits: Floats
    days: Floats
    masks: Ints
    chance: Chance
    able_share: Floats


def tally(grid: Grid, groups: Floats) -> Tally:
    """Return what all widths share.

    Args:
        grid: the events that belong to no routine.
        groups: 1 where a day that counts is the weekday: shape (7, days).
    """
    return Tally(_by_weekday(groups, grid.happened()), _by_weekday(groups, grid.able()))


def look(grid: Grid, reference: Grid, counted: Tally, groups: Floats, bins: int, *, growing: int = 6) -> Windows:
    """Return all windows of a width.

    The sets of weekdays are the common ones, and at each window the days with the greatest shares, one to `growing` of them:
    no other set has a greater likelihood ratio.

    Args:
        grid: the events that were not looked at yet.
        reference: all events; what is beside a window is judged by them.
        counted: see `tally`.
        groups: 1 where a day that counts is the weekday: shape (7, days).
        bins: the windows' width.
        growing: how many sets beside the common ones; 0 saves time.
    """
    hits = grid.hits(bins)
    happened = _by_weekday(groups, hits)
    days = _by_weekday(groups, grid.possible(hits, bins))
    if reference is grid:
        all_hits, all_days = happened, days
    else:
        both = reference.hits(bins)
        all_hits, all_days = _by_weekday(groups, both), _by_weekday(groups, reference.possible(both, bins))
    order = np.argsort(-happened / np.maximum(days, 1), axis=1, kind="stable")[:, :growing]
    in_sets = _in_sets(order)
    beside = side_windows(bins, grid.bin_minutes)
    before = tuple(in_sets(np.roll(_run(all_, bins, beside), bins * beside, axis=-1)) for all_ in (all_hits, all_days))
    after = tuple(in_sets(np.roll(_run(all_, bins, beside), -bins, axis=-1)) for all_ in (all_hits, all_days))
    around = Around(
        _shrunk(in_sets(_elsewhere(counted.happened, bins))),
        _shrunk(in_sets(_elsewhere(counted.able, bins))),
        in_sets(_inside(counted.able, bins)) / np.maximum(in_sets(days), 1),
        ((before[0], before[1]), (after[0], after[1])),
    )
    total = days.sum(axis=1)
    share = total.sum(axis=-1) / np.maximum(total.max(axis=-1), 1) / grid.bins
    return Windows(in_sets(happened), in_sets(days), _masks(order), chance_of(around, bins), share)


def strength(found: Windows, least: int, least_share: float) -> Floats:
    """Return days times the divergence of the share of days from that of chance, the choice of weekdays paid for.

    Minus infinity where the share is not greater, or it happened on fewer than `least` days or `least_share` of them.
    """
    rate = np.clip(found.chance.rate, 1e-6, 1 - 1e-6)
    share = np.clip(found.hits / np.maximum(found.days, 1), 1e-6, 1 - 1e-6)
    divergence = share * np.log(share / rate) + (1 - share) * np.log((1 - share) / (1 - rate))
    net = found.days * divergence - set_costs()[found.masks]
    return np.asarray(np.where((share > np.maximum(rate, least_share)) & (found.hits >= least), net, -np.inf))


def _by_weekday(groups: Floats, values: Floats | Ints | Bools) -> Floats:
    return np.asarray(np.matmul(groups, values.astype(np.float32)))


def _in_sets(order: Ints) -> Callable[[Floats], Floats]:
    """Return what sums an array by weekday into the common sets and the growing sets of days in order."""

    def summed(values: Floats) -> Floats:
        growing = np.cumsum(np.take_along_axis(values, order, axis=1), axis=1)
        return np.concatenate([np.matmul(FIXED, values), growing], axis=1)

    return summed


def _masks(order: Ints) -> Ints:
    growing = np.cumsum(1 << order, axis=1)
    fixed = np.array([mask for _, mask in COMMON_SETS])[None, :, None]
    return np.concatenate([np.broadcast_to(fixed, (order.shape[0], len(COMMON_SETS), order.shape[2])), growing], axis=1)


def _run(values: Floats, bins: int, windows: int) -> Floats:
    """Return the sum over so many windows that follow each other, the first at each start."""
    total = values
    for step in range(1, windows):
        total = total + np.roll(values, -bins * step, axis=-1)
    return total


def _inside(values: Floats, bins: int) -> Floats:
    """Return the sum over the bins of each window."""
    around = np.concatenate([values, values[..., :bins]], axis=-1)
    total = np.concatenate([np.zeros((*values.shape[:-1], 1), dtype=np.float32), np.cumsum(around, axis=-1)], axis=-1)
    return np.asarray(total[..., bins:-1] - total[..., : -bins - 1])


def _elsewhere(values: Floats, bins: int) -> Floats:
    """Return the sum over all bins outside each window."""
    return np.asarray(values.sum(axis=-1, keepdims=True) - _inside(values, bins))


def _shrunk(values: Floats) -> Floats:
    """Return the mean of a set's own evidence and that of every day: few days know little, every day is another set's."""
    return np.asarray((values + values[:, :1]) / 2)
