"""Verdicts on twenty simulated homes, against the planted truth and against the raw rows."""

from pathlib import Path
from typing import Any

import pytest

from homeintel.features.records import as_records
from tests.features.simulated import Played, play
from tests.features.truth import compare
from tests.features.witness import CARRIERS, witness

SEEDS = range(20)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_verdict_is_right(seed: int, tmp_path: Path) -> None:
    """Every second home gives Home Assistant's registry; without it, a renamed entity can't be observed."""
    played = play(tmp_path, seed, registry=seed % 2 == 1)
    counts, wrong = compare(played)
    assert wrong == []
    assert min(counts[sort] for sort in ("option", "used", "unused", "hidden")) > 10
    assert len(played.told) > 5
    verdicts = {(row["ieee_address"], row["path"]): row for row in as_records(played.analysis.rows)}
    assert_agrees_with_the_rows(played, verdicts)


def assert_agrees_with_the_rows(played: Played, verdicts: dict[tuple[str, str], dict[str, Any]]) -> None:
    """Compare with a second count of the raw rows, which knows nothing of the truth's."""
    shown = witness(played.rows, played.window.start, played.window.end)
    own: dict[str, list[tuple[str, str | None]]] = {}
    for entity in played.home.truth.entities:
        if entity.entity_id not in played.hidden and (played.registry or entity.entity_id not in played.renamed):
            known_as = played.renamed.get(entity.entity_id, entity.entity_id)
            own.setdefault(entity.ieee_address, []).append((known_as, entity.property))
    for (address, path), row in verdicts.items():
        if row["origin"] == "option" or row["feature"].endswith("/color") or address not in own:
            continue
        pairs = [(entity, "") for entity, name in own[address] if name == row["property"]]
        pairs += [(entity, CARRIERS[key]) for entity, _ in own[address] if (key := _key(entity, row)) in CARRIERS]
        series = [shown[pair] for pair in pairs if pair in shown and shown[pair].seen]
        if series:
            changed = any(one.changes for one in series)
            assert row["verdict"] == ("used" if changed else "constant"), f"{address} {path} {pairs}"


def _key(entity: str, row: dict[str, Any]) -> tuple[str, str]:
    return entity.split(".", maxsplit=1)[0], str(row["name"])
