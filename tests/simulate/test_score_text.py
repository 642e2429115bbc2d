"""The tables that `homeintel score` prints."""

import pandas as pd

from homeintel.simulate.score_text import score_text
from homeintel.simulate.scorecard import HomeScore, Scorecard, gather
from homeintel.simulate.scores import Score, Scores


def _home(name: str, kind: str, routines: Score, reported: int, kept: int = 5) -> HomeScore:
    counted = pd.DataFrame({"kind": ["sun"] * 40, "stated": [0.85] * 40, "chances": [10] * 40, "kept": [kept] * 40})
    wrong = pd.DataFrame(
        {"home": [name], "label": ["false"], "kind": ["sun"], "entity_id": ["light.a"], "state": ["on"]}
    )
    return HomeScore(name, kind, Scores(routines=routines), counted, wrong, [], reported)


def _card() -> Scorecard:
    return gather(
        [
            _home("regular-1", "regular", Score(10, 9, 9, 0), 9),
            _home("hard-1", "hard", Score(10, 5, 5, 5), 10, kept=8),
            _home("empty-1", "empty", Score(0, 0, 0, 1), 1),
            _home("empty-2", "empty", Score(0, 0, 0, 0), 0),
        ]
    )


def test_groups_are_told_apart() -> None:
    card = _card()
    ordinary, hard = (card.of(group).table("routines").iloc[-1] for group in ("ordinary", "hard"))
    assert (ordinary["precision"], ordinary["recall"]) == (1.0, 0.9)
    assert (hard["precision"], hard["recall"], hard["f1"]) == (0.5, 0.5, 0.5)
    assert card.of("hard").counted["home"].unique().tolist() == ["hard-1"]
    assert card.of("hard").wrong["home"].tolist() == ["hard-1"]


def test_the_text_holds_a_table_a_group_and_how_far_confidence_is_off() -> None:
    text = score_text(_card(), "routines")
    assert text.index("Ordinary homes (1):") < text.index("Hard homes (1):") < text.index("Homes without habits")
    assert "Homes without habits (2): 1 patterns reported, of 1 homes." in text
    assert "-0.35" in text
    assert "-0.05" in text
    assert "light.a" not in text
    assert "light.a" in score_text(_card(), misses=True)


def test_few_patterns_say_nothing_of_calibration() -> None:
    one = _home("regular-1", "regular", Score(1, 1, 1, 0), 1)
    few = HomeScore(one.home, one.kind, one.scores, one.counted.head(3), one.wrong, [], 1)
    assert "-0.35" not in score_text(gather([few]))
