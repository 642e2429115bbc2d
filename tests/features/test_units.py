import pandas as pd
import pytest

from homeintel.features.units import in_device_units


@pytest.mark.parametrize(
    ("attribute", "before", "after"),
    [
        ("brightness", "255", "254"),
        ("brightness", "128.0", "127"),
        ("color_temp_kelvin", "2702", "370"),
        ("color_temp", "370", "370"),  # Home Assistant wrote mired until 2026
        ("color_temp", "unknown", "unknown"),
        ("brightness", "nan", "nan"),
        ("current_position", "255", "255"),
        (None, "255", "255"),
    ],
)
def test_a_lights_attributes_are_told_in_the_devices_own_units(attribute: str | None, before: str, after: str) -> None:
    rows = pd.DataFrame({"attribute": [attribute], "last_value": [before], "seen": [[before, before]]})
    found = in_device_units(rows)
    assert found["last_value"].tolist() == [after]
    assert found["seen"].tolist() == [[after, after]]
    assert rows["last_value"].tolist() == [before]


def test_what_was_never_seen_stays_so() -> None:
    rows = pd.DataFrame(
        {"attribute": ["brightness", "brightness"], "last_value": ["100", None], "seen": [["100"], None]}
    )
    found = in_device_units(rows)
    assert found["last_value"].fillna("").tolist() == ["100", ""]
    assert found["seen"].isna().tolist() == [False, True]
    assert in_device_units(rows.iloc[:0]).empty
