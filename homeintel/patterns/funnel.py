"""Counts how many candidates each gate let through, and remembers the nearest miss."""

from homeintel.patterns.findings import Gate


class Funnel:
    """The gates of one detector, in order.

    Args:
        detector: its name in the `detection_funnel` table.
    """

    def __init__(self, detector: str) -> None:
        self._detector = detector
        self._gates: list[Gate] = []
        self._nearest: tuple[float, str] | None = None

    def miss(self, closeness: float, example: str) -> None:
        """Remember a candidate that the next step drops; of several the closest one is kept."""
        if self._nearest is None or (closeness, example) > self._nearest:
            self._nearest = (closeness, example)

    def step(self, step: str, candidates: int) -> None:
        """Close a gate: so many candidates passed it; the nearest miss since the last gate is its example."""
        example = self._nearest[1] if self._nearest is not None else ""
        self._gates.append(Gate(self._detector, step, candidates, example))
        self._nearest = None

    @property
    def gates(self) -> tuple[Gate, ...]:
        """The gates closed so far."""
        return tuple(self._gates)
