"""How to reach the broker, the event history and Home Assistant."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, model_validator

from homeintel.settings._paths import RootedPath
from homeintel.settings.home import Section


class TlsSettings(Section):
    """Transport encryption."""

    ca_file: RootedPath | None = Field(default=None, description="The authority to trust; null is the system's.")
    certificate_file: RootedPath | None = Field(default=None, description="The client's certificate.")
    key_file: RootedPath | None = Field(default=None, description="The client's key.")


class SecretSource(Section):
    """Where a secret is found: the environment, or a file named here. It never stands in the params file."""

    password_env: str | None = Field(default=None, description="The environment variable that holds the password.")
    password_file: RootedPath | None = Field(default=None, description="A file that holds the password.")
    password: SecretStr | None = Field(
        default=None, description="Filled from the environment or the file; never written here."
    )


class BrokerSettings(SecretSource):
    """An MQTT broker."""

    host: str = Field(default="localhost", min_length=1, description="The broker's name or address.")
    port: int = Field(default=1883, ge=1, le=65535, description="1883, or 8883 with TLS.")
    username: str | None = Field(default=None, description="The broker's user.")
    tls: TlsSettings | None = Field(default=None, description="Give {} to use TLS with the system's authorities.")
    transport: Literal["tcp", "websockets"] = Field(default="tcp", description="tcp or websockets.")
    websocket_path: str = Field(default="/mqtt", description="The path of a websocket connection.")
    protocol: Literal["5", "3.1.1"] = Field(default="5", description="The MQTT version.")
    timeout: float = Field(default=20, gt=0, le=600, description="Seconds until the query gives up.")


def _base_topics_field() -> list[str]:
    return ["zigbee2mqtt"]


class BridgeTopics(Section):
    """Which topics belong to Zigbee2MQTT and to discovery."""

    base_topics: list[str] = Field(
        default_factory=_base_topics_field, min_length=1, description="One a bridge; may hold `/`."
    )
    discovery_prefix: str = Field(
        default="homeassistant", min_length=1, description="Home Assistant's discovery prefix."
    )

    @model_validator(mode="after")
    def _no_wildcards(self) -> "BridgeTopics":
        for topic in (*self.base_topics, self.discovery_prefix):
            if not topic or topic.startswith("/") or topic.endswith("/") or set(topic) & {"#", "+", "\0"}:
                msg = "a topic must not be empty, start or end with `/`, or hold `#` or `+`"
                raise ValueError(msg)
        return self


class MqttBridgeSettings(BrokerSettings, BridgeTopics):
    """Zigbee2MQTT's retained topics, read from the broker."""

    source: Literal["mqtt"]


class FileBridgeSettings(BridgeTopics):
    """The same topics from a JSON file: an object, topic -> payload."""

    source: Literal["file"]
    path: RootedPath = Field(description="The JSON file.")


class SimulatedSettings(Section):
    """A simulated home."""

    seed: int = Field(default=7, ge=0, description="The same seed and end date give the same home.")
    kind: str = Field(default="regular", description="Which of the family of simulated homes.")
    devices: int = Field(default=60, ge=1, le=1000, description="About how many Zigbee devices.")


class SimulatedBridgeSettings(SimulatedSettings, BridgeTopics):
    """The retained topics of a simulated home."""

    source: Literal["simulated"]


BridgeSettings = Annotated[
    MqttBridgeSettings | FileBridgeSettings | SimulatedBridgeSettings, Field(discriminator="source")
]


class HomeAssistantSettings(Section):
    """Where renamed entity ids and areas are known."""

    registry: RootedPath | None = Field(default=None, description="A copy of .storage, or core.entity_registry in it.")
    url: str | None = Field(default=None, pattern=r"^https?://", description="Home Assistant's own address.")
    token_env: str | None = Field(default=None, description="The environment variable that holds a long-lived token.")
    token_file: RootedPath | None = Field(default=None, description="A file that holds the token.")
    token: SecretStr | None = Field(
        default=None, description="Filled from the environment or the file; never written here."
    )


class PublishSettings(Section):
    """Whether and where Home Assistant is told."""

    enabled: bool = Field(default=True, description="false: nothing is published.")
    topic: str = Field(default="homeintel", min_length=1, description="Everything is published under this topic.")
    broker: BrokerSettings | None = Field(default=None, description="Another broker than the bridge's.")
    report_url: str | None = Field(
        default=None,
        pattern=r"^https?://",
        description="Where storage.reports is served; null publishes the file's path.",
    )
    per_entity_discovery: bool = Field(default=False, description="For Home Assistant before 2024.12.")
    always: bool = Field(default=False, description="Publish the suggestions even when nothing is new or gone.")
