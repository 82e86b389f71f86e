"""What we cost ourselves, for programs and as a page without scripts."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from services.api import cost_page
from services.api.cost import Cost
from services.api.door import ByDoor
from services.api.login import gate
from services.api.login.gate import Viewer
from services.api.plain import again
from services.api.problems import responses
from services.api.routes.login import to_login

router = APIRouter(tags=["metrics"], responses=responses(401))
page_router = APIRouter(include_in_schema=False)


@router.get("/api/v1/cost", operation_id="getCost")
async def get_cost(door: ByDoor, _viewer: Viewer) -> Cost:
    """Memory, processor time, bytes written since the start and today, by service and in all; disk and databases."""
    return await door.cost.tell()


@page_router.get("/cost")
async def cost_as_page(door: ByDoor, request: Request) -> Response:
    """The same as a page; the login where only who is known may look."""
    if not gate.page_is_open(request):
        return to_login(request)
    return HTMLResponse(cost_page.page(await door.cost.tell(), door.settings.general.site), headers=again())
