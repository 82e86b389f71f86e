"""The built page, and the plain one that needs no script and no build."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi import Path as InPath
from fastapi.responses import FileResponse, HTMLResponse

from services.api import page_without_scripts, plain
from services.api.door import ByDoor
from services.api.login import gate
from services.api.routes.login import to_login

router = APIRouter(include_in_schema=False)
debug_router = APIRouter(include_in_schema=False)
_OWN = Path(__file__).parent.parent / "page"
_UNCHANGING = {"Cache-Control": "public, max-age=31536000, immutable"}
_TRIES_AGAIN = {"Refresh": "10"}
_MEDIA = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".webmanifest": "application/manifest+json"}
_TYPES = {".js", ".css", ".svg", ".png", ".ico", ".webmanifest", ".woff2", ".txt", ".map", ".json"}
Segment = Annotated[str, InPath(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}$")]


@router.get("/")
@router.get("/index.html")
async def index(door: ByDoor, request: Request) -> Response:
    """The page; the plain one until it is built; the login where only who is known may look."""
    if not gate.page_is_open(request):
        return to_login(request)
    built = door.page / "index.html"
    headers = None if built.is_file() else plain.again()  # the built one asks by its scripts, or says itself where none run
    return HTMLResponse(page_without_scripts.page(door.feed(), built, _stop_form(request)), headers=headers)


@router.get("/plain")
async def plain_page(door: ByDoor, request: Request) -> Response:
    """The page without scripts."""
    if not gate.page_is_open(request):
        return to_login(request)
    return HTMLResponse(plain.page(door.feed(), _stop_form(request)), headers=plain.again())


@router.get("/stop")
async def stop_page(request: Request) -> Response:
    """The emergency stop alone, on a page that does not reload while somebody types."""
    return HTMLResponse(plain.document("Emergency stop", (_stop_form(request), '<p><a href="/">The site</a></p>')))


@router.get("/offline.html")
async def offline_page() -> Response:
    """What an installed page shows while the site cannot be reached."""
    return _file(_OWN / "offline.html", _TRIES_AGAIN)


@router.get("/plain.css")
async def plain_style() -> Response:
    """The style of the plain pages."""
    return _file(_OWN / "plain.css")


@router.get("/favicon.svg")
@router.get("/favicon.ico")
async def icon() -> Response:
    """The icon, by the name that browsers ask for unasked too."""
    return _file(_OWN / "favicon.svg")


@router.get("/assets/{name}")
async def asset(name: Segment, door: ByDoor, request: Request) -> Response:
    """A file of the built page; its name changes with its content."""
    return _packed(door.page / "assets" / name, request)


@router.get("/event.html")
async def event_page(door: ByDoor, request: Request) -> Response:
    """The page of one curtailment; the login where only who is known may look."""
    return _file(door.page / "event.html") if gate.page_is_open(request) else to_login(request)


@debug_router.get("/debug.html")
async def debug_page(door: ByDoor) -> Response:
    """The debug page. It is built with the rest; without it the calls are tried at /api/docs."""
    return _file(door.page / "debug.html")


@router.get("/{name}")
async def top_file(name: Segment, door: ByDoor) -> Response:
    """A file beside the page, such as its icon; pages have routes of their own."""
    if Path(name).suffix not in _TYPES:
        raise HTTPException(404)
    return _file(door.page / name)


def _stop_form(request: Request) -> str:
    if request.app.state.is_debug:
        return page_without_scripts.stop_form(asks_for_login=False)
    session = gate.session_of(request)
    return page_without_scripts.stop_form(asks_for_login=session is None, csrf=session.csrf if session else "")


def _file(path: Path, headers: dict[str, str] | None = None) -> Response:
    if not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, media_type=_MEDIA.get(path.suffix), headers=headers)


def _packed(path: Path, request: Request) -> Response:
    """A file that never changes, in its packed form where the build made one and the browser takes it."""
    headers = _UNCHANGING | {"Vary": "Accept-Encoding"}
    packed = path.with_name(f"{path.name}.gz")
    if "gzip" not in request.headers.get("accept-encoding", "") or not packed.is_file():
        return _file(path, headers)
    return FileResponse(packed, media_type=_MEDIA[path.suffix], headers=headers | {"Content-Encoding": "gzip"})
