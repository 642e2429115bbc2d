"""What `homeintel doctor` says of publishing."""

from homeintel.errors import HomeintelError
from homeintel.publish.deliver import publish_broker
from homeintel.publish.link import send
from homeintel.publish.message import Message
from homeintel.publish.topics import Topics
from homeintel.settings import Settings

Row = tuple[str, bool, str, str]
"""A check's name, whether it passed, what it found, how to mend it."""

NAME = "publish"


def check_publish(settings: Settings) -> list[Row]:
    """Return one row a check: the broker takes a message under homeintel's own topic. Nothing is retained."""
    if not settings.publish.enabled:
        return [(NAME, True, "switched off by publish.enabled", "")]
    try:
        topics = Topics.of(settings)
        broker = publish_broker(settings)
        _, error = send(broker, topics, [Message(topics.ping, "doctor", retain=False)])
    except HomeintelError as refused:
        return [(NAME, False, refused.happened, refused.next_step)]
    if error is not None:
        return [(NAME, False, error.happened, error.next_step)]
    return [(NAME, True, f"{broker.host}:{broker.port} takes messages under {topics.root}/", "")]
