"""`GET /api/v1/maintenance`: what the machine does by itself, and how each went last."""

import asyncio

from fastapi import APIRouter, Depends

from services.api.door import ByDoor
from services.api.login.gate import known
from services.api.maintenance import Maintenance, jobs
from services.api.problems import responses

router = APIRouter(prefix="/api/v1", tags=["present"], dependencies=[Depends(known)], responses=responses(401))


@router.get("/maintenance", operation_id="getMaintenance")
async def get_maintenance(door: ByDoor) -> Maintenance:
    """Care of each database, backups, the look at the configuration. Takes up to 2 s where a service does not answer."""
    families = await door.metrics.gather()
    return await asyncio.to_thread(jobs, door.settings, families, door.config.found, door.image.now())
