"""Which topics are homeintel's own, and the guard that keeps every message inside them."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from homeintel.errors import PublishError
from homeintel.settings import Settings

_NOT_AN_ID = re.compile(r"[^a-zA-Z0-9_-]+")


@dataclass(frozen=True)
class Topics:
    """The topics of one home; see https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery for discovery's.

    Args:
        root: everything but discovery lies under `<root>/`.
        discovery_prefix: Home Assistant's discovery prefix.
        identifier: the home's device id and the start of every unique id; `[a-zA-Z0-9_-]` only.
        base_topics: Zigbee2MQTT's, which are never written to.
    """

    root: str
    discovery_prefix: str
    identifier: str
    base_topics: tuple[str, ...]

    @classmethod
    def of(cls, settings: Settings) -> "Topics":
        """Return the topics of a home.

        Raises:
            PublishError: `publish.topic` holds a wildcard, or it or the discovery prefix lies under one of
                Zigbee2MQTT's base topics.
        """
        topic = settings.publish.topic
        if topic.startswith(("/", "$")) or topic.endswith("/") or set(topic) & {"#", "+", "\0"}:
            raise PublishError(
                f"publish.topic {topic!r} can't be published under.",
                kept="Nothing was sent.",
                next_step="It must not start or end with `/`, start with `$`, or hold `#` or `+`.",
            )
        topics = cls(
            root=f"{topic}/{settings.home.slug}",
            discovery_prefix=settings.bridge.discovery_prefix,
            identifier=f"{_identifier(topic)}_{settings.home.slug}",
            base_topics=tuple(settings.bridge.base_topics),
        )
        for own in (topic, topics.root, topics.discovery_prefix):
            topics._refuse_foreign(own)
        return topics

    @property
    def run(self) -> str:
        """The run's figures; sent last."""
        return f"{self.root}/run"

    @property
    def state(self) -> str:
        """The entities' states of the last night; expires."""
        return f"{self.root}/state"

    @property
    def all_slots(self) -> str:
        """The start of every `slots` topic."""
        return f"{self.root}/slots/"

    @property
    def suggestions(self) -> str:
        """What is new or gone."""
        return f"{self.root}/suggestions"

    @property
    def acknowledged(self) -> str:
        """Answers that were taken."""
        return f"{self.root}/acknowledged"

    @property
    def answers(self) -> str:
        """The filter that matches every answer."""
        return f"{self.root}/answer/+"

    @property
    def ping(self) -> str:
        """Where homeintel talks to itself, to know that everything queued before has come."""
        return f"{self.root}/ping"

    @property
    def device(self) -> str:
        """The device's discovery topic."""
        return f"{self.discovery_prefix}/device/{self.identifier}/config"

    def answer(self, suggestion_id: str) -> str:
        """Return where the answer to one suggestion is pressed."""
        return f"{self.root}/answer/{topic_key(suggestion_id)}"

    def slots(self, suggestion_ids: Sequence[str]) -> str:
        """Return the topic of the suggestions shown as entities: another one when other suggestions are shown.

        Home Assistant does not ask a topic again when only a template changed, but it does when the topic changed.
        """
        shown = hashlib.sha256("\n".join(suggestion_ids).encode()).hexdigest()[:8]
        return f"{self.all_slots}{shown}"

    def entity(self, component: str, key: str) -> str:
        """Return one entity's own discovery topic."""
        return f"{self.discovery_prefix}/{component}/{self.identifier}/{key}/config"

    def is_own(self, topic: str) -> bool:
        """Tell whether homeintel may publish there."""
        if any(_lies_under(topic, base) for base in self.base_topics) or set(topic) & {"#", "+", "\0"}:
            return False
        discovery = re.escape(self.discovery_prefix)
        own_discovery = rf"{discovery}/(device|[a-z_]+/{re.escape(self.identifier)})/[a-zA-Z0-9_-]+/config"
        return topic.startswith(f"{self.root}/") or (
            re.fullmatch(own_discovery, topic) is not None and self.identifier in topic.split("/")
        )

    def _refuse_foreign(self, topic: str) -> None:
        for base in self.base_topics:
            if _lies_under(topic, base):
                raise PublishError(
                    f"{topic} lies under Zigbee2MQTT's base topic {base}, where homeintel never writes.",
                    kept="Nothing was sent.",
                    next_step="Choose another publish.topic and discovery prefix.",
                )


def topic_key(suggestion_id: str) -> str:
    """Return a suggestion's id as one level of a topic; ids that are plain stay as they are."""
    return quote(suggestion_id, safe="")


def suggestion_of(topic: str) -> str:
    """Return the suggestion's id that an answer's topic names."""
    return unquote(topic.rsplit("/", 1)[-1])


def _lies_under(topic: str, base: str) -> bool:
    return topic == base or topic.startswith(f"{base}/")


def _identifier(text: str) -> str:
    plain = _NOT_AN_ID.sub("_", text)
    return plain if plain == text else f"{plain}_{hashlib.sha256(text.encode()).hexdigest()[:4]}"
