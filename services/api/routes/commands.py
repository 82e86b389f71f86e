"""Whether commands do what they say: counted and timed, and the newest with their life. Two addresses, one function."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.api.door import ByDoor
from services.api.history import commands, lives
from services.api.login.gate import viewer
from services.api.problems import responses

router = APIRouter(tags=["past"], dependencies=[Depends(viewer)], responses=responses(401, 422, 429, 503))
Hours = Annotated[int, Query(ge=1, le=720, description="how far back")]
Device = Annotated[str, Query(max_length=100, description="one device alone, such as foreman or pdu-1", examples=["foreman"])]
Limit = Annotated[int, Query(ge=1, le=lives.MOST_LIVES)]


@router.get("/api/commands", operation_id="getCommandTruth")
@router.get("/api/v1/commands", operation_id="getCommandStatistics")
async def get_command_truth(door: ByDoor, hours: Hours = 24, device: Device = "") -> commands.CommandTruth:
    """By device and act: how many were sent, confirmed by a measurement and after how many seconds, or not."""
    end_ms = int(door.image.now().wall_s * 1000)
    start_ms = max(0, end_ms - hours * 3_600_000)
    return await door.past(lambda connection: commands.truth(connection, start_ms, end_ms, device))


@router.get("/api/commands/recent", operation_id="listRecentCommands")
@router.get("/api/v1/commands/recent", operation_id="listCommands")
async def list_recent_commands(door: ByDoor, limit: Limit = 50, device: Device = "") -> lives.Lives:
    """The newest commands with their life."""
    return await door.past(lambda connection: lives.newest(connection, limit, device))
