"""Where and when a home is simulated: what every part of the simulation looks at."""

from dataclasses import dataclass

from homeintel.simulate.cast import Cast
from homeintel.simulate.clock import Ints, LocalClock
from homeintel.simulate.kinds import HomeKind
from homeintel.simulate.layout import Layout
from homeintel.simulate.people import Life
from homeintel.simulate.plan import Plan
from homeintel.simulate.registry import Changed
from homeintel.simulate.rows import Texts

__all__ = ["FUTURE_DAYS", "Scene"]

FUTURE_DAYS = 7


@dataclass(frozen=True)
class Scene:
    """One home over its window and the days after it.

    `clock` counts the window's days and `FUTURE_DAYS` more; `sunrise` and `sunset` have one time a day.
    `users` are the text numbers of the people's Home Assistant user ids.
    """

    seed: int
    kind: HomeKind
    changed: Changed
    cast: Cast
    clock: LocalClock
    days: int
    sunrise: Ints
    sunset: Ints
    life: Life
    plan: Plan
    texts: Texts
    users: Ints

    @property
    def layout(self) -> Layout:
        """The house, with the entity ids people gave."""
        return self.changed.layout

    @property
    def window(self) -> tuple[int, int]:
        """First and last instant of the history that is wanted, the end not in it."""
        return int(self.clock.midnights[self.first_day]), int(self.clock.midnights[self.days])

    @property
    def first_day(self) -> int:
        """The day of the window on which the home's history begins: 0 unless it is younger than the window."""
        return 0 if self.kind.young_days is None else max(self.days - self.kind.young_days, 0)

    @property
    def horizon(self) -> tuple[int, int]:
        """First and last instant that is simulated."""
        return int(self.clock.midnights[0]), int(self.clock.midnights[-1])

    def state(self, text: str) -> int:
        """Return the number of a state's text."""
        return self.texts.number(text)
