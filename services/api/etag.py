"""Answers that a client may keep: it says which one it has, and is told when that is still right (304)."""

import hashlib
import json
from typing import Annotated, Any

from fastapi import Header, Request
from fastapi.responses import Response
from pydantic import BaseModel

Known = Annotated[
    str | None, Header(alias="If-None-Match", max_length=2000, description="the ETag of the answer at hand: still right is a 304")
]
RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"headers": {"ETag": {"description": "of this very answer", "schema": {"type": "string"}}}},
    304: {"description": "the answer at hand is still right"},
}


def tagged(request: Request, body: BaseModel | dict[str, Any]) -> Response:
    """The body with its ETag, or 304 without a body. It must be asked for again each time: nothing here is kept unasked."""
    return tagged_text(request, body.model_dump_json() if isinstance(body, BaseModel) else text_of(body))


def text_of(body: dict[str, Any]) -> str:
    """As JSON without spaces."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def tagged_text(request: Request, text: str) -> Response:
    """As `tagged`, of JSON that is text already."""
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Authorization, Cookie"}
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(text, media_type="application/json", headers=headers)


def _has(known: str, tag: str) -> bool:
    """RFC 9110, 13.1.2: a list of tags or `*`; weak and strong are the same here."""
    tags = {one.strip().removeprefix("W/") for one in known.split(",")}
    return tag in tags or "*" in tags
