"""The night's automations as files: all of them in one, and a blueprint where several share a shape."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from homeintel.store import Store
from homeintel.suggestions.automation.schema import AutomationData
from homeintel.suggestions.automation.text import automation_yaml
from homeintel.suggestions.blueprint import blueprints

FILE_NAME = "suggestions.yaml"
BLUEPRINT_FOLDER = "blueprints"

_HEADER = (
    "# Automations that homeintel suggests, best first. Paste the ones you want into automations.yaml,\n"
    "# or one at a time into the YAML editor of a new automation (without the leading dash).\n"
)


def export(store: Store, run_id: str, folder: Path) -> tuple[Path, ...]:
    """Write `suggestions.yaml`, and `blueprints/*.yaml` where several automations share a shape; return the files.

    Only open suggestions (`new`, `repeated`) are in them. Without any automation nothing is written.

    Args:
        store: the home's database.
        run_id: whose suggestions.
        folder: an existing folder, such as the night's report.

    Raises:
        SuggestionError: a stored automation is not what homeintel's schema allows.
        StoreError: the database can't be read.
        OSError: the folder can't be written.
    """
    automations = stored_automations(store, run_id)
    if not automations:
        return ()
    target = folder / FILE_NAME
    target.write_text(_HEADER + automation_yaml(automations), encoding="utf-8")
    made = blueprints(automations)
    if made:
        (folder / BLUEPRINT_FOLDER).mkdir(exist_ok=True)
    files = [folder / BLUEPRINT_FOLDER / f"{blueprint.name}.yaml" for blueprint in made]
    for path, blueprint in zip(files, made, strict=True):
        path.write_text(blueprint.text, encoding="utf-8")
    return (target, *files)


def stored_automations(store: Store, run_id: str) -> Sequence[AutomationData]:
    """Return the automations of a run's open suggestions, best first.

    Raises:
        StoreError: the database can't be read.
    """
    with store.connect() as connection:
        rows = connection.execute(
            """SELECT automation_yaml FROM suggestions
            WHERE run_id = ? AND status IN ('new', 'repeated') AND automation_yaml IS NOT NULL ORDER BY rank""",
            [run_id],
        ).fetchall()
    loaded: list[list[dict[str, Any]]] = [yaml.safe_load(text) for (text,) in rows]
    return [automation for listed in loaded for automation in listed]
