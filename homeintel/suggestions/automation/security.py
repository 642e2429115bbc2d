"""What no machine should do unasked: it is suggested as a reminder, never as a silent action."""

import re

_ALWAYS = frozenset({"lock", "alarm_control_panel", "siren", "valve"})


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# Names are what people wrote, in their language: English, German, French, Spanish, Italian.
_ENTRANCE = _words(
    r"garage", r"\bgates?\b", r"(?<!out)(?<!in)door", r"entrance", r"(?:\b|garagen|hof|garten)tor\b", r"t(?:ü|ue)r\b",
    r"haust(?:ü|ue)r", r"\bporte\b", r"portail", r"puerta", r"\bporta\b",
)  # fmt: skip
_WINDOW = _words(r"window", r"skylight", r"velux", r"fenster", r"fen[eê]tre", r"ventana", r"finestra")
_SHADE = _words(
    r"blind", r"shutter", r"shade", r"curtain", r"awning", r"rollo", r"roll?laden", r"jalousie", r"vorhang", r"markise",
    r"volet",
)  # fmt: skip
_OPENER = _words(
    r"alarm", r"\block\b", r"siren", r"boiler", r"garage door", r"\bgate\b", r"door ?(?:opener|strike|release|buzzer)",
    r"valve", r"t(?:ü|ue)r[ -]?(?:ö|oe)ffner", r"garagentor",
)  # fmt: skip
_HEATING = _words(r"heat", r"boiler", r"radiator", r"heizung", r"therm", r"furnace", r"chauffage")
_HOT = _words(
    r"\b(?:stove|oven|cooker|hob|iron|fryer|grill|herd|backofen|b(?:ü|ue)geleisen)\b", r"(?:space|fan) ?heater",
    r"heizl(?:ü|ue)fter",
)  # fmt: skip


def is_security(entity_id: str, state: str, name: str = "") -> bool:
    """Return whether doing this unseen could let someone in, let the house freeze, flood or burn, or frighten people.

    Locks, alarms, sirens and valves always; covers that are named like a door, gate or garage, or that open a window;
    switches named like one of these; heating switched off; what gets hot switched on.

    Args:
        entity_id: the entity acted on.
        state: the state it would be brought into.
        name: its friendly name, if known.
    """
    domain, _, own = entity_id.partition(".")
    words = f"{own} {name}".replace("_", " ")
    if domain in _ALWAYS:
        return True
    if domain == "cover":
        opens_window = state == "open" and _WINDOW.search(words) and not _SHADE.search(words)
        return bool(_ENTRANCE.search(words) or opens_window)
    if domain in ("climate", "water_heater"):
        return state == "off"
    if domain in ("switch", "input_boolean", "select", "input_select"):
        harmful = {"off": _HEATING, "on": _HOT}.get(state)
        return bool(_OPENER.search(words) or (harmful and harmful.search(words)))
    return False
