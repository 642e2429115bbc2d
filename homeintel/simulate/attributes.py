"""The attributes Home Assistant records beside each state: brightness, position, set point, last run."""

from collections.abc import Callable
from typing import Any

import numpy as np

from homeintel.simulate.cast import as_json, static_attributes
from homeintel.simulate.clock import MINUTE, Floats, Ints, moment
from homeintel.simulate.layout import SimulatedEntity
from homeintel.simulate.rows import NONE, Rows, concatenate
from homeintel.simulate.scene import Scene

__all__ = ["FULL", "automation_rows", "climate_rows", "dimmed_lights", "dress", "label"]

FULL = 255
LEVELS = (77, 128, 179, FULL)  # brightness people choose, 0-255
# Kelvin, and Home Assistant's own hs, rgb and xy for it.
WHITES: tuple[tuple[int, list[float], list[int], list[float]], ...] = (
    (2702, [28.391, 65.659], [255, 166, 87], [0.526, 0.387]),
    (3367, [27.316, 47.743], [255, 188, 133], [0.465, 0.376]),
    (4504, [26.728, 26.434], [255, 217, 187], [0.394, 0.357]),
)
DIMMED_EVERY = 2  # every second light is dimmed, every third has its white tone changed
TUNED_EVERY = 3
ADJUSTED = 0.2  # share of switched-on lights that are dimmed again while on


def dimmed_lights(scene: Scene) -> tuple[frozenset[int], frozenset[int]]:
    """Return the numbers of the lights people dim, and of those whose white tone they change."""
    lights = [scene.cast.numbers[entity.entity_id] for entity in scene.cast.entities if entity.component == "light"]
    return frozenset(lights[::DIMMED_EVERY]), frozenset(lights[::TUNED_EVERY])


def dress(scene: Scene, rows: Rows, rng: np.random.Generator) -> Rows:
    """Return rows with the attributes that change, and the attribute-only changes of lights that are dimmed while on."""
    rows = concatenate([rows, _adjusted(scene, rows, rng)]).by_entity()
    attributes = rows.attributes.copy()
    builders: dict[str, Callable[[SimulatedEntity, str, int], dict[str, Any]]] = {
        "light": _light,
        "cover": _cover,
        "fan": _fan,
    }
    codes = rng.integers(0, len(LEVELS) * len(WHITES), len(rows))
    dimmed, tuned = dimmed_lights(scene)
    for number, entity in enumerate(scene.cast.entities):
        build = builders.get(entity.component)
        low, high = np.searchsorted(rows.entity, [number, number + 1])
        if build is None or low == high:
            continue
        level = codes[low:high] % len(LEVELS) if number in dimmed else np.full(high - low, len(LEVELS) - 1)
        white = codes[low:high] // len(LEVELS) if number in tuned else np.zeros(high - low, dtype=np.int64)
        attributes[low:high] = _texts(scene, entity, rows.state[low:high], level + white * len(LEVELS), build)
    rows.attributes = attributes
    return rows


def label(scene: Scene, rows: Rows) -> Rows:
    """Return rows in which those without attributes have what is fixed about their entity."""
    fixed = [scene.texts.number(as_json(static_attributes(entity))) for entity in scene.cast.entities]
    for name in scene.cast.names[len(fixed) :]:
        friendly = name.partition(".")[2].replace("_", " ").capitalize()
        fixed.append(scene.texts.number(as_json({"friendly_name": friendly})))
    rows.attributes = np.where(rows.attributes == NONE, np.array(fixed)[rows.entity], rows.attributes)
    return rows


