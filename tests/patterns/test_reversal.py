"""What follows its opposite has no hour of its own."""

import numpy as np

from homeintel.patterns import detect_all
from homeintel.store import Store
from tests.patterns.homes import Home


def _closed_then_opened(seed: int, *, delay: float) -> Home:
    """A blind closed about nine in the evening; open again a quarter of an hour later, or at eight in the morning."""
    rng = np.random.default_rng(seed)
    home = Home()
    home.life(rng, ["light.desk", "light.bath", "binary_sensor.hall_motion"])
    for day in range(home.days - 1):
        closed = 1260 + rng.normal(0, 12)
        home.change(day, closed, "cover.blind", "closed")
        home.change(
            day, (closed + delay + rng.normal(0, 3)) if delay else 1920 + rng.normal(0, 12), "cover.blind", "open"
        )
    return home


def test_what_comes_a_quarter_of_an_hour_after_its_opposite_is_no_routine(store: Store) -> None:
    findings = detect_all(_closed_then_opened(1, delay=16).history(store))
    assert {(p.entity_id, p.state) for p in findings.patterns} == {("cover.blind", "closed")}
    dropped = [gate for gate in findings.funnel if gate.step == "not the undoing of what came minutes before"]
    assert "cover.blind open" in (dropped[0].example or "")


def test_the_other_half_of_a_day_keeps_its_hour(store: Store) -> None:
    findings = detect_all(_closed_then_opened(1, delay=0).history(store))
    assert {(p.entity_id, p.state) for p in findings.patterns} == {("cover.blind", "closed"), ("cover.blind", "open")}
