"""The cards of the best opportunities: complete, escaped, bounded."""

import json
from typing import Any

import pandas as pd
import pytest

from homeintel.features import cards
from homeintel.features.cards import show_opportunities
from tests.features.homes import at


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was put into the notebook's output."""
    found: list[str] = []
    monkeypatch.setattr(cards, "show_mime", lambda bundle: found.append(bundle["text/html"]))
    monkeypatch.setattr(cards, "show_text", found.append)
    return found


def opportunity(**given: Any) -> dict[str, Any]:
    names = given.pop("friendly_names", ["hall <b>lamp</b>"])
    return {
        "label": "Child lock", "sentence": "Locks the buttons.", "friendly_names": names,
        "ieee_addresses": [f"0x{number}" for number in range(len(names))], "now": "UNLOCK", "reason": "It kept one value.",
        "caveats": "Mind the <i>door</i>.", "certainty": 0.876, "usefulness": 0.5, "effort": 0.05, "risk": "low",
        "score": 0.4, "origin": "expose", "payload": {"child_lock": "LOCK"},
        "topics": [f"zigbee2mqtt/{name}/set" for name in names],
        "action": {"action": "switch.turn_on", "target": {"entity_id": ["switch.hall"]}},
        "evidence": [{"device": names[0], "property": "child_lock", "entity_id": "switch.hall", "verdict": "never_seen",
                      "value": None, "records": 0, "first": at(0.95).isoformat(), "last": None}],
    } | given  # fmt: skip


def test_a_card_tells_what_for_why_how_and_what_it_rests_on_and_escapes_the_house_s_text(shown: list[str]) -> None:
    show_opportunities(pd.DataFrame([opportunity()]), "Europe/Berlin")
    (card,) = shown
    for text in (
        "1. Child lock", "Locks the buttons.", "hall &lt;b&gt;lamp&lt;/b&gt;", "<b>Now:</b> UNLOCK", "It kept one value.",
        "Mind the &lt;i&gt;door&lt;/i&gt;.", "88%", "zigbee2mqtt/hall &lt;b&gt;lamp&lt;/b&gt;/set",
        "{&quot;child_lock&quot;: &quot;LOCK&quot;}", "action: switch.turn_on", "never seen", "2026-10-02 00:48",
    ):  # fmt: skip
        assert text in card, text
    assert "<b>lamp" not in card


def test_an_option_goes_to_zigbee2mqtt_s_own_topic_once_a_device(shown: list[str]) -> None:
    option = opportunity(
        origin="option", payload={"transition": 1}, action=None, friendly_names=["a", "b"],
        topics=["zigbee2mqtt/bridge/request/device/options"],
    )  # fmt: skip
    show_opportunities(pd.DataFrame([option]), "UTC")
    assert "once a device" in shown[0]
    message = shown[0].split("<pre>")[1].split("</pre>")[0].replace("&quot;", '"')
    assert json.loads(message) == {"id": "a", "options": {"transition": 1}}
    assert "Home Assistant has no single action for it." in shown[0]


def test_of_many_devices_and_opportunities_the_rest_is_counted(shown: list[str]) -> None:
    names = [f"lamp {number}" for number in range(15)]
    rows = [opportunity(friendly_names=names), *(opportunity(label=f"Feature {number}") for number in range(3))]
    show_opportunities(pd.DataFrame(rows), "UTC", most=2)
    assert len(shown) == 3
    assert "lamp 11 and 3 more" in shown[0]
    assert "zigbee2mqtt/lamp 11/set</code> and 3 more" in shown[0]
    assert shown[2] == "Also, each with how many devices: Feature 1 (1), Feature 2 (1)."


def test_with_nothing_to_tell_it_says_so(shown: list[str]) -> None:
    show_opportunities(pd.DataFrame([opportunity()]).iloc[:0], "UTC")
    assert shown == ["No unused feature is worth telling of tonight."]
