"""One independent random stream for each part of a home, so that a part can be made alone and comes out the same."""

from enum import IntEnum

import numpy as np

__all__ = ["Stream", "generator"]


class Stream(IntEnum):
    """The parts of a home that draw random numbers. A number is never given to another part."""

    LAYOUT = 1
    PEOPLE = 2
    PLAN = 3
    HABITS = 4
    MOTION = 5
    ACTIONS = 6
    SENSORS = 7
    FAULTS = 8
    VOLUME = 9
    RETAINED = 10


def generator(seed: int, stream: Stream, *more: int) -> np.random.Generator:
    """Return the generator of a part: the same numbers in any process and on any machine."""
    return np.random.Generator(np.random.PCG64([seed, int(stream), *more]))
