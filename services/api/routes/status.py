"""The present: status, detailed state, the page's feed, its stream."""

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from services.api import status
from services.api.dashboard import Dashboard
from services.api.door import ByDoor, ByPlaces
from services.api.login.gate import address_of, viewer
from services.api.login.rates import household
from services.api.problems import responses
from services.shared.messages import AlarmState, Devices, Event, Reading, Reported, Signal, State, SwitchReading

router = APIRouter(tags=["present"], dependencies=[Depends(viewer)], responses=responses(401, 429))


class Detail(BaseModel):
    """All that the services said last, as they said it. What is `stale` is not the present."""

    stale: bool
    age_s: float | None
    state: State | None
    readings: list[Reading]
    switches: list[SwitchReading]
    signals: list[Signal]
    groups: list[Reported]
    devices: list[Devices]
    alarm_state: AlarmState | None
    decisions: list[Event]


class Readings(BaseModel):
    """Every reading as it came last, good or bad."""

    readings: list[Reading]


@router.get("/api/status", operation_id="getStatus")
async def get_status(door: ByDoor) -> status.Status:
    """The present in a few fields. Null is unknown."""
    return status.build(door.feed())


@router.get("/api/state", operation_id="getState")
async def get_state(door: ByDoor) -> Detail:
    """The detailed state: the controller's, readings, groups, devices, the last decisions."""
    image, now = door.image, door.image.now()
    return Detail(
        stale=door.is_stale(),
        age_s=image.state_age_s(now),
        state=image.state,
        readings=image.readings.all(),
        switches=image.switches.all(),
        signals=image.signals.all(),
        groups=image.reported.all(),
        devices=image.devices.all(),
        alarm_state=image.alarm_state,
        decisions=list(image.decisions),
    )


@router.get("/dashboard_data.json", operation_id="getDashboard")
async def get_dashboard(door: ByDoor) -> Dashboard:
    """The page's feed."""
    return door.feed()


@router.get("/api/v1/readings", operation_id="listReadings")
async def list_readings(door: ByDoor) -> Readings:
    """Every reading as it came last."""
    return Readings(readings=door.image.readings.all())


@router.get(
    "/api/v1/stream",
    operation_id="streamDashboard",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}, **responses(503)},
)
async def stream_dashboard(request: Request, door: ByDoor, places: ByPlaces) -> Response:
    """Server-sent events `dashboard`: the whole feed, at most once a second, when it changed and at least every 15 s."""
    return places.stream(household(address_of(request)), door.stream.join, door.stream.leave)
