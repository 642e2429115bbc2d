"""A whole simulated home through phases 1 to 5; forty of them are `benchmarks/suggestions.py`."""

from pathlib import Path

from benchmarks.suggestions_homes import score_home
from homeintel.suggestions.automation import automation_yaml


def test_planted_habits_are_suggested_and_keep_their_ids(tmp_path: Path) -> None:
    score = score_home("family", 103, tmp_path)
    assert score.planted >= 5
    assert score.found >= 0.8 * score.planted, score.missed
    assert score.true >= 0.8 * score.from_habits, score.false
    assert score.automated == 0
    assert score.came + score.went <= 2, score.moved
    assert (score.renamed, score.new_again) == (0, 0)
    assert automation_yaml(score.automations).count("- id: homeintel_s") == len(score.automations)
