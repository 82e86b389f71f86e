"""The alarms that are open, the ways to people, and how the alarms themselves do."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.api.door import ByDoor
from services.api.login.gate import viewer
from services.api.problems import responses
from services.api.tile_views import AlarmsTile
from services.api.tiles_of_services import is_notifier_silent
from services.shared.messages import AlarmCount, AlarmReport, ChannelHealth

router = APIRouter(prefix="/api/v1", tags=["present"], dependencies=[Depends(viewer)], responses=responses(401, 429))
_FIGURES = tuple(name for name in AlarmReport.model_fields if name in AlarmReport.__annotations__)


class Channels(BaseModel):
    """The ways to people, each with its health and what came of its last test. `known` is false while the notifier is silent."""

    known: bool
    channels: tuple[ChannelHealth, ...]


class AlarmFigures(BaseModel):
    """How the alarms did from `from_at` to `until_at` (Unix seconds), by ISA-18.2 and EEMUA 191; null: the notifier never spoke.

    While it is silent `known` is false, and the figures are its last.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "known": True, "clock_trusted": True, "from_at": 1792756800.0, "until_at": 1795348800.0, "days": 30.0,
                    "raised": 12, "per_10_minutes": 0.0028, "worst_10_minutes": 3, "flood_minutes": 0.0, "chattering": [],
                    "most_frequent": [{"key": "door", "count": 5, "seconds": None}],
                    "standing": [{"key": "door", "count": 1, "seconds": 420.0}], "stale": [], "acknowledged": 11,
                    "never_acknowledged": 1, "acknowledged_within_s": 95.0,
                    "priorities": [{"key": "high", "count": 1}, {"key": "medium", "count": 3}, {"key": "low", "count": 8}],
                }
            ]
        }
    )  # fmt: skip
    known: bool
    clock_trusted: bool | None = Field(default=None, description="whether the calendar was trusted by which they are counted")
    from_at: float | None = None
    until_at: float | None = None
    days: float | None = Field(default=None, description="30, or less while the site is younger")
    raised: int | None = Field(default=None, description="alarms that people were told of, each once until it ended")
    per_10_minutes: float | None = Field(default=None, description="the mean; should be below 1")
    worst_10_minutes: int | None = Field(default=None, description="the most in any ten minutes; should be at most 10")
    flood_minutes: float | None = Field(default=None, description="minutes of ten-minute windows with more than ten alarms")
    chattering: tuple[AlarmCount, ...] | None = Field(default=None, description="began three times within an hour; how often so")
    most_frequent: tuple[AlarmCount, ...] | None = Field(default=None, description="the ten that were raised most often")
    standing: tuple[AlarmCount, ...] | None = Field(
        default=None, description="stand now and are not shelved, for so many seconds"
    )
    stale: tuple[AlarmCount, ...] | None = Field(default=None, description="stand for over 24 h")
    acknowledged: int | None = None
    never_acknowledged: int | None = None
    acknowledged_within_s: float | None = Field(default=None, description="the median; null: none was acknowledged")
    priorities: tuple[AlarmCount, ...] | None = Field(default=None, description="raised, by priority")


@router.get("/alarms", operation_id="listAlarms")
async def list_alarms(door: ByDoor) -> AlarmsTile:
    """The open alarms with their states, who has seen them, and the ways to people. `known` is false: the notifier is silent."""
    return door.feed().alarms


@router.get("/alarms/report", operation_id="getAlarmReport")
async def get_alarm_report(door: ByDoor) -> AlarmFigures:
    """How the alarms themselves do."""
    report = door.image.alarm_report
    if report is None:
        return AlarmFigures(known=False)
    figures = {name: getattr(report, name) for name in _FIGURES}
    known = not is_notifier_silent(door.image, door.bus.connected)
    return AlarmFigures(known=known, clock_trusted=report.clock_trusted, **figures)


@router.get("/channels", operation_id="listChannels")
async def list_channels(door: ByDoor) -> Channels:
    """The ways to people."""
    tile = door.feed().alarms
    return Channels(known=tile.known, channels=tile.channels)
