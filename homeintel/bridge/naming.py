"""Which entity id Home Assistant makes of an announcement, or of a device's and a capability's name."""

import re
import unicodedata
from typing import Any

from homeintel.bridge.payload import text


def slugify(name: str) -> str:
    """Return `name` as an object id: ASCII, lower case, words joined by `_`; `unknown` where nothing is left.

    As Home Assistant's `util.slugify` does for the Latin alphabet; letters of others are dropped here, transliterated
    there.
    """
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_") or "unknown"


def entity_id_of(component: str, payload: dict[str, Any]) -> tuple[str, bool]:
    """Return the entity id an announcement leads to, and whether the announcement names it.

    `default_entity_id` (since 2025.10), else `object_id`, else it follows from the device's and the entity's name.
    """
    named = text(payload.get("default_entity_id"))
    if named and "." in named:
        domain, _, object_id = named.partition(".")
        return f"{domain}.{slugify(object_id)}", True
    object_id = text(payload.get("object_id")) or ""
    if object_id:
        return f"{component}.{slugify(object_id)}", True
    device = payload.get("device")
    names = [device.get("name") if isinstance(device, dict) else None, payload.get("name")]
    return f"{component}.{slugify(' '.join(filter(None, map(text, names))))}", False
