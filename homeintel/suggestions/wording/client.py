"""Asks a server that speaks OpenAI's chat completions: OpenAI itself, Ollama and others."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from homeintel.errors import WordingError
from homeintel.settings.home import LanguageModelSettings
from homeintel.suggestions.wording.check import Wording

if TYPE_CHECKING:
    from openai import OpenAI

OPENAI_URL = "https://api.openai.com/v1"
MOST_OUTPUT = 1_500
"""Tokens of one answer, a reasoning model's thoughts included."""

LETTERS_PER_TOKEN = 3
"""A careful estimate, where the server does not say how many tokens it took."""

_FORMAT: dict[str, Any] = {
    "type": "json_schema",
    "json_schema": {"name": "wording", "strict": True, "schema": Wording.model_json_schema()},
}


@dataclass(frozen=True)
class Reply:
    """What came back from one call.

    Args:
        text: the message; None where there is none.
        refusal: the model's own words for not answering; empty where it did.
        tokens_input: tokens sent.
        tokens_output: tokens received.
    """

    text: str | None
    refusal: str
    tokens_input: int
    tokens_output: int


def connect(settings: LanguageModelSettings) -> "OpenAI":
    """Return a client that tries each call once: the template stands ready, so nothing is worth waiting for."""
    from openai import OpenAI

    key = settings.api_key.get_secret_value() if settings.api_key else "none"
    return OpenAI(api_key=key, base_url=settings.base_url or OPENAI_URL, timeout=settings.timeout, max_retries=0)


def ask(client: "OpenAI", model: str, messages: list[dict[str, str]]) -> Reply:
    """Ask once.

    Raises:
        WordingError: the server gave no answer: away, slow, overloaded, refusing the key, or not speaking the API.
    """
    from openai import APIConnectionError, APIStatusError, APITimeoutError, OpenAIError

    arguments: Any = {"model": model, "messages": messages, "response_format": _FORMAT}
    try:
        answer = client.chat.completions.create(**arguments, max_completion_tokens=MOST_OUTPUT)
    except APITimeoutError:
        raise _failed("did not answer in time") from None
    except APIConnectionError:
        raise _failed("can't be reached") from None
    except APIStatusError as error:
        raise _failed(f"answered with status {error.status_code}") from None
    except (OpenAIError, ValueError):  # a body that is no JSON
        raise _failed("answered something that is not its API") from None
    choices = getattr(answer, "choices", None)
    if not choices:
        raise _failed("answered something that is not its API")
    message = choices[0].message
    usage = getattr(answer, "usage", None)
    sent = sum(len(part["content"]) for part in messages) // LETTERS_PER_TOKEN
    received = len(message.content or "") // LETTERS_PER_TOKEN
    return Reply(
        message.content,
        getattr(message, "refusal", None) or "",
        int(getattr(usage, "prompt_tokens", None) or sent),
        int(getattr(usage, "completion_tokens", None) or received),
    )


def _failed(what: str) -> WordingError:
    # The server's own text stays out: it may repeat the key or what was sent.
    return WordingError(
        f"The language model's server {what}.",
        kept="The suggestions have their usual wording.",
        next_step="Check suggestions.llm in the params file, or switch it off.",
    )
