"""Which entity id Home Assistant makes of an announcement, or of a device's and a capability's name."""

import re
import unicodedata
from typing import Any, NamedTuple

from homeintel.bridge.payload import text

# Latin letters that Unicode does not take apart, as Home Assistant's transliteration writes them.
_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    }
)


class Proposed(NamedTuple):
    """An entity id, and whether it is sure that Home Assistant makes just this one."""

    entity_id: str
    certain: bool


def slugify(name: str) -> str:
    """Return `name` as an object id: ASCII, lower case, words joined by `_`; `unknown` where nothing is left.

    As Home Assistant's `util.slugify` for the Latin alphabet; it transliterates other alphabets, here they are dropped.
    """
    plain = _ascii(name)
    without_thousands = re.sub(r"(?<=\d),(?=\d)", "", plain)
    return re.sub(r"[^a-z0-9]+", "_", without_thousands).strip("_") or "unknown"


def transliterates(name: str) -> bool:
    """Return whether every letter and digit of `name` has its place in `slugify(name)`."""
    return all(_ascii(character) for character in name if character.isalnum())


def propose(component: str, payload: dict[str, Any]) -> Proposed:
    """Return the entity id an announcement leads to.

    `default_entity_id` (since 2025.10) counts, else `object_id`, else it follows from the device's and the entity's
    name, which is not certain.
    """
    named = text(payload.get("default_entity_id")) or ""
    domain, _, object_id = named.partition(".")
    if object_id:
        return Proposed(f"{domain}.{slugify(object_id)}", transliterates(object_id))
    object_id = text(payload.get("object_id")) or ""
    if object_id:
        return Proposed(f"{component}.{slugify(object_id)}", transliterates(object_id))
    device = payload.get("device")
    names = [device.get("name") if isinstance(device, dict) else None, payload.get("name")]
    return Proposed(f"{component}.{slugify(' '.join(filter(None, map(text, names))))}", certain=False)


def _ascii(name: str) -> str:
    lowered = name.lower().translate(_LETTERS)
    return unicodedata.normalize("NFKD", lowered).encode("ascii", "ignore").decode("ascii").lower()
