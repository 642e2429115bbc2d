"""Which series speaks for a capability."""

from typing import Any

from homeintel.features.links import link
from tests.features.homes import capability, device, entity, seen, tables

LAMP = "0x1"
COLOUR = capability(LAMP, "light/color_xy/x", kind="numeric")
WHITE = capability(LAMP, "light/color_temp", kind="numeric")
EFFECT = capability(LAMP, "effect", kind="enum")


def linked(
    capabilities: list[dict[str, Any]], entities: list[dict[str, Any]], observed: list[dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    home = tables(devices=[device(LAMP)], capabilities=capabilities, entities=entities, observed=observed)
    rows = link(home.capabilities, home.entities, home.observed)
    return {str(row["path"]): {str(key): cell for key, cell in row.items()} for row in rows.to_dict("records")}


def test_a_colour_that_home_assistant_derives_from_the_white_tone_is_no_use_of_colour() -> None:
    entities = [
        entity("light.a", LAMP, "light/color_xy/x", attribute="xy_color"),
        entity("light.a", LAMP, "light/color_temp", attribute="color_temp"),
    ]
    observed = [
        seen("light.a", "xy_color", changes=4, distinct_values=3),
        seen("light.a", "color_temp_kelvin", changes=4),
        seen("light.a", "color_mode", seen=["color_temp"]),
    ]
    rows = linked([COLOUR, WHITE], entities, observed)
    assert (rows["light/color_xy/x"]["changes"], rows["light/color_xy/x"]["distinct_values"]) == (0, 1)
    assert rows["light/color_temp"]["changes"] == 4


def test_a_colour_that_was_chosen_is_a_use_of_colour_in_any_notation() -> None:
    entities = [entity("light.a", LAMP, "light/color_xy/x", attribute="xy_color")]
    observed = [
        seen("light.a", "hs_color", changes=4),
        seen("light.a", "color_mode", changes=1, seen=["color_temp", "hs"]),
    ]
    assert linked([COLOUR], entities, observed)["light/color_xy/x"]["changes"] == 4


def test_of_several_entities_the_one_with_the_most_changes_speaks() -> None:
    entities = [
        entity("select.a_effect", LAMP, "effect", enabled=False),
        entity("light.a", LAMP, "effect", attribute="effect"),
    ]
    row = linked([EFFECT], entities, [seen("light.a", "effect", changes=2)])["effect"]
    assert (row["entity_id"], row["changes"]) == ("light.a", 2)


def test_of_several_silent_entities_the_enabled_one_speaks() -> None:
    entities = [
        entity("select.a_effect", LAMP, "effect", enabled=False),
        entity("light.a", LAMP, "effect", attribute="effect"),
    ]
    assert linked([EFFECT], entities, [])["effect"]["entity_id"] == "light.a"


def test_an_entity_without_a_path_is_found_by_its_property_but_never_for_an_option() -> None:
    option = capability(LAMP, "effect#2", name="effect", origin="option")
    rows = linked([EFFECT, option], [entity("select.a", LAMP, None, property="effect")], [seen("select.a", changes=1)])
    assert rows["effect"]["entity_id"] == "select.a"
    assert rows["effect#2"]["changes"] == 0
    assert not isinstance(rows["effect#2"]["entity_id"], str)


def test_an_entity_of_another_device_does_not_speak() -> None:
    rows = linked([EFFECT], [entity("select.b", "0x2", "effect")], [seen("select.b", changes=1)])
    assert rows["effect"]["changes"] == 0
