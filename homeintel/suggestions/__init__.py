"""Findings become suggestions: ranked, backtested, ready to paste, remembered from night to night."""
