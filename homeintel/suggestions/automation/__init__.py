"""Automations as data, checked against a schema of exactly what is written, and dumped as YAML."""

from homeintel.suggestions.automation.schema import Automation, AutomationData
from homeintel.suggestions.automation.text import automation_yaml, dump_yaml

__all__ = ["Automation", "AutomationData", "automation_yaml", "dump_yaml"]
