"""The description of this listener, for programs and as a page that needs no internet."""

import json
from html import escape
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from services.api import etag
from services.api.door import ByDoor

router = APIRouter(include_in_schema=False)
_OWN = Path(__file__).parent.parent / "page"
_BUILT = ("swagger-ui.css", "swagger-ui-bundle.js")
_METHODS = ("get", "post", "put", "patch", "delete")


@router.get("/api/openapi.json")
async def description(request: Request) -> Response:
    """The OpenAPI document of the listener that is asked."""
    return etag.tagged_text(request, _text(request.app))


@router.get("/api/docs")
async def page(door: ByDoor) -> Response:
    """Swagger's page; a list of the operations until it is built."""
    built = all((door.page / "swagger" / name).is_file() for name in _BUILT)
    return FileResponse(_OWN / "docs.html") if built else RedirectResponse("/api/docs/plain", 307)


@router.get("/api/docs/plain")
async def plain(request: Request) -> Response:
    """The operations as a list, without a script."""
    return HTMLResponse(_listed(json.loads(_text(request.app))))


@router.get("/api/docs/start.js")
async def start() -> Response:
    """What starts Swagger's page."""
    return FileResponse(_OWN / "docs.js", headers={"Cache-Control": "no-cache"})


@router.get("/api/docs/{name}")
async def built(name: str, door: ByDoor) -> Response:
    """A file of Swagger's page."""
    path = door.page / "swagger" / name
    if name not in _BUILT or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, headers={"Cache-Control": "no-cache"})


def _text(app: Any) -> str:
    """Of this listener's app. Made when it is first asked for, and kept, for that takes a Pi a second."""
    if not hasattr(app.state, "description"):
        app.state.description = etag.text_of(app.openapi())
    return str(app.state.description)


def _listed(document: dict[str, Any]) -> str:
    rows = [
        f"<li><code>{method.upper()} {escape(path)}</code> {escape(one.get('description', ''))}</li>"
        for path, item in document["paths"].items()
        for method, one in item.items()
        if method in _METHODS
    ]
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<title>API - Bitcoin Mine Control</title><link rel="stylesheet" href="/plain.css"><h1>API</h1>'
        '<p>For programs: <a href="/api/openapi.json">openapi.json</a>.</p>'
        f"<ul>{''.join(rows)}</ul></html>"
    )
