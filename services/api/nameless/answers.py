"""Stands behind the guard: whatever a route answers to somebody who looks without a login names no person."""

import csv
import io
import json
from collections.abc import Callable
from functools import partial

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api.login.person import FREE_VIEW
from services.api.nameless.documents import A_PERSON, may_name, of_document, of_text

_DATA = b"data: "


class Nameless:
    """Wraps an app. JSON is read whole and written anew; streams and CSV piece by piece, as the routes send them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One exchange."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Answer(scope, send).take)


class _Answer:
    """One answer on its way: who asks is known when it begins."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._piece: Callable[[bytes], bytes] | None = None
        self._held: Message | None = None
        self._body = b""

    async def take(self, message: Message) -> None:
        """What the app sends."""
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self._held is not None:
            await self._gather(self._held, message)
        elif self._piece is not None and message.get("body"):
            await self._send({**message, "body": self._piece(message["body"])})
        else:
            await self._send(message)

    async def _begin(self, start: Message) -> None:
        person = self._scope["state"].get("person")
        kind = Headers(raw=start["headers"]).get("content-type", "").partition(";")[0]
        if person is not None and person.how == FREE_VIEW:
            if kind in ("application/json", "application/problem+json", "text/html"):
                self._held = start
                self._piece = _json if "json" in kind else _html
                return
            self._piece = partial(_rows, []) if kind == "text/csv" else _items if kind == "text/event-stream" else None
        await self._send(start)

    async def _gather(self, start: Message, message: Message) -> None:
        """To the end: its length must be told first."""
        self._body += message.get("body", b"")
        if message.get("more_body"):
            return
        assert self._piece is not None
        body, self._held = self._piece(self._body), None
        if self._body:
            MutableHeaders(scope=start)["content-length"] = str(len(body))
        await self._send(start)
        await self._send({**message, "body": body})


def _json(raw: bytes) -> bytes:
    if not may_name(raw):
        return raw
    return json.dumps(of_document(json.loads(raw)), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _html(raw: bytes) -> bytes:
    return of_text(raw.decode()).encode()


def _items(raw: bytes) -> bytes:
    """Server-sent events: each `data` is a document on a line of its own."""
    lines = (_DATA + _json(line.removeprefix(_DATA)) if line.startswith(_DATA) else line for line in raw.split(b"\n"))
    return b"\n".join(lines)


def _rows(head: list[str], raw: bytes) -> bytes:
    """Whole rows; the first ever are the head."""
    rows = list(csv.reader(io.StringIO(raw.decode(), newline="")))
    if not head:
        head += rows[0]
        return raw
    told = [[_cell(name, cell) for name, cell in zip(head, row, strict=False)] for row in rows]
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\r\n").writerows(told)
    return lines.getvalue().encode()


def _cell(name: str, cell: str) -> str:
    return A_PERSON if name == "who" and cell else of_text(cell)
