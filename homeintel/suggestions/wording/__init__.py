"""Wording by a language model: optional, off by default. It never decides, ranks or counts."""

from homeintel.suggestions.wording.cache import read_cache
from homeintel.suggestions.wording.night import Worded, word

__all__ = ["Worded", "read_cache", "word"]
