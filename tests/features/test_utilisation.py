import pandas as pd
import pytest

from homeintel.features.utilisation import by_device, by_feature, utilisation
from tests.features.homes import device

ROWS = pd.DataFrame(
    [
        ("0x1", "light/state", "used", 1.0, True),
        ("0x1", "light/color", "constant", 0.4, True),
        ("0x1", "light/color", "used", 0.4, True),
        ("0x1", "effect", "not_observable", 0.3, True),
        ("0x1", "battery", "used", 0.0, False),
        ("0x2", "light/state", "never_seen", 1.0, True),
        ("0x2", "child_lock", "unsupported", 0.5, True),
    ],
    columns=["ieee_address", "feature", "verdict", "usefulness", "usable"],
)
DEVICES = pd.DataFrame([device("0x1", area="hall"), device("0x2", manufacturer="Beta")])


def test_a_feature_is_used_if_any_part_of_it_is() -> None:
    found = by_feature(ROWS).set_index(["ieee_address", "feature"])["verdict"].to_dict()
    assert found == {
        ("0x1", "light/state"): "used",
        ("0x1", "light/color"): "used",
        ("0x1", "effect"): "not_observable",
        ("0x2", "light/state"): "never_seen",
        ("0x2", "child_lock"): "unsupported",
    }


def test_the_homes_utilisation_is_used_over_observable_with_the_rest_beside() -> None:
    row = utilisation(by_device(by_feature(ROWS)), DEVICES).iloc[0]
    assert (row["devices"], row["features"], row["usable"], row["used"], row["not_observable"]) == (2, 5, 3, 2, 1)
    assert row["utilisation"] == pytest.approx(2 / 3)
    assert row["weighted"] == pytest.approx(1.4 / 2.4)
    assert row["not_observable_share"] == pytest.approx(1 / 5)


def test_groups_are_ordered_by_what_is_usable_and_nameless_ones_are_unknown() -> None:
    table = utilisation(by_device(by_feature(ROWS)), DEVICES, "area")
    assert table["area"].tolist() == ["hall", "unknown"]
    assert table["utilisation"].tolist() == [1.0, 0.0]


def test_a_group_of_which_nothing_can_be_observed_has_no_utilisation() -> None:
    only = by_feature(ROWS.loc[ROWS["feature"] == "effect"])
    row = utilisation(by_device(only), DEVICES).iloc[0]
    assert pd.isna(row["utilisation"])
    assert pd.isna(row["weighted"])
    assert row["not_observable_share"] == 1.0


def test_nothing_gives_nothing() -> None:
    assert len(utilisation(by_device(by_feature(ROWS.iloc[:0])), DEVICES)) == 0
