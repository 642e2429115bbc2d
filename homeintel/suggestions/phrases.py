"""How findings read: verbs for states, days and times in words."""

from homeintel.suggestions.automation.build import clock, days_of
from homeintel.suggestions.names import Names

_DO = {
    "on": "Turn on {}",
    "off": "Turn off {}",
    "open": "Open {}",
    "closed": "Close {}",
    "locked": "Lock {}",
    "unlocked": "Unlock {}",
    "playing": "Play on {}",
    "paused": "Pause {}",
    "cleaning": "Start {}",
    "mowing": "Start {}",
    "docked": "Send {} home",
}
_HAPPENS = {
    "on": "{} turns on",
    "off": "{} turns off",
    "open": "{} opens",
    "closed": "{} closes",
    "home": "{} comes home",
    "not_home": "{} leaves",
    "locked": "{} is locked",
    "unlocked": "{} is unlocked",
    "playing": "{} starts to play",
    "paused": "{} is paused",
}
_SENSES = {
    ("occupancy", "on"): "{} sees someone",
    ("presence", "on"): "{} sees someone",
    ("motion", "on"): "{} sees someone",
    ("contact", "on"): "{} opens",
    ("contact", "off"): "{} closes",
    ("door", "on"): "{} opens",
    ("door", "off"): "{} closes",
    ("window", "on"): "{} opens",
    ("window", "off"): "{} closes",
    ("vibration", "on"): "{} is shaken",
    ("water_leak", "on"): "{} finds water",
    ("smoke", "on"): "{} finds smoke",
}
_DAYS = {"all": "every day", "weekday": "on weekdays", "weekend": "at weekends"}
_DAY_NAMES = {"mon": "Mondays", "tue": "Tuesdays", "wed": "Wednesdays", "thu": "Thursdays", "fri": "Fridays",
              "sat": "Saturdays", "sun": "Sundays"}  # fmt: skip


def do(entity_id: str, state: str, names: Names) -> str:
    """Return what a person does, as a request: `Turn on Kitchen light`."""
    phrase = _DO.get(state, f"Set {{}} to {state.replace('{', '(').replace('}', ')')}")
    return phrase.format(names.of(entity_id))


def happens(entity_id: str, state: str, names: Names) -> str:
    """Return what an entity does, as a clause: `Front door opens`."""
    words = [names.prop.get(entity_id, ""), *entity_id.partition(".")[2].split("_")]
    sensed = next((_SENSES[word, state] for word in words if (word, state) in _SENSES), None)
    fallback = f"{{}} changes to {state.replace('{', '(').replace('}', ')')}"
    phrase = (sensed if entity_id.startswith("binary_sensor.") else None) or _HAPPENS.get(state) or fallback
    return phrase.format(names.of(entity_id))


def on_days(days: str) -> str:
    """Return a pattern's days in words."""
    if days in _DAYS:
        return _DAYS[days]
    named = [_DAY_NAMES[day] for day in days_of(days)]
    return "on " + (", ".join(named[:-1]) + " and " + named[-1] if len(named) > 1 else "".join(named))


def at(minute_of_day: float) -> str:
    """Return a local time of day: `06:45`."""
    return clock(minute_of_day)[:5]


def sun_time(event: str, offset_minutes: float) -> str:
    """Return a time by the sun: `20 minutes after sunset`."""
    offset = round(offset_minutes)
    if offset == 0:
        return f"at {event}"
    return f"{minutes(abs(offset))} {'after' if offset > 0 else 'before'} {event}"


def minutes(count: float) -> str:
    """Return a number of minutes in words."""
    whole = round(count)
    return "1 minute" if whole == 1 else f"{whole} minutes"


def lag(seconds: float) -> str:
    """Return a lag in words: seconds under two minutes, else minutes."""
    return f"{max(1, round(seconds))} seconds" if seconds < 120 else minutes(seconds / 60)
