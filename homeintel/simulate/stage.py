"""Casting: which of a home's actuators plays which planted part."""

import numpy as np

from homeintel.simulate.cast import ACTIVE, Cast
from homeintel.simulate.kinds import HomeKind
from homeintel.simulate.layout import SimulatedEntity
from homeintel.simulate.truth import Routine

__all__ = ["Stage"]


class Stage:
    """The actuators that have no part yet, in a random order; each is given one only once."""

    def __init__(self, cast: Cast, rng: np.random.Generator, kind: HomeKind) -> None:
        self.rng, self.kind, self.cast = rng, kind, cast
        everything = cast.actuators()
        self.free = [everything[number] for number in rng.permutation(len(everything))]

    def take(self, component: str, words: tuple[str, ...] = ()) -> SimulatedEntity | None:
        """Return a free actuator, one whose id or room holds one of `words` first; None when none is left."""
        fitting = [entity for entity in self.free if entity.component == component]
        named = [
            entity for entity in fitting if any(word in f"{entity.entity_id} {entity.device.room}" for word in words)
        ]
        found = next(iter(named or fitting), None)
        if found is not None:
            self.free.remove(found)
        return found

    def trigger(self, start: str) -> str | None:
        """Return the first entity whose id starts like that and that has states to react to; None without one."""
        names = (entity.entity_id for entity in self.cast.entities if entity.entity_id.startswith(start))
        states = (name for name in names if not name.endswith(("_battery_low", "_tamper")))
        return next(states, None)

    def between(self, low: float, high: float) -> float:
        """Return a number from a range, to a tenth."""
        return round(float(self.rng.uniform(low, high)), 1)

    def share(self, low: float, high: float) -> float:
        """Return a share from a range, to a hundredth."""
        return round(float(self.rng.uniform(low, high)), 2)

    def routine(
        self, entity: SimulatedEntity, state: str | None, minute: float, days: str, undo: float | None
    ) -> Routine:
        """Return a routine of the entity with a spread and a keep rate of the kind's."""
        spread, keep = self.between(*self.kind.spread), self.share(*self.kind.keep)
        target = state or ACTIVE[entity.component]
        return Routine(entity.entity_id, target, days, minute, spread, keep, undo_minutes=undo)
