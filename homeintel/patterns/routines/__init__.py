"""Routines: an entity that enters a state at about the same time of day, or at the same distance from the sun."""

from homeintel.patterns.routines.detect import detect_routines

__all__ = ["detect_routines"]
