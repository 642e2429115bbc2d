"""Whether a language model's answer may be shown: it says nothing that its input does not say."""

import re

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from homeintel.suggestions.wording.request import NUMBER, Request


class Wording(BaseModel):
    """What a model has to answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field(min_length=5, max_length=160)
    description: str = Field(min_length=10, max_length=600)


_NUMBER = re.compile(NUMBER)
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_MARKUP = re.compile(r"[<>`\x00-\x09\x0b-\x1f\x7f]|https?:|www\.|\]\(", re.IGNORECASE)
_NUMBER_WORDS = {
    word: str(value)
    for value, word in enumerate(
        ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"],
        start=2,
    )
} | {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "hundred": "100", "thousand": "1000", "dozen": "12",
     "half": "", "twice": "", "double": ""}  # fmt: skip
_DIRECTIONS = ("off", "open", "opens", "close", "closes", "unlock", "unlocks", "lock", "disarm")
"""Words that would turn a suggestion into another one."""


def read_answer(text: str | None) -> Wording | str:
    """Return the answer, or why it is none."""
    try:
        return Wording.model_validate_json(text or "")
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return f"it is not the JSON object asked for ({where + ': ' if where else ''}{first['msg']})"


def objection(answer: Wording, request: Request) -> str:
    """Return why an answer may not be shown; empty where it may."""
    said = f"{answer.title}\n{answer.description}"
    given = f"{request.title}\n{request.description}"
    if "\n" in answer.title or _MARKUP.search(said):
        return "it holds markup, a link or control characters"
    strange = [word for word in _PLACEHOLDER.findall(said) if word not in request.names]
    if strange or "{" in _PLACEHOLDER.sub("", said) or "}" in _PLACEHOLDER.sub("", said):
        return "it holds braces that are not in the input"
    if request.must_name and request.must_name not in answer.title:
        return f"its title does not name {request.must_name}"
    return _wrong_number(said, given) or _wrong_direction(said, given)


def _wrong_number(said: str, given: str) -> str:
    said, given = _PLACEHOLDER.sub(" ", said), _PLACEHOLDER.sub(" ", given)
    known = set(_NUMBER.findall(given))
    wrong = [number for number in _NUMBER.findall(said) if number not in known]
    words = re.findall(r"[a-z]+", said.lower())
    known_words = set(re.findall(r"[a-z]+", given.lower()))
    wrong += [w for w in words if w in _NUMBER_WORDS and w not in known_words and _NUMBER_WORDS[w] not in known]
    return f"the number {wrong[0]} is not in the input" if wrong else ""


def _wrong_direction(said: str, given: str) -> str:
    words, known = (set(re.findall(r"[a-z]+", text.lower())) for text in (said, given))
    wrong = [word for word in _DIRECTIONS if word in words and word not in known]
    return f"the word {wrong[0]} is not in the input" if wrong else ""
