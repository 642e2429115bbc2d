"""A small server that speaks Home Assistant's websocket API, written from its documentation.

https://developers.home-assistant.io/docs/api/websocket: the server opens with `auth_required`, answers `auth` with `auth_ok`
or `auth_invalid` and closes, then answers each command with a `result` of the same id. `subscribe_entities` answers with an
event besides (core's `websocket_api/commands.py`). Home Assistant itself needs a Python newer than ours.
"""

import asyncio
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketHandler

TOKEN = "long-lived-token"
VERSION = "2026.11.0"


def _handler(lists: Mapping[str, Any], received: list[str]) -> type[WebSocketHandler]:
    class Handler(WebSocketHandler):
        async def open(self, *_args: str, **_kwargs: str) -> None:
            self.known = False
            await self.write_message(json.dumps({"type": "auth_required", "ha_version": VERSION}))

        async def on_message(self, message: str | bytes) -> None:
            command = json.loads(message)
            received.append(command["type"])
            if not self.known:
                self.known = command.get("type") == "auth" and command.get("access_token") == TOKEN
                kind = "auth_ok" if self.known else "auth_invalid"
                await self.write_message(json.dumps({"type": kind, "ha_version": VERSION}))
                if not self.known:
                    self.close()
                return
            await self.write_message(json.dumps({"id": 99, "type": "event", "event": {}}))
            await self.write_message(json.dumps(self._answer(command)))
            if command["type"] == "subscribe_entities" and command["type"] in lists:
                states = lists[command["type"]]
                added = {name: states[name] for name in command["entity_ids"] if name in states}
                await self.write_message(json.dumps({"id": command["id"], "type": "event", "event": {"a": added}}))

        @staticmethod
        def _answer(command: dict[str, Any]) -> dict[str, Any]:
            answer = {"id": command["id"], "type": "result"}
            if command["type"] not in lists:
                error = {"code": "unknown_command", "message": "Unknown command."}
                return {**answer, "success": False, "error": error}
            return {**answer, "success": True, "result": lists[command["type"]]}

        def data_received(self, chunk: bytes) -> None:
            """Nothing is streamed to this server."""

    return Handler


@contextmanager
def home_assistant(lists: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Yield the address of a server that knows `lists` (command -> result), and the commands it received."""
    received: list[str] = []
    sockets = bind_sockets(0, "127.0.0.1")
    ready, loops = threading.Event(), []

    async def serve() -> None:
        server = HTTPServer(Application([("/api/websocket", _handler(lists, received))]))
        server.add_sockets(sockets)
        stop = asyncio.Event()
        loops.append((asyncio.get_running_loop(), stop))
        ready.set()
        await stop.wait()
        server.stop()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield f"http://127.0.0.1:{sockets[0].getsockname()[1]}", received
    finally:
        loop, stop = loops[0]
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
