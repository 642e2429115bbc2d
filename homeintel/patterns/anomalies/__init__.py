"""Anomalies: what is out of the ordinary, judged against the home's own history; one kind a file."""

from homeintel.patterns.anomalies.detect import detect_anomalies

__all__ = ["detect_anomalies"]
