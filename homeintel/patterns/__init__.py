"""Detectors of habits and anomalies: tables in, findings with their odds out."""

from homeintel.patterns.detect import detect_all
from homeintel.patterns.findings import Anomaly, Findings, Gate, Pattern
from homeintel.patterns.history import History
from homeintel.patterns.load import load_history

__all__ = ["Anomaly", "Findings", "Gate", "History", "Pattern", "detect_all", "load_history"]
