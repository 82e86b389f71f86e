"""What holds now: sources, leases, lock-outs, trips, readiness. What the controller said too long ago is `stale`."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from services.api.door import ByDoor, Door
from services.api.load_rows import LoadRow, load_rows
from services.api.login.gate import viewer
from services.api.problems import responses
from services.api.tile_views import SignalTile
from services.shared.messages import Lease, Lockout, Trip

router = APIRouter(prefix="/api/v1", tags=["present"], dependencies=[Depends(viewer)], responses=responses(401, 429))
_SINCE: JsonDict = {"since_at": 1795348800.0}
_LEASE: JsonDict = {
    "id": "bf1ce76d15b5", "kind": "miners", "owner": "ann (session, 192.168.1.7)", "reason": "cleaning",
    "from_at": 1795348800.0, "until_at": 1795350600.0, "payload": '{"kind":"miners","members":["row-a"]}',
}  # fmt: skip


class Held(BaseModel):
    """Something the controller says. When it is `stale` it is not the present: the controller is silent; null: never heard."""

    stale: bool
    age_s: float | None = Field(description="seconds since the controller decided; null: never, or on another boot")


class Sources(Held):
    """The power signals, each with its own age, and whether it is in service."""

    sources: tuple[SignalTile, ...]


class Leases(Held):
    """The holds with an end."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"stale": False, "age_s": 0.4, "leases": [_LEASE]}]})
    leases: tuple[Lease, ...] | None


class Lockouts(Held):
    """The holds without an end."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"stale": False, "age_s": 0.4, "lockouts": [{"target": "fan-3", "owner": "ann", "reason": "belt", **_SINCE}]}
            ]
        }
    )
    lockouts: tuple[Lockout, ...] | None


class Trips(Held):
    """The latched interlocks, ended by a reset alone."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"stale": False, "age_s": 0.4, "trips": [{"key": "stop", "reason": "smoke seen", **_SINCE}]}]
        }
    )
    trips: tuple[Trip, ...] | None


class Loads(Held):
    """Every configured load, in the order of the letters of its group in the feed. While `stale` their states are unknown."""

    loads: tuple[LoadRow, ...]


class GroupReadiness(BaseModel):
    """A load group: how many of its members hash now and could sleep, and the measured kW; null when none is metered."""

    group: str
    members: int
    hashing: int
    unknown: int
    measured_kw: float | None


class Readiness(Held):
    """What the site could take off and confirm now, in kW. All null while the controller is silent."""

    ready_kw: float | None
    measured_kw: float | None
    setpoint_kw: float | None
    nominal_kw: float | None
    unknown_kw: float | None = Field(description="load of which nobody knows whether it is on")
    groups: tuple[GroupReadiness, ...]


@router.get("/sources", operation_id="listSources")
async def list_sources(door: ByDoor) -> Sources:
    """The power signals."""
    return Sources(stale=door.is_stale(), age_s=_age_s(door), sources=door.feed().signals)


@router.get("/leases", operation_id="listLeases")
async def list_leases(door: ByDoor) -> Leases:
    """The leases in force."""
    state = door.image.state
    return Leases(stale=door.is_stale(), age_s=_age_s(door), leases=state.leases if state else None)


@router.get("/lockouts", operation_id="listLockouts")
async def list_lockouts(door: ByDoor) -> Lockouts:
    """The lock-outs in force."""
    state = door.image.state
    return Lockouts(stale=door.is_stale(), age_s=_age_s(door), lockouts=state.lockouts if state else None)


@router.get("/trips", operation_id="listTrips")
async def list_trips(door: ByDoor) -> Trips:
    """The trips that are latched."""
    state = door.image.state
    return Trips(stale=door.is_stale(), age_s=_age_s(door), trips=state.trips if state else None)


@router.get("/loads", operation_id="listLoads")
async def list_loads(door: ByDoor) -> Loads:
    """The loads by group, PDU and outlet."""
    stale, now = door.is_stale(), door.image.now()
    rows = load_rows(door.image, door.settings, now, silent=stale)
    return Loads(stale=stale, age_s=_age_s(door), loads=rows)


@router.get("/readiness", operation_id="getReadiness")
async def get_readiness(door: ByDoor) -> Readiness:
    """Load that could be taken off and confirmed now."""
    feed, stale = door.feed(), door.is_stale()
    load, names = feed.load, set(GroupReadiness.model_fields)
    groups = (GroupReadiness(group=group.name, **group.model_dump(include=names)) for group in feed.groups)
    return Readiness(
        stale=stale,
        age_s=_age_s(door),
        ready_kw=load.ready_kw,
        measured_kw=None if stale or load.stale else load.measured_kw,
        setpoint_kw=load.setpoint_kw,
        nominal_kw=None if stale else load.nominal_kw,
        unknown_kw=load.unknown_kw,
        groups=() if stale else tuple(groups),
    )


def _age_s(door: Door) -> float | None:
    return door.image.state_age_s(door.image.now())
