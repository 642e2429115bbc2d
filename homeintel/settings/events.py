"""Where the event history comes from."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, model_validator

from homeintel.settings._paths import RootedPath
from homeintel.settings.connections import SecretSource, SimulatedSettings
from homeintel.settings.home import Section


class EventsCommon(Section):
    """What every event source has."""

    overlap_hours: float = Field(default=6, ge=0, le=240, description="Hours fetched again for late points.")
    keep_days: int | None = Field(
        default=None, ge=1, description="Days of events kept; null is the window and 14 more."
    )
    numeric_interval: int = Field(
        default=300, ge=1, le=86_400, description="Seconds to which numeric series are reduced."
    )
    exclude_entities: list[str] = Field(default_factory=list, description="Entity ids, or globs, that are never kept.")
    also: "SecondSource | None" = Field(
        default=None, description="A second source merged in, such as the recorder, which knows causes."
    )

    @model_validator(mode="after")
    def _divides_a_day(self) -> "EventsCommon":
        if 86_400 % self.numeric_interval:
            msg = "numeric_interval must divide a day evenly, such as 60, 300, 900 or 3600"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _two_at_most(self) -> "EventsCommon":
        if self.also is not None and self.also.also is not None:
            msg = "two sources can be merged, not three; remove also.also"
            raise ValueError(msg)
        return self


class HttpSettings(EventsCommon):
    """A server reached over HTTP."""

    url: str = Field(default="http://localhost:8086", pattern=r"^https?://", description="The server's address.")
    timeout: float = Field(default=60, gt=0, le=3600, description="Seconds a request may be silent.")
    retry_seconds: float = Field(
        default=90, ge=0, le=3600, description="How long a server that does not answer is tried again."
    )
    ca_file: RootedPath | None = Field(
        default=None, description="The authority to trust for https; null is the system's."
    )

    @model_validator(mode="after")
    def _no_secret_in_url(self) -> "HttpSettings":
        if "@" in self.url:
            msg = "a user or password does not belong in the url; use username and the environment"
            raise ValueError(msg)
        return self


class TokenSource(Section):
    """Where a token is found: the environment, or a file named here. It never stands in the params file."""

    token_env: str | None = Field(default=None, description="The environment variable that holds the token.")
    token_file: RootedPath | None = Field(default=None, description="A file that holds the token.")
    token: SecretStr | None = Field(
        default=None, description="Filled from the environment or the file; never written here."
    )


class Influxdb1Settings(HttpSettings, SecretSource):
    """InfluxDB 1.x, or 2.x with a DBRP mapping: InfluxQL."""

    source: Literal["influxdb1"]
    database: str = Field(default="homeassistant", min_length=1, description="The database.")
    retention_policy: str | None = Field(default=None, description="The retention policy; null is the default one.")
    username: str | None = Field(default=None, description="A user that may read.")


class Influxdb2Settings(HttpSettings, TokenSource):
    """InfluxDB 2.x: Flux. Also 1.8 with Flux switched on: bucket `database/policy`, token `user:password`."""

    source: Literal["influxdb2"]
    organization: str = Field(default="", description="The organisation's name; empty where the server has none.")
    bucket: str = Field(default="Home Assistant", min_length=1, description="The bucket.")


class Influxdb3Settings(HttpSettings, TokenSource):
    """InfluxDB 3: InfluxQL over the endpoint it has in common with 1.x."""

    source: Literal["influxdb3"]
    url: str = Field(default="http://localhost:8181", pattern=r"^https?://", description="The server's address.")
    database: str = Field(default="homeassistant", min_length=1, description="The database.")
    query_hours: float = Field(
        default=24, gt=0, le=72, description="Hours one query may span; InfluxDB 3 Core refuses more than about 72."
    )


class RecorderSettings(EventsCommon):
    """Home Assistant's own SQLite database."""

    source: Literal["recorder"]
    path: RootedPath = Field(description="The file home-assistant_v2.db, or a copy of it.")


class FilesSettings(EventsCommon):
    """Parquet or CSV files with ts, entity_id, state and optionally attributes and contexts."""

    source: Literal["files"]
    paths: list[str] = Field(min_length=1, description="Paths or globs.")


class SimulatedEventsSettings(EventsCommon, SimulatedSettings):
    """The events of a simulated home."""

    source: Literal["simulated"]


SecondSource = Annotated[
    Influxdb1Settings
    | Influxdb2Settings
    | Influxdb3Settings
    | RecorderSettings
    | FilesSettings
    | SimulatedEventsSettings,
    Field(discriminator="source"),
]
EventsSettings = SecondSource

for _kind in (
    EventsCommon,
    HttpSettings,
    Influxdb1Settings,
    Influxdb2Settings,
    Influxdb3Settings,
    RecorderSettings,
    FilesSettings,
    SimulatedEventsSettings,
):
    _kind.model_rebuild()
