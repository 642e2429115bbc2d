"""Night after night: what began in the window stays in the table, under the same id, until it leaves the window."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from homeintel.patterns import detect_all, load_history
from homeintel.patterns.identity import ANOMALY_COLUMNS, anomaly_ids
from homeintel.patterns.tables import anomaly_rows
from homeintel.phase import Window
from homeintel.simulate import simulate_home
from homeintel.store import Store
from tests.patterns.homes import history_of

NIGHTS = 3


def test_what_began_in_the_window_keeps_its_row_and_its_id(store: Store) -> None:
    home = simulate_home(seed=11, days=30 + NIGHTS - 1, end=date(2026, 11, 10))
    history_of(home, store)
    told = pd.DataFrame(columns=list(ANOMALY_COLUMNS))
    kinds = set()
    for night in range(NIGHTS):
        first = home.start + timedelta(days=night)
        window = Window(first, first + timedelta(days=30), ZoneInfo(home.timezone))
        with store.connect() as connection:
            history = load_history(connection, window, latitude=home.latitude, longitude=home.longitude)
        anomalies = detect_all(history).anomalies
        rows = anomaly_rows(anomalies, anomaly_ids(anomalies, told))
        still = told[(told["started_at"] >= window.start) | (told["kind"] == "undone_automation")]
        assert set(still["anomaly_id"]) <= set(rows["anomaly_id"])
        assert rows["anomaly_id"].is_unique
        kinds |= set(rows["kind"])
        told = rows[list(ANOMALY_COLUMNS)]
    assert kinds >= {"silent", "stuck", "unusual_time", "level", "rate", "undone_automation", "away"}
