"""Whether the site lives, for a watcher on another machine. It asks nobody who comes, and so it says nothing else."""

from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from services.api.door import ByDoor

router = APIRouter(include_in_schema=False)


class Health(BaseModel):
    """`controller_age_s`: seconds since the controller last decided; null when it was not heard on this boot."""

    status: Literal["ok", "controller silent"]
    service: Literal["api"] = "api"
    controller_age_s: float | None


@router.get("/health")
async def get_health(door: ByDoor, response: Response) -> Health:
    """200 while the controller decides, else 503: the api alone controls nothing."""
    image = door.image
    now = image.now()
    silent, age_s = image.state_stale(now), image.state_age_s(now)
    if silent:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return Health(status="controller silent" if silent else "ok", controller_age_s=None if age_s is None else round(age_s, 1))
