import pandas as pd
import pytest

from homeintel.features.configuration import read_configuration
from tests.features.homes import device


@pytest.mark.parametrize(
    ("filters", "name", "filtered"),
    [
        (["temperature"], "temperature", True),
        (["^temperature$"], "temperature", True),  # as Zigbee2MQTT's own examples have it
        (["temp.*", "battery"], "temperature", True),
        (["temp"], "temperature", False),
        (["(battery"], "(battery", True),
        (["(battery"], "battery", False),
        ([3, None], "temperature", False),
        ("temperature", "temperature", False),
        (["temperature"], None, False),
    ],
)
def test_a_filter_is_a_regular_expression_for_the_whole_name(filters: object, name: str | None, filtered: bool) -> None:
    devices = pd.DataFrame([device("0x1", options={"filtered_attributes": filters}), device("0x2")])
    configuration = read_configuration(devices)
    assert configuration.filtered("0x1", name) == filtered
    assert not configuration.filtered("0x2", name)
    assert not configuration.filtered("0x3", name)


def test_of_a_device_whose_configuration_was_not_read_nothing_is_known() -> None:
    configuration = read_configuration(
        pd.DataFrame([device("0x1", options=None), device("0x2", options={"transition": 1})])
    )
    assert configuration.known == {"0x2"}
    assert configuration.options == {("0x2", "transition")}
