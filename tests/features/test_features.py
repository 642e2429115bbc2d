import pandas as pd
import pytest

from homeintel.features.catalogue import load_catalogue
from homeintel.features.features import Part, describe, split
from tests.features.homes import capability


@pytest.mark.parametrize(
    ("path", "endpoint", "part"),
    [
        ("power_on_behavior", None, Part("power_on_behavior", None)),
        ("light/color_xy/x", None, Part("light/color", "color_xy")),
        ("light/color_hs/hue", None, Part("light/color", "color_hs")),
        ("light_l1/brightness", "l1", Part("light_l1/brightness", None)),
        ("light/brightness#2", None, Part("light/brightness", None)),
        ("warning/mode", None, Part("warning", "warning")),
        ("light/level_config/on_level", None, Part("light/level_config", "level_config")),
        ("inching_control_set_l2/inching_time", "l2", Part("inching_control_set_l2", "inching_control_set")),
        ("program/step_1/time", None, Part("program", "program")),
    ],
)  # fmt: skip
def test_a_path_tells_the_feature_and_the_composite(path: str, endpoint: str | None, part: Part) -> None:
    assert split(path, endpoint) == part


def test_housekeeping_diagnostics_and_options_do_not_count_as_usable() -> None:
    rows = pd.DataFrame(
        [
            capability("0x1", "light/state"),
            capability("0x1", "child_lock"),
            capability("0x1", "battery", kind="numeric", access=1),
            capability("0x1", "identify", kind="enum", access=2),
            capability("0x1", "action", kind="enum", access=1),
            capability("0x1", "rssi", kind="numeric", access=1, category="diagnostic"),
            capability("0x1", "transition", kind="numeric", access=2, origin="option"),
        ]
    )
    described = describe(rows, load_catalogue())
    assert described["usable"].tolist() == [True, True, False, False, False, False, False]
