"""Which Home Assistant action brings an entity of a domain into a state.

Source: the `services.yaml` of each integration in Home Assistant's core.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

_SWITCHED = ("light", "switch", "fan", "humidifier", "input_boolean", "siren")
_HVAC_MODES = ("heat", "cool", "auto", "heat_cool", "dry", "fan_only", "off")

_ACTIONS: dict[tuple[str, str], tuple[str, dict[str, str]]] = {
    **{(domain, "on"): (f"{domain}.turn_on", {}) for domain in _SWITCHED},
    **{(domain, "off"): (f"{domain}.turn_off", {}) for domain in _SWITCHED},
    **{("climate", mode): ("climate.set_hvac_mode", {"hvac_mode": mode}) for mode in _HVAC_MODES},
    ("cover", "open"): ("cover.open_cover", {}),
    ("cover", "closed"): ("cover.close_cover", {}),
    ("valve", "open"): ("valve.open_valve", {}),
    ("valve", "closed"): ("valve.close_valve", {}),
    ("lock", "locked"): ("lock.lock", {}),
    ("lock", "unlocked"): ("lock.unlock", {}),
    ("media_player", "on"): ("media_player.turn_on", {}),
    ("media_player", "off"): ("media_player.turn_off", {}),
    ("media_player", "playing"): ("media_player.media_play", {}),
    ("media_player", "paused"): ("media_player.media_pause", {}),
    ("vacuum", "cleaning"): ("vacuum.start", {}),
    ("vacuum", "docked"): ("vacuum.return_to_base", {}),
    ("lawn_mower", "mowing"): ("lawn_mower.start_mowing", {}),
    ("lawn_mower", "docked"): ("lawn_mower.dock", {}),
    ("water_heater", "on"): ("water_heater.turn_on", {}),
    ("water_heater", "off"): ("water_heater.turn_off", {}),
}
_CHOSEN = {"select": "select.select_option", "input_select": "input_select.select_option"}

NOTIFY = "persistent_notification.create"
"""The one notification that every Home Assistant has without being set up."""

KNOWN_ACTIONS = frozenset({NOTIFY, *_CHOSEN.values(), *(name for name, _ in _ACTIONS.values())})


@dataclass(frozen=True)
class EntityAction:
    """An action for one entity.

    Args:
        name: `<domain>.<action>`.
        data: what it needs beside its target.
    """

    name: str
    data: Mapping[str, str] = field(default_factory=dict)


def action_for(entity_id: str, state: str) -> EntityAction | None:
    """Return the action that brings the entity into the state; None where its domain has none."""
    domain = entity_id.split(".", 1)[0]
    if domain in _CHOSEN:
        return EntityAction(_CHOSEN[domain], {"option": state})
    found = _ACTIONS.get((domain, state))
    return EntityAction(found[0], found[1]) if found else None
