"""Which home, and which days of it."""

import hashlib
import re
import unicodedata
from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from homeintel.settings._paths import RootedPath


class Section(BaseModel):
    """A part of the params file: unknown keys are errors, values don't change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        msg = "not a known time zone; write it like Europe/Berlin (the IANA names)"
        raise ValueError(msg)
    return name


TimeZoneName = Annotated[str, AfterValidator(_known_zone)]


class HomeSettings(Section):
    """The home itself."""

    name: str = Field(min_length=1, max_length=100, description="What reports and topics call the home.")
    timezone: TimeZoneName = Field(description="The home's IANA time zone, such as Europe/Berlin.")
    latitude: float = Field(ge=-90, le=90, description="Degrees north; for sunrise and sunset.")
    longitude: float = Field(ge=-180, le=180, description="Degrees east; for sunrise and sunset.")

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.timezone)

    @property
    def slug(self) -> str:
        """The name as a folder's and a topic's name: `a-z`, `0-9`, `-`.

        A name that is not one already gets four hexadecimal digits of its hash, so that two homes never share a slug.
        """
        plain = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode().lower()
        slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
        digest = hashlib.sha256(self.name.encode()).hexdigest()[:4]
        return slug if slug == self.name else f"{slug}-{digest}".strip("-")


class WindowSettings(Section):
    """Which days a night looks at."""

    days: int = Field(default=30, ge=1, le=366, description="How many local days.")
    end: date | None = Field(default=None, description="A local date, exclusive; null is today.")


class CapabilitiesSettings(Section):
    """How stored capabilities age."""

    refresh_days: int = Field(default=30, ge=1, description="An unchanged device is rewritten after so many days.")


class NightSettings(Section):
    """Limits of the run itself."""

    phase_minutes: float = Field(default=15, gt=0, le=24 * 60, description="A phase is stopped after so many minutes.")


class StorageSettings(Section):
    """Where results live. Relative paths start at the params file's root."""

    database: RootedPath = Field(description="The DuckDB file.")
    reports: RootedPath = Field(description="The folder of the reports; one folder a home inside.")
    memory_limit: str = Field(
        default="192MB", pattern=r"^\d+(\.\d+)?\s?(MB|GB|MiB|GiB)$", description="What DuckDB may take in one process."
    )
    keep_reports: int = Field(
        default=365, ge=1, description="Report folders of older nights are removed after so many nights."
    )


class LanguageModelSettings(Section):
    """The optional wording by a language model; off unless asked for."""

    enabled: bool = Field(default=False, description="Nothing leaves the house unless this is true.")
    model: str = Field(default="gpt-5-mini", description="The model's name at the server.")
    base_url: str | None = Field(default=None, description="Another server with OpenAI's API, such as Ollama's.")
    api_key_env: str | None = Field(default=None, description="The environment variable that holds the key.")
    api_key_file: RootedPath | None = Field(default=None, description="A file that holds the key.")
    api_key: SecretStr | None = Field(
        default=None, description="Filled from the environment or the file; never written here."
    )
    share: Literal["types", "names"] = Field(
        default="types", description="types: entity names are replaced by placeholders before they leave the house."
    )
    timeout: float = Field(default=30, gt=0, description="Seconds one call may take.")
    max_calls: int = Field(default=12, ge=0, description="Calls a night.")
    max_tokens: int = Field(default=20_000, ge=0, description="Tokens a night, in and out together.")
    max_cost: float = Field(default=0.10, ge=0, description="Money a night, in the currency of the two prices.")
    price_input: float = Field(default=0, ge=0, description="What a million tokens sent cost; 0: nothing, or unknown.")
    price_output: float = Field(default=0, ge=0, description="What a million tokens received cost.")


class SuggestionsSettings(Section):
    """What phase 5 hands over."""

    limit: int | None = Field(default=10, ge=1, description="How many; null is all.")
    automations_file: RootedPath | None = Field(
        default=None, description="The home's automations.yaml; what stands there is never suggested."
    )
    feedback_file: RootedPath | None = Field(default=None, description="Answers to suggestions as a YAML file.")
    llm: LanguageModelSettings = Field(
        default_factory=LanguageModelSettings, description="Wording by a language model."
    )
