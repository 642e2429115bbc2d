from homeintel.features.catalogue import load_catalogue
from homeintel.features.features import describe
from homeintel.features.spare import idle_entities, spare_devices, uninvolved_devices
from homeintel.features.tables import Tables
from homeintel.features.verdicts import judge
from tests.features.homes import capability, device, entity, pattern, seen, tables


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
    rows = describe(judge(home()), load_catalogue())
    spare = spare_devices(rows, home().devices)
    assert spare["ieee_address"].tolist() == ["0x2"]
    assert spare["features"].tolist() == [1]


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
