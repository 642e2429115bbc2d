"""How much time the next request to a source asks for."""

from datetime import timedelta

FULL = 0.9
"""How much of what a slice may hold it shall hold, to judge by the one before: each request, and each series in it, has
fixed costs."""

CAREFUL = 1 / 3
"""The same once a slice held too much, for what is read twice costs most: the days of such a home differ."""

SHORTEST_SLICE = timedelta(minutes=1)


class Slices:
    """The width of the next slice of time.

    Args:
        longest: the most a request may ask for.
    """

    def __init__(self, longest: timedelta) -> None:
        self._longest = longest
        self._share = FULL
        self.width = min(longest, timedelta(days=1))

    def held(self, rows: int, span: timedelta, most: int) -> None:
        """Note that `span` held so many of the `most` rows a slice may; ask for more where more fits, twice as much at once."""
        fitting = span * (self._share * most / max(1, rows))
        self.width = max(self.width, min(2 * self.width, fitting, self._longest))

    def too_much(self, span: timedelta) -> None:
        """Note that `span` held more than a slice may; ask for half of it."""
        self.width, self._share = max(span / 2, SHORTEST_SLICE), CAREFUL
