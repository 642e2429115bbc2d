"""Text in a figure is text: plotly reads a few HTML tags in titles, labels and names, and names come from the house."""

import re
from typing import Any

_TEMPLATES = frozenset({"hovertemplate", "texttemplate"})
_OURS = re.compile(r"<(?!/?extra>|br>)")


def plain_texts(value: Any, name: str = "") -> Any:  # noqa: ANN401 - JSON
    """Return a figure's JSON in which no text is markup, apart from the line ends and the `<extra>` of templates.

    Args:
        value: any part of the figure.
        name: the key it stands under.
    """
    if isinstance(value, str):
        if name in _TEMPLATES:
            return _OURS.sub("&lt;", value)
        return value.replace("<", "&lt;").replace(">", "&gt;")
    if isinstance(value, dict):
        return {key: plain_texts(part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [plain_texts(part, name) for part in value]
    return value
