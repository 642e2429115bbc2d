"""Topics and answers hold for any text, whoever wrote it."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeintel.errors import SuggestionError
from homeintel.publish.answers import parse_press
from homeintel.publish.inbox import Received
from homeintel.publish.message import shorten
from homeintel.publish.topics import Topics, suggestion_of, topic_key

TOPICS = Topics("homeintel/demo", "homeassistant", "homeintel_demo", ("zigbee2mqtt", "house/zigbee"))
IDS = st.text(min_size=1).filter(lambda text: text.isprintable())


@given(IDS)
def test_any_id_is_one_level_of_a_topic_and_comes_back(suggestion_id: str) -> None:
    key = topic_key(suggestion_id)
    assert not set(key) & {"/", "#", "+", "\0", "'", '"', "{", "}", "\\"}
    assert suggestion_of(TOPICS.answer(suggestion_id)) == suggestion_id
    assert TOPICS.is_own(TOPICS.answer(suggestion_id))


@given(st.text())
def test_nothing_under_a_base_topic_is_ever_own(rest: str) -> None:
    for base in TOPICS.base_topics:
        assert not TOPICS.is_own(base)
        assert not TOPICS.is_own(f"{base}/{rest}")


@given(st.text())
def test_only_discovery_of_its_own_device_is_own(name: str) -> None:
    if name != TOPICS.identifier:
        assert not TOPICS.is_own(f"homeassistant/device/{name}/config")
        assert not TOPICS.is_own(f"homeassistant/sensor/{name}/status/config")
    assert TOPICS.is_own(TOPICS.device)
    assert TOPICS.is_own(TOPICS.entity("sensor", "status"))


@given(st.binary())
def test_any_payload_is_an_answer_or_refused(payload: bytes) -> None:
    with contextlib.suppress(SuggestionError):
        assert parse_press(Received("homeintel/demo/answer/p-1", payload, retained=False)).suggestion_id == "p-1"


@pytest.mark.parametrize("payload", [b'{"answer": ' * 20, b"{", b'{"answer":null,"until":[]}', b"x" * 257])
def test_broken_json_and_long_text_are_refused(payload: bytes) -> None:
    with pytest.raises(SuggestionError, match="is no answer"):
        parse_press(Received("homeintel/demo/answer/p-1", payload, retained=True))


@given(st.text(), st.integers(1, 300))
def test_a_shortened_text_is_no_longer_than_asked(text: str, most: int) -> None:
    short = shorten(text, most)
    assert len(short) <= most
    assert short == text or short.endswith("…")


def test_other_suggestions_or_another_order_have_another_slots_topic() -> None:
    shown = {TOPICS.slots(ids) for ids in ([], ["a"], ["b"], ["a", "b"], ["b", "a"], ["ab"])}
    assert len(shown) == 6
