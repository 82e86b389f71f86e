"""`GET /api/v1/check`: everything that is set up, each with its verdict and what to do; what `mine check` shows."""

import asyncio

from fastapi import APIRouter, Depends

from services.api.check import channels, devices, kept, own
from services.api.check.rows import CheckRows
from services.api.door import ByDoor
from services.api.login.gate import known
from services.api.problems import responses
from services.shared.version import VERSION

router = APIRouter(prefix="/api/v1", tags=["present"], dependencies=[Depends(known)], responses=responses(401, 429))


@router.get("/check", operation_id="getCheck")
async def get_check(door: ByDoor) -> CheckRows:
    """Each device by its owner's last poll, which is `age_s` old: ask again after `due_s` for one that began later."""
    image, settings, now = door.image, door.settings, door.image.now()
    connected = door.bus.connected
    lies = own.configuration(await door.config.now(), settings)
    own_rows = (lies, *own.rows(door.feed(), settings), *await asyncio.to_thread(kept.rows, settings, now))
    told = (
        *devices.rows(image, settings, now, broker_connected=connected),
        *channels.rows(image, settings, now, broker_connected=connected),
        *own_rows,
    )
    return CheckRows(time=now.wall_s, version=VERSION, rows=told)
