"""The one place that knows where retained topics come from: a broker, a file, a simulated home."""

from homeintel.bridge.file import of_texts, read_retained_file
from homeintel.bridge.mqtt import query_broker
from homeintel.bridge.retained import Retained
from homeintel.settings import BridgeSettings, FileBridgeSettings, MqttBridgeSettings


def collect(settings: BridgeSettings) -> Retained:
    """Return the retained topics of the configured source.

    Raises:
        BrokerUnreachableError: no broker answers.
        BrokerRefusedError: the broker refused.
        BridgeError: the file can't be read.
    """
    if isinstance(settings, MqttBridgeSettings):
        return query_broker(settings)
    if isinstance(settings, FileBridgeSettings):
        return read_retained_file(settings.path)
    from homeintel.simulate import simulate_retained

    return of_texts(
        simulate_retained(seed=settings.seed, kind=settings.kind, devices=settings.devices), "a simulated home"
    )
