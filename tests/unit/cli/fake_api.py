"""An api on a real socket that answers what a test lays down, and keeps what it was asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.ports import free_port

CONFIG = "tests/data/old_config.txt"


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class FakeApi:
    """`answers` by "METHOD /path": each call takes the next of the list and stays with the last. Bytes go out as they are."""

    port: int = 0
    answers: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def env(self, *, debug: bool = True, page: bool = False, controller: bool = False) -> dict[str, str]:
        """Which of the doors it is; the others lead nowhere."""
        ports = {"MINE_API_DEBUG_PORT": debug, "MINE_API_PORT": page, "MINE_OPS_CONTROLLER_PORT": controller}
        return {"MINE_CONFIG": CONFIG, **{name: str(self.port if here else free_port()) for name, here in ports.items()}}

    def take(self, asked: Asked) -> tuple[int, Any]:
        self.asked.append(asked)
        laid = self.answers.get(f"{asked.method} {asked.path}", [(404, {"detail": f"no {asked.path}"})])
        return laid.pop(0) if len(laid) > 1 else laid[0]


@contextmanager
def fake_api() -> Iterator[FakeApi]:
    api = FakeApi()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._exchange("GET")

        def do_POST(self) -> None:
            self._exchange("POST")

        def log_message(self, *_: object) -> None: ...

        def _exchange(self, method: str) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, body = api.take(Asked(method, self.path, dict(self.headers), json.loads(raw) if raw else None))
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            if isinstance(body, dict) and "id" in body:
                self.send_header("Location", f"/api/v1/requests/{body['id']}")
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
