"""Which features were used, counted again from the rows."""

import json
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from homeintel.simulate import SimulatedHome, simulate_home
from homeintel.simulate.features import leaves
from homeintel.simulate.models import models

if TYPE_CHECKING:
    from homeintel.simulate.truth import FeatureUse


def test_every_leaf_of_every_device_is_told(demo: SimulatedHome) -> None:
    devices = json.loads(demo.retained["zigbee2mqtt/bridge/devices"])
    told = Counter(use.ieee_address for use in demo.truth.feature_use)
    assert set(told) == {device["ieee_address"] for device in devices[1:]}
    keys = [(use.ieee_address, use.path) for use in demo.truth.feature_use]
    assert len(keys) == len(set(keys))


def test_paths_name_endpoints_and_composites() -> None:
    switch = {leaf.path for leaf in leaves(models()["QBKG24LM"])}
    assert {"switch_left/state", "switch_right/state", "operation_mode_left"} <= switch
    lamp = {leaf.path for leaf in leaves(models()["LED1624G9"])}
    assert {"light/state", "light/color_xy/x", "light/level_config/execute_if_off", "transition"} <= lamp


def test_state_changes_are_those_of_the_rows(demo: SimulatedHome, rows: pd.DataFrame) -> None:
    known = rows[~rows["state"].isin(["unknown", "unavailable"])]
    changed = known[known["state"] != known.groupby("entity_id")["state"].shift()]
    counts = changed.groupby("entity_id").size() - 1
    checked = 0
    for use in demo.truth.feature_use:
        if use.entity_id is not None and use.entity_id in counts.index and use.attribute is None and use.observable:
            assert use.changes == counts[use.entity_id], use
            checked += 1
    assert checked > 150


def test_brightness_changes_are_those_of_the_rows(demo: SimulatedHome, rows: pd.DataFrame) -> None:
    uses = [use for use in demo.truth.feature_use if use.attribute == "brightness"]
    assert any(use.used for use in uses)
    assert any(not use.used for use in uses)
    for use in uses:
        own = rows[(rows["entity_id"] == use.entity_id) & rows["attributes"].notna()]
        values = own["attributes"].map(lambda text: json.loads(text).get("brightness")).dropna()
        assert use.changes == int((values != values.shift()).sum()) - 1


def test_what_cannot_be_seen_is_said_so(demo: SimulatedHome) -> None:
    by_path: dict[str, FeatureUse] = {}
    for use in demo.truth.feature_use:
        by_path.setdefault(use.path, use)
    assert not by_path["light/level_config/execute_if_off"].observable
    assert not by_path["linkquality"].observable
    assert not by_path["identify"].observable
    assert by_path["light/color_xy/x"].observable
    assert not by_path["light/color_xy/x"].used  # white shown as a colour is no colour


def test_options_are_those_of_the_configuration(demo: SimulatedHome) -> None:
    configured = json.loads(demo.retained["zigbee2mqtt/bridge/info"])["config"]["devices"]
    for use in demo.truth.feature_use:
        if use.origin == "option":
            assert use.used == (use.path.split("/")[0] in configured[use.ieee_address])


def test_a_machine_is_named_as_the_hand(demo: SimulatedHome) -> None:
    bathroom = next(
        use for use in demo.truth.feature_use if use.entity_id == "light.bathroom_light" and use.attribute is None
    )
    assert (bathroom.used, bathroom.by) == (True, "automation")
    lock = next(
        use for use in demo.truth.feature_use if use.entity_id == "lock.front_door_lock" and use.attribute is None
    )
    assert lock.by == "person"


def test_an_excluded_entity_is_not_observable() -> None:
    home = simulate_home(seed=4, days=4, end=date(2026, 11, 8), kind="varied")
    hidden = {entity.entity_id for entity in home.truth.entities if entity.excluded}
    assert hidden
    assert all(not use.observable for use in home.truth.feature_use if use.entity_id in hidden)
