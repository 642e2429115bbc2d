import pandas as pd

from homeintel.features.utilisation import by_device, by_feature, utilisation
from homeintel.report.charts.features import VERDICT_LOOK, trend_lines, utilisation_bars, verdict_map
from tests.features.homes import device

DEVICES = pd.DataFrame(
    [device("0x1", friendly_name="<b>lamp</b>", manufacturer="<i>Acme</i>"), device("0x2", friendly_name="plug")]
)
FEATURES = by_feature(
    pd.DataFrame(
        [("0x1", name, verdict, 1.0, True) for name, verdict in zip("abcde", VERDICT_LOOK, strict=True)]
        + [("0x2", "light/a", "used", 1.0, True)],
        columns=["ieee_address", "feature", "verdict", "usefulness", "usable"],
    )
)


def test_the_map_tells_the_five_verdicts_apart_without_colour() -> None:
    chart = verdict_map(FEATURES, DEVICES)
    shapes = [trace.marker.symbol for trace in chart.data]
    assert len(set(shapes)) == 5
    assert [trace.name for trace in chart.data] == ["used", "constant", "never seen", "not observable", "unsupported"]
    assert list(chart.data[0].x) == ["a", "a"]
    assert set(chart.data[0].y) == {"&lt;b&gt;lamp&lt;/b&gt;", "plug"}


def test_bars_show_what_is_used_and_what_cannot_be_known() -> None:
    chart = utilisation_bars(utilisation(by_device(FEATURES), DEVICES, "manufacturer"), "manufacturer")
    used, unknown = chart.data
    assert list(used.y) == ["Acme", "&lt;i&gt;Acme&lt;/i&gt;"]
    assert [round(value) for value in used.x] == [100, 33]
    assert [round(value) for value in unknown.x] == [0, 20]
    assert unknown.marker.pattern.shape == "/"


def test_the_trend_is_drawn_on_local_days_with_lines_told_apart_by_dash_and_marker() -> None:
    history = pd.DataFrame(
        {
            "window_end": pd.to_datetime(["2026-10-29T23:00:00Z", "2026-10-30T23:00:00Z"]),
            "utilisation": [0.4, 0.5],
            "weighted": [0.5, 0.6],
            "not_observable_share": [0.2, 0.2],
        }
    )
    chart = trend_lines(history, "Europe/Berlin")
    assert [str(moment)[:10] for moment in chart.data[0].x] == ["2026-10-30", "2026-10-31"]
    assert [round(value) for value in chart.data[0].y] == [40, 50]
    assert len({trace.line.dash for trace in chart.data}) == 3
    assert len({trace.marker.symbol for trace in chart.data}) == 3


def test_charts_of_nothing_are_empty_not_errors() -> None:
    assert len(verdict_map(FEATURES.iloc[:0], DEVICES).data) == 5
    assert len(utilisation_bars(utilisation(by_device(FEATURES.iloc[:0]), DEVICES, "model"), "model").data) == 2


def test_few_nights_have_one_date_each_under_the_trend() -> None:
    history = pd.DataFrame(
        {"window_end": pd.to_datetime(["2026-10-29T23:00:00Z"]), "utilisation": [0.4], "weighted": [0.5],
         "not_observable_share": [0.2]}
    )  # fmt: skip
    axis = trend_lines(history, "Europe/Berlin").layout.xaxis
    assert axis.dtick == 86_400_000
    assert [pd.Timestamp(edge).hour for edge in axis.range] == [12, 12]


def many(count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Devices of one model; every tenth has one verdict that differs from all others' in a feature of its own."""
    addresses = [f"0x{number:03}" for number in range(count)]
    devices = pd.DataFrame([device(address, friendly_name=f"lamp {address}", model="LED1") for address in addresses])
    rows = [(address, "light/state", "used") for address in addresses]
    rows += [(address, f"own_{address}", "constant") for address in addresses[::10]]
    rows += [(address, "child_lock", "constant") for address in addresses]
    return pd.DataFrame(rows, columns=["ieee_address", "feature", "verdict"]), devices


def test_of_many_devices_equal_ones_share_a_row() -> None:
    chart = verdict_map(*many(500))
    labels = set(chart.data[0].y)
    assert len(labels) == 51
    assert "lamp 0x001 and 449 more (LED1)" in labels
    assert chart.layout.title.text == "Every device's features and what became of them"
    assert chart.layout.yaxis.title.text == "device (equal ones together)"


def test_of_too_many_different_devices_those_with_most_unused_features_are_shown_and_the_title_says_so() -> None:
    features, devices = many(1000)
    chart = verdict_map(features, devices)
    assert len(set(chart.data[0].y)) == 80
    assert chart.layout.title.text.endswith("(80 of 101 rows: those with most that nobody uses)")


def test_few_devices_have_a_row_each() -> None:
    chart = verdict_map(*many(80))
    assert len(set(chart.data[0].y)) == 80
