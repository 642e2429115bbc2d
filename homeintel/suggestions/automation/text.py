"""Automation data to YAML that reads back as the same data under YAML 1.1 and 1.2, and is valid."""

import re
from collections.abc import Sequence
from typing import Any

import yaml
from pydantic import ValidationError

from homeintel.errors import SuggestionError
from homeintel.suggestions.automation.schema import Automation, AutomationData

_PLAIN = re.compile(r"[a-z_][a-z0-9_.]*\Z")
# Words that YAML 1.1 reads as booleans or null; PyYAML's own list lacks y and n.
_SPECIAL = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"})

_NEVER_FOLD = 10_000
"""Letters a line may have: a sentence broken by backslashes is hard to read and to edit."""


class YamlDumper(yaml.SafeDumper):
    """Quotes every string that is not a simple word: states, times, names."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists inside mappings, as Home Assistant's own editor does."""
        del indentless
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:
        """Never write anchors; people edit this text."""
        del data
        return True


def _represent_string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    plain = _PLAIN.match(text) and text not in _SPECIAL
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


YamlDumper.add_representer(str, _represent_string)


def dump_yaml(data: Any) -> str:  # noqa: ANN401 - any plain data can be dumped
    """Return plain data as YAML: keys in order, every string quoted that is not a simple word."""
    return str(yaml.dump(data, Dumper=YamlDumper, sort_keys=False, allow_unicode=True, width=_NEVER_FOLD))


def automation_yaml(automations: Sequence[AutomationData]) -> str:
    """Return automations as a list for `automations.yaml`, after checking each one as it would be read back.

    Raises:
        SuggestionError: one of them is not what homeintel's schema allows, or would read back differently.
    """
    text = dump_yaml(list(automations))
    read_back = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - a safe loader
    if read_back != list(automations):
        raise SuggestionError("An automation would not read back as it was written.", kept="It was left out.")
    for automation in read_back:
        try:
            Automation.model_validate(automation)
        except ValidationError as error:
            where = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
            raise SuggestionError(f"An automation would not be valid: {where}.", kept="It was left out.") from error
    return text
