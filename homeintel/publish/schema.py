"""The published JSON Schemas (draft 2020-12) of homeintel's messages."""

import json
from importlib import resources
from typing import Any, Literal

SchemaName = Literal["run", "suggestions", "acknowledged"]


def message_schema(name: SchemaName) -> dict[str, Any]:
    """Return the schema of the message on `<publish.topic>/<home>/<name>`."""
    folder = resources.files("homeintel.publish") / "schemas"
    schema: dict[str, Any] = json.loads((folder / f"{name}.schema.json").read_text(encoding="utf-8"))
    return schema
