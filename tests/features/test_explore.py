from datetime import date
from zoneinfo import ZoneInfo

import pandas as pd

from homeintel.features.analysis import analyse
from homeintel.features.catalogue import load_catalogue
from homeintel.features.explore import chosen, days_of_use, verdict_rows
from homeintel.phase import Window
from homeintel.report.charts.features import use_by_day
from homeintel.store import Store
from tests.features.homes import (
    BERLIN,
    END,
    START,
    attribute,
    capability,
    device,
    entity,
    event,
    fill,
    measurement,
    seen,
    tables,
)

WINDOW = Window(date(2026, 10, 1), date(2026, 10, 4), ZoneInfo("Europe/Berlin"))


def rows() -> pd.DataFrame:
    home = tables(
        devices=[device("0x1", friendly_name="lamp", area="hall"), device("0x2", friendly_name="plug")],
        capabilities=[
            capability("0x1", "light/state"),
            capability("0x1", "light/brightness", kind="numeric"),
            capability("0x1", "battery", kind="numeric", access=1),
            capability("0x2", "power", kind="numeric", access=1),
        ],
        entities=[
            entity("light.lamp", "0x1", "light/state"),
            entity("light.lamp", "0x1", "light/brightness", attribute="brightness"),
            entity("sensor.plug", "0x2", "power"),
        ],
        observed=[seen("light.lamp", changes=3), seen("light.lamp", "brightness")],
    )
    return verdict_rows(analyse(home, load_catalogue(), start=START, end=END, zone=BERLIN))


def test_verdicts_are_chosen_by_area_maker_device_and_verdict() -> None:
    assert rows()["path"].tolist() == ["light/brightness", "light/state", "power"]
    assert chosen(rows(), {})["path"].tolist() == ["light/brightness", "light/state", "power"]
    assert chosen(rows(), {"area": "unknown"})["device"].tolist() == ["plug"]
    assert chosen(rows(), {"device": "lamp", "verdict": "used"})["path"].tolist() == ["light/state"]
    assert chosen(rows(), {"device": None, "manufacturer": "Acme"})["path"].size == 3


def test_a_devices_days_are_local_and_days_without_change_are_zero(store: Store) -> None:
    fill(
        store,
        events=[event(0.95, "light.lamp", "on", "off"), event(1.5, "light.lamp", "off", "on")],
        attribute_changes=[attribute(2.5, "light.lamp", "brightness", "100")],
        measurements=[measurement(0.5, "sensor.plug", 5, count=4)],
    )
    with store.connect() as connection:
        lamp = days_of_use(connection, chosen(rows(), {"device": "lamp"}), WINDOW)
        plug = days_of_use(connection, chosen(rows(), {"device": "plug"}), WINDOW)
    assert lamp["changes"].tolist() == [0, 0, 1, 0, 2, 0]
    assert [str(day) for day in lamp["day"].unique()] == ["2026-10-01", "2026-10-02", "2026-10-03"]
    assert plug["changes"].tolist() == [4, 0, 0]
    chart = use_by_day(lamp, "lamp", "Europe/Berlin")
    assert list(chart.data[0].y) == ["light/brightness", "light/state"]
    assert [list(row) for row in chart.data[0].text] == [["", "", "1"], ["", "2", ""]]


def test_nothing_recorded_gives_days_of_zero(store: Store) -> None:
    with store.connect() as connection:
        days = days_of_use(connection, chosen(rows(), {"device": "lamp"}), WINDOW)
    assert days["changes"].tolist() == [0] * 6
