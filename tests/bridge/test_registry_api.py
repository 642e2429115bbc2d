"""Home Assistant's registries over its websocket API, against a server written from its documentation."""

from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from homeintel.bridge.phase import run
from homeintel.bridge.registry_api import LISTS, STATES, ask_registry
from homeintel.errors import BridgeError, BrokerRefusedError, BrokerUnreachableError
from homeintel.store import records
from tests.bridge.homeassistant import TOKEN, home_assistant
from tests.bridge.test_registry import AREAS, DEVICES, LIGHT, area, entities, home
from tests.servers import free_port

# Over the API an area's id is called `area_id`.
KNOWN = dict(zip(LISTS, ([LIGHT], DEVICES, [{"area_id": "living", "name": "Living room"}, *AREAS[1:]]), strict=True))


def test_the_lists_and_the_states_of_mqtt_entities_are_asked_for_and_nothing_else() -> None:
    states = {"light.reading_corner": {"s": "on"}, "person.anna": {"s": "home"}}
    with home_assistant({**KNOWN, STATES: states}) as (url, received):
        registry = ask_registry(f"{url}/", TOKEN)
    assert received == ["auth", *LISTS, STATES]
    assert registry.states == {"light.reading_corner": "on"}
    assert registry.entities["0x1_light_zigbee2mqtt"].entity_id == "light.reading_corner"
    assert registry.areas == {"0x1": "Living room"}


def test_a_home_assistant_that_does_not_know_the_question_for_states_gives_none() -> None:
    with home_assistant(KNOWN) as (url, _):
        assert ask_registry(url, TOKEN).states == {}


def test_without_mqtt_entities_no_state_is_asked_for() -> None:
    with home_assistant({**KNOWN, LISTS[0]: [], STATES: {}}) as (url, received):
        assert ask_registry(url, TOKEN).states == {}
    assert received == ["auth", *LISTS]


@pytest.mark.parametrize(("state", "told"), [("on", ["on"]), ("unknown", [None]), ("unavailable", [])])
def test_a_state_is_noted_as_told_and_an_unknown_one_as_never_told(
    tmp_path: Path, state: str, told: list[str | None]
) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    with home_assistant({**KNOWN, STATES: {"light.reading_corner": {"s": state, "a": {"brightness": 200}}}}) as (
        url,
        _,
    ):
        phase = home(tmp_path, homeassistant={"url": url, "token_file": str(tmp_path / "token")})
        assert run(phase).status == "succeeded"
    with phase.store.connect() as connection:
        rows = records(connection, "SELECT path, value, source FROM reported_values")
    assert rows == [{"path": "light/state", "value": value, "source": "homeassistant"} for value in told]


def test_a_whole_night_with_home_assistant(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    with home_assistant(KNOWN) as (url, _):
        phase = home(tmp_path, homeassistant={"url": url, "token_file": str(tmp_path / "token")})
        assert run(phase).status == "succeeded"
        before = entities(phase)
    assert {row[0] for row in before} == {"light.reading_corner"}
    outcome = run(phase)
    assert outcome.status == "degraded"
    assert f"Home Assistant at {url} can't be asked" in outcome.reason
    assert TOKEN not in outcome.reason
    assert entities(phase) == before
    assert area(phase) == "Living room"


def test_a_wrong_token_is_refused_and_never_shown() -> None:
    with home_assistant(KNOWN) as (url, _), pytest.raises(BrokerRefusedError) as caught:
        ask_registry(url, "wrong-token")
    assert "refused the token" in str(caught.value)
    assert "wrong-token" not in str(caught.value)


def test_a_list_that_is_not_known_is_an_error() -> None:
    partly = {LISTS[0]: [LIGHT]}
    with home_assistant(partly) as (url, _), pytest.raises(BridgeError, match="does not answer config/device_registry"):
        ask_registry(url, TOKEN)


def test_nothing_there_and_something_else_there(httpserver: HTTPServer) -> None:
    with pytest.raises(BrokerUnreachableError, match="can't be asked"):
        ask_registry(f"http://127.0.0.1:{free_port()}", TOKEN)
    with pytest.raises(BrokerUnreachableError, match="can't be asked"):
        ask_registry(httpserver.url_for("/").rstrip("/"), TOKEN)
