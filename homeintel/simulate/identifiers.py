"""Context and user ids as Home Assistant makes them, drawn from the home's seed."""

import numpy as np

from homeintel.simulate.clock import Ints
from homeintel.simulate.rows import Texts

__all__ = ["context_ids", "user_ids"]

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TIME_CHARACTERS = 10
RANDOM_CHARACTERS = 16


def context_ids(texts: Texts, ts: Ints, rng: np.random.Generator) -> Ints:
    """Return the text numbers of new context ids: ULIDs, whose first ten characters are the time in milliseconds.

    Source: https://github.com/ulid/spec.
    """
    alphabet = np.array(list(CROCKFORD))
    shifts = 5 * np.arange(TIME_CHARACTERS - 1, -1, -1)
    head = (ts[:, None] // 1000 >> shifts) & 31
    tail = rng.integers(0, 32, size=(len(ts), RANDOM_CHARACTERS))
    letters = alphabet[np.concatenate([head, tail], axis=1)]
    return texts.numbers(["".join(line) for line in letters])


def user_ids(texts: Texts, count: int, rng: np.random.Generator) -> Ints:
    """Return the text numbers of people's user ids: 32 hexadecimal digits."""
    return texts.numbers([rng.bytes(16).hex() for _ in range(count)])
