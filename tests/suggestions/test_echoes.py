import pandas as pd
import pytest

from homeintel.suggestions.echoes import echoes
from homeintel.suggestions.names import Names
from homeintel.suggestions.pattern_row import pattern_rows
from tests.suggestions import homes

MEMBERS = {"group:z:1": frozenset({"0x01", "0x02"})}
NAMES = Names(device={"light.all": "group:z:1", "light.one": "0x01", "light.two": "0x02", "light.other": "0x03"})


def found(*patterns: dict[str, object]) -> frozenset[str]:
    return echoes(pattern_rows(pd.DataFrame(patterns)), MEMBERS, NAMES)


def at(name: str, entity: str, minute: float = 400.0) -> dict[str, object]:
    return homes.pattern(name, entity_id=entity, minute_of_day=minute)


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ([at("g", "light.all"), at("one", "light.one", 405.0)], {"g"}),
        ([at("g", "light.all"), at("one", "light.one"), at("two", "light.two")], {"one", "two"}),
        ([at("g", "light.all"), at("one", "light.one", 500.0)], set()),
        ([at("g", "light.all"), at("other", "light.other")], set()),
        ([at("one", "light.one"), at("two", "light.two")], set()),
        ([at("g", "light.all", 1435.0), at("one", "light.one", 5.0)], {"g"}),
        ([homes.coupling("g", entity_id="light.all"), homes.coupling("one", entity_id="light.one")], {"g"}),
        ([homes.coupling("g", entity_id="light.all"), at("one", "light.one")], set()),
    ],
)
def test_a_group_and_its_members_are_suggested_once(patterns: list[dict[str, object]], expected: set[str]) -> None:
    assert found(*patterns) == expected
