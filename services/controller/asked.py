"""Requests of people and programs, carried out on the state between two decisions: granted or refused with the reason."""

import json
import uuid
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from services.controller.core import holds
from services.controller.core.memory import Hold, State
from services.controller.core.moments import Now, Stamp
from services.controller.core.plant import Limits
from services.controller.core.seen import Snapshot
from services.shared.messages import Lease, Request
from services.shared.vocabulary import LeaseKind, Level

Number = Annotated[float, Field(allow_inf_nan=False)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


class _LeaseBody(_Body):
    kind: LeaseKind
    minutes: Annotated[Number, Field(gt=0, le=1440)] = 30
    level: Level | None = None
    target_kw: Annotated[Number, Field(ge=0)] | None = None
    action: Literal["", "sleep", "wake"] = ""
    members: tuple[str, ...] = ()
    fans: dict[int, Literal["on", "off", "auto"]] = {}
    stage: Annotated[int, Field(ge=0, le=9)] | None = None
    celsius: Annotated[Number, Field(ge=-60, le=120)] | None = None
    sensor: str | None = None


class _ReleaseBody(_Body):
    id: str | None = None
    kind: LeaseKind | None = None
    members: tuple[str, ...] = ()
    sensor: str | None = None


class _TargetBody(_Body):
    target: str


class _TripBody(_Body):
    trip: str


class _ServiceBody(_Body):
    signal: str
    in_service: bool
    minutes: Annotated[Number, Field(gt=0, le=1440)] = 30
    confirmed: bool = False


class _PhaseBody(_Body):
    phase: str


def carry_out(request: Request, state: State, snapshot: Snapshot, limits: Limits, now: Now) -> tuple[State, dict[str, Any]]:
    """The new state and the result for the reply. Raises HoldRefused with the reason."""
    if now.wall_trusted and request.clock_trusted and now.wall_s > request.expires_at:
        raise holds.HoldRefused("the request came too late")
    try:
        return _carry_out(request, state, snapshot, limits, now)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise holds.HoldRefused(f"{where}: {first['msg']}, found {repr(first['input'])[:100]}") from None


def _carry_out(request: Request, state: State, snapshot: Snapshot, limits: Limits, now: Now) -> tuple[State, dict[str, Any]]:
    text, who = request.payload, request.who
    match request.verb:
        case "lease":
            return _lease(_LeaseBody.model_validate_json(text), request, state, snapshot, limits, now)
        case "release":
            body = _ReleaseBody.model_validate_json(text)
            state = holds.release(state, lease_id=body.id, kind=body.kind, members=body.members, sensor=body.sensor)
        case "lockout":
            state = holds.lock_out(state, _TargetBody.model_validate_json(text).target, who, request.reason, limits, now)
        case "unlock":
            state = holds.unlock(state, _TargetBody.model_validate_json(text).target)
        case "reset":
            state = holds.reset(state, _TripBody.model_validate_json(text).trip, snapshot, limits, now)
        case "stop":
            state = holds.stop(state, who, request.reason, now)
        case "service":
            state = _service(_ServiceBody.model_validate_json(text), request, state, now)
        case "phase":
            state = holds.change_phase(state, _PhaseBody.model_validate_json(text).phase, snapshot, limits, now)
        case "cycle":
            pass  # every request is followed by a full decision
        case _:
            raise holds.HoldRefused(f"the controller does not know the verb {request.verb}")
    return state, {"done": request.verb}


def _lease(
    body: _LeaseBody, request: Request, state: State, snapshot: Snapshot, limits: Limits, now: Now
) -> tuple[State, dict[str, Any]]:
    held_fans, released = holds.fan_wishes(dict(body.fans))
    if released:
        state = holds.release_fans(state, released)
    hold = Hold(
        id=uuid.uuid4().hex[:12],
        kind=body.kind,
        owner=request.who,
        reason=request.reason,
        began=now,
        seconds=body.minutes * 60,
        level=body.level,
        target_kw=body.target_kw,
        action=body.action,
        members=body.members,
        fans=held_fans,
        fan_stage=body.stage,
        celsius=body.celsius,
        sensor=body.sensor or "",
    )
    if body.kind is LeaseKind.FANS and not held_fans and body.stage is None:
        return state, {"released": sorted(released)}
    state = holds.grant(state, hold, limits)
    holds.check_sensor(hold, snapshot)
    return state, json.loads(lease_message(hold).model_dump_json())


def _service(body: _ServiceBody, request: Request, state: State, now: Now) -> State:
    seconds = body.minutes * 60
    until = None if body.in_service else Stamp(now.mono_s + seconds, now.wall_s + seconds, now.wall_trusted, now.host_boot)
    owner = f"{request.who}: {request.reason}"
    return holds.out_of_service(state, body.signal, until, owner, confirmed=body.confirmed)


_HOLD = TypeAdapter(Hold)


def lease_message(hold: Hold) -> Lease:
    """A lease as the bus and the page know it."""
    return Lease(
        id=hold.id,
        kind=hold.kind,
        owner=hold.owner,
        reason=hold.reason,
        from_at=hold.began.wall_s,
        until_at=hold.began.wall_s + hold.seconds,
        payload=_HOLD.dump_json(hold, exclude_none=True, exclude={"began"}).decode(),
    )
