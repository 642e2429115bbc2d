"""The habits and reactions homes are planted with: which kind of thing does what, when, and how it is undone."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["CLOCK_SLOTS", "DARK", "EVENING", "REACTIONS", "SUN_SLOTS", "TANGLED_SLOTS", "Reaction", "Slot", "SunSlot"]

Minutes = tuple[float, float]  # earliest and latest local minute
DARK: Mapping[str, str] = {"condition": "sun", "after": "sunset"}
EVENING: Mapping[str, str] = {"condition": "time", "after": "17:00:00", "before": "23:00:00"}


@dataclass(frozen=True)
class Slot:
    """A habit of the clock for an actuator of a component, one whose entity id or room holds one of `words` first.

    `also` are further routines of the same entity; `together` takes the minute of the slot before it, for another
    entity: two habits of one hour that have nothing to do with each other.
    """

    component: str
    words: tuple[str, ...]
    minutes: Minutes
    days: str = "all"
    undo: float | None = 60.0
    also: tuple[tuple[str, Minutes], ...] = ()
    together: bool = False
    state: str | None = None  # None: the component's usual one


@dataclass(frozen=True)
class SunSlot:
    """A habit of the sun; `opened` takes a cover that the clock opens, if there is one: then nothing else undoes it."""

    component: str
    words: tuple[str, ...]
    state: str
    event: str
    offset: Minutes
    undo: float | None
    opened: bool = False


@dataclass(frozen=True)
class Reaction:
    """A coupling: a trigger entity whose id starts with `trigger`, then an action by hand.

    `used` takes the trigger's own action as what triggers: a chain or a shared trigger. `frequent` makes the action
    one that is done often anyway.
    """

    trigger: str
    component: str
    words: tuple[str, ...]
    lag: tuple[float, float]
    conditions: tuple[Mapping[str, str], ...] = ()
    trigger_state: str = "on"
    state: str | None = None
    frequent: bool = False


CLOCK_SLOTS = (
    Slot("switch", ("kaffee",), (395, 450), undo=50),
    Slot("cover", ("living",), (420, 450), "weekday", undo=660, also=(("weekend", (540, 590)),), state="open"),
    Slot("fan", (), (1428, 1446), undo=420),
    Slot("switch", ("tv",), (1170, 1235), undo=140),
    Slot("light", ("kuche",), (385, 440), "weekday", undo=45),
    Slot("light", ("bedside", "reading"), (385, 440), undo=25, together=True),
    Slot("lock", (), (1325, 1370), undo=540),
    Slot("switch", ("speaker",), (600, 650), "weekend", undo=90),
    Slot("light", ("kids",), (1110, 1170), "mon,wed,fri", undo=80),
    Slot("climate", (), (1320, 1350), undo=480),
    Slot("light", (), (1230, 1290), "weekday"),
    Slot("switch", (), (720, 780), "weekend"),
    Slot("light", ("bathroom", "hall"), (450, 520), undo=30),
    Slot("light", (), (1350, 1430), undo=25),
    Slot("switch", (), (1020, 1110), "weekday"),
    Slot("light", (), (1290, 1350), "tue,thu"),
)

# What makes a home hard: entities with several routines, and sets of weekdays.
TANGLED_SLOTS = (
    Slot("light", ("kuche",), (395, 440), undo=30, also=(("all", (1140, 1200)),)),
    Slot("switch", ("speaker", "tv"), (430, 480), "mon,tue,wed,thu", undo=60, also=(("fri,sat", (1230, 1290)),)),
    Slot("light", ("living", "reading"), (1080, 1150), "tue,thu,sat"),
    Slot("switch", ("kaffee",), (410, 460), undo=45),
    Slot("cover", (), (430, 480), "weekday", undo=660, also=(("weekend", (560, 620)),), state="open"),
    Slot("light", ("bedside",), (1340, 1400), undo=30),
    Slot("lock", (), (1300, 1370), undo=500),
    Slot("fan", (), (1425, 1446), "sun,mon,tue,wed,thu", undo=420),
)

SUN_SLOTS = (
    SunSlot("cover", (), "closed", "sunset", (-5, 25), 840.0, opened=True),
    SunSlot("switch", ("garden",), "on", "sunset", (5, 30), None),
    SunSlot("cover", ("kids", "right"), "open", "sunrise", (10, 40), 560.0),
    SunSlot("light", ("living",), "on", "sunset", (-20, 10), 200.0),
)

REACTIONS = (
    Reaction("binary_sensor.hall_motion", "light", ("hall",), (3, 9), (DARK,)),
    Reaction("switch.tv_plug", "light", ("tv_strip",), (20, 60)),
    Reaction("binary_sensor.bedroom_window", "climate", ("bedroom",), (12, 30)),
    Reaction("switch.office_desk_plug", "light", ("desk",), (8, 25)),
    Reaction("binary_sensor.front_door", "light", ("living_room_ceiling", "reading"), (10, 25), (DARK,)),
    Reaction("binary_sensor.garage_door", "switch", ("hall_switch",), (2, 6)),
    Reaction("binary_sensor.kuche_fenster", "switch", ("bathroom_fan",), (40, 110), frequent=True),
    Reaction("switch.tv_plug", "cover", ("right",), (60, 150), (EVENING,), state="closed"),
    Reaction("light.tv_strip", "light", ("ceiling", "colour"), (15, 45)),
    Reaction("lock.front_door_lock", "light", ("bedroom",), (90, 180), trigger_state="locked"),
)
