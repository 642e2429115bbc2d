"""One night's wording: the cache first, then the model within its bounds, else the template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pandas as pd

from homeintel.errors import WordingError
from homeintel.settings.home import LanguageModelSettings
from homeintel.suggestions.candidate import Candidate
from homeintel.suggestions.names import Names
from homeintel.suggestions.wording.check import Wording, objection, read_answer
from homeintel.suggestions.wording.client import LETTERS_PER_TOKEN, MOST_OUTPUT, Reply, ask, connect
from homeintel.suggestions.wording.request import INSTRUCTION, Pseudonyms, Request, make_request

if TYPE_CHECKING:
    from openai import OpenAI

Cache = Mapping[str, Wording]
"""Content hash -> an answer that was accepted before, placeholders for names and numbers in place."""

COLUMNS = (
    "content_hash",
    "model",
    "made_at",
    "title",
    "description",
    "rejected",
    "tokens_input",
    "tokens_output",
    "cost",
)


@dataclass(frozen=True)
class Worded:
    """The night's wording.

    Args:
        texts: suggestion id -> title and description to show instead of the template's.
        calls: one row a call, as the table `wordings` has it (without `run_id`).
        sentence: what the reader should know; empty where nothing happened.
    """

    texts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    calls: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(COLUMNS)))
    sentence: str = ""


def word(
    candidates: Sequence[Candidate],
    names: Names,
    devices: Sequence[str],
    settings: LanguageModelSettings,
    cache: Cache,
) -> Worded:
    """Return wording for suggestions, the best first, as far as the night's bounds allow.

    Nothing leaves the house unless `settings.enabled`; with `share: types` no name of the house does.

    Args:
        candidates: the chosen suggestions, by rank.
        names: what people call their entities.
        devices: names of all devices, so that none slips through.
        settings: model, server, bounds.
        cache: answers of earlier nights.
    """
    if not settings.enabled or not candidates:
        return Worded()
    about = [entity for candidate in candidates for entity in candidate.entity_ids]
    pseudonyms = Pseudonyms(names, devices, about) if settings.share == "types" else None
    night = _Night(settings)
    texts: dict[str, tuple[str, str]] = {}
    for candidate in candidates:
        request = make_request(candidate, names, pseudonyms)
        kept = cache.get(request.content_hash(settings.model))
        wording = _tonight(kept, request) if kept else night.wording(request)
        if wording is not None and not objection(wording, request):
            texts[candidate.suggestion_id] = request.put_back(wording.title), request.put_back(wording.description)
    return Worded(texts, pd.DataFrame(night.calls, columns=list(COLUMNS)), night.sentence)


def _tonight(kept: Wording, request: Request) -> Wording:
    """Return an earlier night's answer with tonight's numbers."""
    texts = {name: request.with_figures(getattr(kept, name)) for name in Wording.model_fields}
    return kept.model_copy(update=texts)


class _Night:
    """Counts what was spent, and stops at the first failure or bound."""

    def __init__(self, settings: LanguageModelSettings) -> None:
        self._settings = settings
        self._client: OpenAI | None = None
        self._tokens, self._cost = 0, 0.0
        self.calls: list[dict[str, object]] = []
        self._stopped = ""

    @property
    def sentence(self) -> str:
        """What happened, in words."""
        rejected = sum(call["rejected"] is not None for call in self.calls)
        parts = [self._stopped, f"{rejected} answers of the language model were rejected." if rejected else ""]
        return " ".join(part for part in parts if part)

    def wording(self, request: Request) -> Wording | None:
        """Return the model's answer, repaired once if need be; None where the template has to do."""
        messages = [{"role": "system", "content": INSTRUCTION}, {"role": "user", "content": request.content}]
        for _attempt in ("answer", "repair"):
            reply = self._call(messages)
            if reply is None:
                return None
            wording = read_answer(reply.text)
            wrong = "the model refused" if reply.refusal else ""
            wrong = wrong or (wording if isinstance(wording, str) else objection(wording, request))
            self._record(request, reply, wording if isinstance(wording, Wording) else None, wrong)
            if not wrong and isinstance(wording, Wording):
                return wording
            if reply.refusal:
                return None
            complaint = f"That can't be used: {wrong}. Answer again with the JSON object only."
            messages += [
                {"role": "assistant", "content": (reply.text or "")[:2000]},
                {"role": "user", "content": complaint},
            ]
        return None

    def _call(self, messages: list[dict[str, str]]) -> Reply | None:
        self._stopped = self._stopped or self._bound(sum(len(message["content"]) for message in messages))
        if self._stopped:
            return None
        try:
            self._client = self._client or connect(self._settings)
            return ask(self._client, self._settings.model, messages)
        except WordingError as error:
            self._stopped = error.happened
            return None

    def _bound(self, letters: int) -> str:
        """Return which of the night's bounds the next call could break; empty where none."""
        settings, tokens = self._settings, letters // LETTERS_PER_TOKEN
        cost = self._price(tokens, MOST_OUTPUT)
        if len(self.calls) >= settings.max_calls:
            return "The night's calls to the language model are used up."
        if self._tokens + tokens + MOST_OUTPUT > settings.max_tokens:
            return "The night's tokens of the language model are used up."
        return "The night's money for the language model is used up." if self._cost + cost > settings.max_cost else ""

    def _price(self, tokens_input: int, tokens_output: int) -> float:
        settings = self._settings
        return (tokens_input * settings.price_input + tokens_output * settings.price_output) / 1e6

    def _record(self, request: Request, reply: Reply, wording: Wording | None, wrong: str) -> None:
        cost = self._price(reply.tokens_input, reply.tokens_output)
        kept = wording if wording and not wrong else None
        self._tokens += reply.tokens_input + reply.tokens_output
        self._cost += cost
        self.calls.append(
            {
                "content_hash": request.content_hash(self._settings.model),
                "model": self._settings.model,
                "made_at": datetime.now(UTC),
                "title": request.without_figures(kept.title) if kept else None,
                "description": request.without_figures(kept.description) if kept else None,
                "rejected": wrong or None,
                "tokens_input": reply.tokens_input,
                "tokens_output": reply.tokens_output,
                "cost": cost,
            }
        )
