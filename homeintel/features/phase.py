"""Phase 4 of a night: what is used, what is not, what is worth telling."""

import json

import pandas as pd

from homeintel.features.analysis import FeatureAnalysis, analyse
from homeintel.features.catalogue import load_catalogue
from homeintel.features.evidence import usage_rows
from homeintel.features.reasons import REASONS
from homeintel.features.tables import Tables, load
from homeintel.features.trend import with_trend
from homeintel.features.utilisation import utilisation
from homeintel.phase import Outcome, Phase, PhaseName
from homeintel.store import replace_run_rows

__all__ = ["analyse_tables", "grouped", "load", "run", "save"]


def run(phase: Phase) -> Outcome:
    """Do the whole phase: load, analyse, save.

    Raises:
        StoreError: the database can't be read or written.
    """
    tables = load(phase)
    return save(phase, tables, analyse_tables(phase, tables))


def analyse_tables(phase: Phase, tables: Tables) -> FeatureAnalysis:
    """Analyse the tables of the phase's window."""
    window = phase.window
    return analyse(tables, load_catalogue(), start=window.start, end=window.end, zone=window.zone)


def grouped(phase: Phase, tables: Tables, analysis: FeatureAnalysis, by: str) -> pd.DataFrame:
    """Return the utilisation of each group of devices with that of last night and a month ago.

    Args:
        phase: the night.
        tables: its input.
        analysis: its result.
        by: a column of `devices`: `friendly_name`, `model`, `manufacturer`, `area`.
    """
    table = utilisation(analysis.counts, analysis.devices, by)
    return with_trend(table, tables.nights, analysis.devices, by, phase.window.end)


def save(phase: Phase, tables: Tables, analysis: FeatureAnalysis) -> Outcome:
    """Store the verdicts of this run, replacing those of earlier runs of the same window, and say how it went.

    Raises:
        StoreError: the database can't be written.
    """
    with phase.store.transaction() as connection:
        written = replace_run_rows(connection, "device_feature_usage", phase.run_id, usage_rows(analysis.rows))
        replace_run_rows(connection, "feature_opportunities", phase.run_id, _opportunity_rows(analysis))
    missing = _missing(phase, tables)
    figures = {
        "features": len(analysis.features),
        "used": int((analysis.features["verdict"] == "used").sum()),
        "not_observable": int((analysis.features["verdict"] == "not_observable").sum()),
        "unused_features": len(analysis.opportunities),
    }
    done = f"{written} verdicts, {figures['unused_features']} unused features worth telling."
    reason = " ".join([*missing, done, *_guessed(analysis)])
    return Outcome("degraded" if missing else "succeeded", written, reason, figures)


def _opportunity_rows(analysis: FeatureAnalysis) -> pd.DataFrame:
    """Return the opportunities as phase 5 reads them: their order, and each as JSON."""
    texts = [json.dumps(row, default=str) for row in analysis.opportunities.to_dict("records")]
    return pd.DataFrame({"position": range(len(texts)), "opportunity": texts})


def _guessed(analysis: FeatureAnalysis) -> list[str]:
    """Return how many properties stay unknown because their entities' ids are guessed; nothing where none does."""
    count = int((analysis.rows["reason"] == "guessed").sum())
    return (
        [f"{count} can't be known because their entities' ids are guessed. {REASONS['guessed'].remedy}"]
        if count
        else []
    )


def _missing(phase: Phase, tables: Tables) -> list[str]:
    """Return a sentence for each input that is old or absent."""
    sentences = []
    if tables.capabilities.empty:
        sentences.append("No capabilities are stored: phase 1 has never read Zigbee2MQTT.")
    elif _not_fresh(phase, "capabilities"):
        sentences.append(f"Capabilities are those stored at {tables.devices['updated_at'].max():%Y-%m-%d %H:%M} UTC.")
    if tables.observed.empty:
        sentences.append("No events are stored for the window, so nothing can be said about use.")
    elif _not_fresh(phase, "events"):
        sentences.append(f"Events are those stored, up to {tables.observed['last_seen'].max():%Y-%m-%d %H:%M} UTC.")
    return sentences


def _not_fresh(phase: Phase, name: PhaseName) -> bool:
    return phase.earlier.get(name, ("succeeded", ""))[0] != "succeeded"
