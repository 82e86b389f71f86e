"""The built page, and the plain one that needs no script and no build."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi import Path as InPath
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from services.api import plain
from services.api.door import ByDoor, Door
from services.api.login import gate

router = APIRouter(include_in_schema=False)
debug_router = APIRouter(include_in_schema=False)
_OWN = Path(__file__).parent.parent / "page"
_UNCHANGING = {"Cache-Control": "public, max-age=31536000, immutable"}
_TYPES = {".js", ".css", ".svg", ".png", ".ico", ".webmanifest", ".woff2", ".txt", ".map", ".json"}
Segment = Annotated[str, InPath(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}$")]


@router.get("/")
@router.get("/index.html")
async def index(door: ByDoor, request: Request) -> Response:
    """The page; the plain one until it is built; the login where only who is known may look."""
    if not gate.page_is_open(request):
        return RedirectResponse("/login", 303)
    built = door.page / "index.html"
    return FileResponse(built) if built.is_file() else _plain(door)


@router.get("/plain")
async def plain_page(door: ByDoor, request: Request) -> Response:
    """The page without scripts."""
    return _plain(door) if gate.page_is_open(request) else RedirectResponse("/login", 303)


@router.get("/plain.css")
async def plain_style() -> Response:
    """The style of the plain page and the small debug page."""
    return _file(_OWN / "plain.css")


@router.get("/favicon.svg")
@router.get("/favicon.ico")
async def icon() -> Response:
    """The icon, by the name that browsers ask for unasked too."""
    return _file(_OWN / "favicon.svg")


@router.get("/assets/{name}")
async def asset(name: Segment, door: ByDoor) -> Response:
    """A file of the built page; its name changes with its content."""
    return _file(door.page / "assets" / name, _UNCHANGING)


@debug_router.get("/debug.html")
async def debug_page(door: ByDoor) -> Response:
    """The built debug page; a small one until it is built."""
    built = door.page / "debug.html"
    return _file(built if built.is_file() else _OWN / "debug.html")


@debug_router.get("/debug-plain.html")
async def debug_plain_page() -> Response:
    """The small debug page, also when the other one is built."""
    return _file(_OWN / "debug.html")


@debug_router.get("/debug-plain.js")
async def debug_script() -> Response:
    """The small debug page's script."""
    return _file(_OWN / "debug.js")


@router.get("/{name}")
async def top_file(name: Segment, door: ByDoor) -> Response:
    """A file beside the page, such as its icon; pages have routes of their own."""
    if Path(name).suffix not in _TYPES:
        raise HTTPException(404)
    return _file(door.page / name)


def _plain(door: Door) -> Response:
    return HTMLResponse(plain.page(door.feed()))


def _file(path: Path, headers: dict[str, str] | None = None) -> Response:
    if not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, headers=headers)
