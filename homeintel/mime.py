"""Mime types of notebook outputs; a module of its own, because the runner must not import what charts need."""

PLOTLY_MIME = "application/vnd.plotly.v1+json"
"""A figure as plotly's JSON."""

OUTCOME_MIME = "application/vnd.homeintel.outcome+json"
"""The output by which a phase's kernel tells the runner how it ended."""
