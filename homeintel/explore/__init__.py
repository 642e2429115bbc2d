"""For a person at a keyboard: a home's stored nights opened read-only, looked at by choice, and tried with other thresholds."""