def _texts(
    scene: Scene,
    entity: SimulatedEntity,
    states: Ints,
    codes: Ints,
    build: Callable[[SimulatedEntity, str, int], dict[str, Any]],
) -> Ints:
    """Return the attribute texts of an entity's rows; equal states and codes share one."""
    known = {scene.state(text): text for text in ("on", "off", "open", "opening", "closed", "closing")}
    pairs, inverse = np.unique(states * 1000 + codes, return_inverse=True)
    texts = [as_json(build(entity, known.get(int(pair) // 1000, ""), int(pair) % 1000)) for pair in pairs]
    return scene.texts.numbers(texts)[inverse]


def _adjusted(scene: Scene, rows: Rows, rng: np.random.Generator) -> Rows:
    """Return attribute-only rows of lights dimmed again between on and the next change."""
    rows = rows.by_entity()
    dimmed, _ = dimmed_lights(scene)
    on = np.isin(rows.entity, list(dimmed)) & (rows.state == scene.state("on"))
    on[:-1] &= rows.entity[1:] == rows.entity[:-1]
    on &= rng.random(len(rows)) < ADJUSTED
    on[-1:] = False
    at = rows.ts[on] + rng.integers(MINUTE // 3, 15 * MINUTE, int(on.sum()))
    before_next = at < rows.ts[1:][on[:-1]]
    chosen = rows.take(on).take(before_next)
    return Rows.make(at[before_next], chosen.entity, chosen.state)


def _light(entity: SimulatedEntity, state: str, code: int) -> dict[str, Any]:
    payload = entity.payload
    fixed = {"effect_list": payload.get("effect_list", []), "supported_color_modes": payload["supported_color_modes"]}
    if state != "on":
        empty = dict.fromkeys(("color_mode", "brightness", "color_temp_kelvin", "hs_color", "rgb_color", "xy_color"))
        return fixed | {"effect": None} | empty | {"friendly_name": entity.name, "supported_features": 44}
    kelvin, hs, rgb, xy = WHITES[code // len(LEVELS)]
    color = {"color_temp_kelvin": kelvin, "hs_color": hs, "rgb_color": rgb, "xy_color": xy}
    lit = {"effect": None, "color_mode": "color_temp", "brightness": LEVELS[code % len(LEVELS)]} | color
    return fixed | lit | {"friendly_name": entity.name, "supported_features": 44}


def _cover(entity: SimulatedEntity, state: str, code: int) -> dict[str, Any]:
    position = {"open": 100, "closed": 0, "opening": 10, "closing": 90}.get(state, 100 - code % 2 * 50)
    return {"current_position": position, "friendly_name": entity.name, "supported_features": 15}


def _fan(entity: SimulatedEntity, state: str, _code: int) -> dict[str, Any]:
    speed = {"percentage": 22 if state == "on" else 0, "percentage_step": 11.11, "preset_mode": None}
    return {"preset_modes": ["auto"], **speed, "friendly_name": entity.name, "supported_features": 57}


def automation_rows(scene: Scene, runs: Rows) -> Rows:
    """Return two rows for each run: started, with `current` 1, and a few milliseconds later done."""
    friendly = {scene.cast.numbers[name]: name.partition(".")[2].replace("_", " ") for name in scene.cast.automations}
    started: list[str] = []
    done: list[str] = []
    for ts, entity in zip(runs.ts.tolist(), runs.entity.tolist(), strict=True):
        name, at = friendly[entity], moment(ts).isoformat(sep=" ")
        for count, texts in ((1, started), (0, done)):
            texts.append(
                f'{{"id":"{entity}","last_triggered":"{at}","mode":"single","current":{count},"friendly_name":"{name}"}}'
            )
    first = Rows(**{**vars(runs), "attributes": scene.texts.numbers(started)})
    second = Rows(**{**vars(runs), "ts": runs.ts + 9_000, "attributes": scene.texts.numbers(done)})
    return concatenate([first, second])


def climate_rows(scene: Scene, changes: Rows, rng: np.random.Generator) -> Rows:
    """Return every report of the thermostats: mode as state; temperature, set point and action as attributes."""
    parts = []
    for entity in (entity for entity in scene.cast.entities if entity.component == "climate"):
        number = scene.cast.numbers[entity.entity_id]
        low, high = np.searchsorted(changes.entity, [number, number + 1])
        own = changes.take(np.arange(low, high))
        start, end = scene.horizon
        step = 35 * MINUTE
        ts = start + ((np.arange((end - start) // step) + rng.random((end - start) // step)) * step).astype(np.int64)
        reports = Rows.make(ts, number, scene.state("heat"))
        if high > low:
            position = np.searchsorted(own.ts, ts) - 1
            reports.state = np.where(position >= 0, own.state[np.maximum(position, 0)], scene.state("off"))
        rows = concatenate([own, reports]).by_entity()
        minute = scene.clock.local_minute(rows.ts)
        warmth = 20.4 + 0.9 * np.cos(2 * np.pi * (minute - 960) / 1440) + 0.25 * rng.standard_normal(len(rows))
        rows.attributes = _climate_texts(scene, entity, np.round(warmth, 1), _setpoints(scene, rows.ts, rng))
        parts.append(rows)
    return concatenate(parts)


def _setpoints(scene: Scene, ts: Ints, rng: np.random.Generator) -> Floats:
    """Return the set point at each time: people turn it a little every other day."""
    turned = scene.life.sample(rng, int(rng.poisson(0.5 * scene.clock.days)))
    values = 19.0 + 0.5 * rng.integers(0, 6, len(turned) + 1)
    return np.asarray(values[np.searchsorted(turned, ts)])


def _climate_texts(scene: Scene, entity: SimulatedEntity, warmth: Floats, setpoint: Floats) -> Ints:
    codes, inverse = np.unique(np.round(warmth * 10).astype(np.int64) * 1000 + setpoint * 10, return_inverse=True)
    texts = []
    for code in codes:
        now, target = int(code) // 1000 / 10, int(code) % 1000 / 10
        action = "heating" if now < target else "idle"
        limits = {"hvac_modes": entity.payload["modes"], "min_temp": 5, "max_temp": 30, "target_temp_step": 0.5}
        state = {"current_temperature": now, "temperature": target, "hvac_action": action}
        texts.append(as_json(limits | state | {"friendly_name": entity.name, "supported_features": 385}))
    return scene.texts.numbers(texts)[inverse]
