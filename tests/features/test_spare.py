import pandas as pd

from homeintel.features.catalogue import load_catalogue
from homeintel.features.features import describe
from homeintel.features.spare import idle_entities, spare_devices, uninvolved_devices
from homeintel.features.tables import Tables
from homeintel.features.verdicts import judge
from tests.features.homes import at, capability, device, entity, pattern, seen, tables


def home(**more: object) -> Tables:
    return tables(
        devices=[device("0x1"), device("0x2"), device("0x3", friendly_name="remote")],
        capabilities=[
            capability("0x1", "switch/state"),
            capability("0x2", "switch/state"),
            capability("0x3", "action", kind="enum", access=1),
        ],
        entities=[
            entity("switch.a", "0x1", "switch/state"),
            entity("update.a", "0x1", None),
            entity("switch.b", "0x2", "switch/state"),
            entity("switch.off", "0x2", "other", enabled=False),
        ],
        observed=[seen("switch.a", changes=9), seen("switch.b")],
        **more,  # type: ignore[arg-type]
    )


def test_a_device_of_which_nothing_changed_looks_spare_but_one_that_cannot_be_seen_does_not() -> None:
    spare = spares(home())
    assert spare["ieee_address"].tolist() == ["0x2"]
    assert spare["features"].tolist() == [1]
    assert spare["looks"].tolist() == ["spare"]


def spares(tables: Tables) -> pd.DataFrame:
    return spare_devices(describe(judge(tables), load_catalogue()), tables.devices, tables.last_used)


def test_a_device_an_earlier_night_saw_in_use_is_seasonal_and_one_that_cannot_be_reached_is_offline() -> None:
    summer = pd.Timestamp(at(-90))
    seasonal = spares(home(used=[{"ieee_address": "0x2", "used_until": summer}]))
    assert seasonal[["looks", "used_until"]].to_numpy().tolist() == [["seasonal", summer]]
    unreachable = home()
    unreachable.devices["available"] = [True, False, None]
    assert spares(unreachable)["looks"].tolist() == ["offline"]
    unreachable.devices["available"] = True
    assert spares(unreachable)["looks"].tolist() == ["spare"]


def test_settings_stand_last_among_idle_entities_and_a_disabled_device_has_none() -> None:
    idle = tables(
        devices=[device("0x1", friendly_name="a"), device("0x2", friendly_name="z"), device("0x3", disabled=True)],
        capabilities=[capability("0x1", "child_lock", category="config")],
        entities=[
            entity("switch.child_lock", "0x1", "child_lock"),
            entity("number.a", "0x1", "level"),
            entity("switch.z", "0x2", "switch/state"),
            entity("switch.gone", "0x3", "switch/state"),
        ],
    )
    assert idle_entities(idle)[["entity_id", "setting"]].to_numpy().tolist() == [
        ["switch.z", False], ["number.a", True], ["switch.child_lock", True],
    ]  # fmt: skip


def test_entities_nothing_happens_to_are_told_but_not_updates_and_disabled_ones() -> None:
    assert idle_entities(home())["entity_id"].tolist() == ["switch.b"]


def test_a_device_in_use_without_habit_or_automation_is_told() -> None:
    assert uninvolved_devices(home())["ieee_address"].tolist() == ["0x1"]
    assert uninvolved_devices(home(patterns=[pattern("switch.a", "on")])).empty


def test_a_device_that_an_automation_moves_or_names_takes_part() -> None:
    moved = home()
    moved.observed.loc[moved.observed["entity_id"] == "switch.a", "automation"] = 3
    named = home()
    named.entities["automated"] = named.entities["entity_id"] == "switch.a"
    assert uninvolved_devices(moved).empty
    assert uninvolved_devices(named).empty
