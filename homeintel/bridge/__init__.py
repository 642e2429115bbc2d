"""Zigbee2MQTT in: one batch query of retained topics becomes devices, capabilities and their Home Assistant entities."""
