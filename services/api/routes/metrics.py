"""The metrics of all services in one place, in the Prometheus exposition format."""

from typing import Any

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from services.api.door import ByDoor
from services.api.login.gate import Viewer
from services.api.metrics import exposition
from services.api.problems import responses

router = APIRouter(tags=["metrics"], responses=responses(401))
_TEXT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}


@router.get("/metrics", operation_id="getMetrics", response_class=Response, responses=_TEXT)
async def get_metrics(door: ByDoor, _viewer: Viewer) -> Response:
    """Every metric of every service, labelled `service`. One that does not answer within 2 s is `mine_up` 0."""
    return Response(exposition(await door.metrics.gather()), media_type=CONTENT_TYPE_LATEST)
