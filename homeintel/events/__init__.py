"""Thirty days of events from any store a Home Assistant home has, cleaned, with their cause."""
