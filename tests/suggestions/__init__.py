"""Tests of homeintel.suggestions."""
