"""Which of Home Assistant's registries a night asks."""

from homeintel.bridge.registry import Registry
from homeintel.bridge.registry_api import ask_registry
from homeintel.bridge.registry_files import read_registry_files
from homeintel.errors import BridgeError
from homeintel.settings import HomeAssistantSettings


def find_registry(settings: HomeAssistantSettings) -> Registry | None:
    """Return what Home Assistant knows: asked over its API where a url is given, else from its files; None for neither.

    Raises:
        BrokerUnreachableError: Home Assistant does not answer.
        BrokerRefusedError: it refused the token, or none is given.
        BridgeError: the files can't be read.
    """
    if settings.url is not None:
        if settings.token is None:
            raise BridgeError(
                "homeassistant.url is set and no token is.",
                next_step="Put a long-lived token in HOMEINTEL_HOMEASSISTANT_TOKEN, or name its file with homeassistant.token_file.",
            )
        return ask_registry(settings.url, settings.token.get_secret_value())
    return read_registry_files(settings.registry) if settings.registry is not None else None
