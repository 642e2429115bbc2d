"""Every message that is sent is what its published schema says, and the schema knows every key of it."""

from datetime import UTC, datetime

import jsonschema
import pytest

from homeintel.publish.phase import run
from homeintel.publish.run_message import send_run_message
from homeintel.publish.schema import SchemaName, message_schema
from tests.publish.conftest import NIGHT, Home, reading
from tests.servers import Mosquitto

NAMES: tuple[SchemaName, ...] = ("run", "suggestions", "acknowledged")


@pytest.mark.parametrize("status", ["succeeded", "partial", "failed"])
def test_messages_are_what_their_schemas_say(home: Home, broker: Mosquitto, status: str) -> None:
    read = None if status == "failed" else 80_123
    home.night(status=status, finished_at=datetime.now(UTC), points_read=read, events_kept=read)
    home.suggest("run-1", "p-1", "p-2")
    with reading(broker) as reader:
        reader.press("homeintel/demo/answer/p-2", '{"answer": "snooze", "until": "2099-01-01"}')
        run(home.phase())
        send_run_message(home.store, home.settings, "run-1")
        reader.settle()
    for name in NAMES:
        schema, message = message_schema(name), reader.json(f"homeintel/demo/{name}")
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER).validate(
            message
        )
        assert list(schema["properties"]) == list(message)
    assert reader.json("homeintel/demo/acknowledged")["answers"][0]["until"] == "2099-01-01"


def test_a_schema_refuses_a_message_that_is_not_one() -> None:
    empty = {"schema": 1, "home": "demo", "run_id": "r", "night": NIGHT.isoformat()}
    for name in NAMES:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(empty, message_schema(name))
