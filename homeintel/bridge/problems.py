"""What could not be understood: counted, named and shown, never dropped silently."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing in the payloads that is not as documented.

    Args:
        topic: where it stood.
        subject: the device, group or entity; empty where it is the topic itself.
        found: what is odd about it, and what became of it.
        serious: whether the night's result lacks something because of it.
    """

    topic: str
    subject: str
    found: str
    serious: bool = False
