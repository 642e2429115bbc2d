"""homeintel looks at one home every night and leaves a report in the morning."""

__version__ = "0.1.0"
