"""MQTT out: the run's message, Home Assistant's entities, the suggestions; answers in."""
