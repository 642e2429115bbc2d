"""Puts retained topics on a real broker."""

from collections.abc import Mapping

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.servers import Mosquitto


def retain(broker: Mosquitto, topics: Mapping[str, str | bytes]) -> None:
    """Publish every topic retained and wait until the broker has it."""
    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(broker.username, broker.password)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    sent = [client.publish(topic, payload, qos=1, retain=True) for topic, payload in topics.items()]
    for message in sent:
        message.wait_for_publish(30)
    client.disconnect()
    client.loop_stop()
