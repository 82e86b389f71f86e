"""Requests of people and programs, carried out on the state between two decisions: granted or refused with the reason."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, ValidationError

from services.controller.core import drills, holds
from services.controller.core.memory import State
from services.controller.core.moments import Now, Stamp
from services.controller.core.plant import Limits
from services.controller.core.seen import Snapshot
from services.controller.leases import Body, LeaseBody, Number, lease, lease_id
from services.shared.messages import Request
from services.shared.vocabulary import LeaseKind


class _ReleaseBody(Body):
    id: str | None = None
    kind: LeaseKind | None = None
    members: tuple[str, ...] = ()
    sensor: str | None = None


class _TargetBody(Body):
    target: str


class _TripBody(Body):
    trip: str


class _ServiceBody(Body):
    signal: str
    in_service: bool
    minutes: Annotated[Number, Field(gt=0, le=1440)] = 30
    confirmed: bool = False


class _DrillBody(Body):
    device: str


class _PhaseBody(Body):
    phase: str


@dataclass(frozen=True, slots=True)
class _Scene:
    """What a request is carried out on."""

    state: State
    snapshot: Snapshot
    limits: Limits
    now: Now


def carry_out(request: Request, state: State, snapshot: Snapshot, limits: Limits, now: Now) -> tuple[State, dict[str, Any]]:
    """The new state and the result for the reply. Raises HoldRefused with the reason."""
    if now.wall_trusted and request.clock_trusted and now.wall_s > request.expires_at:
        raise holds.HoldRefused("the request came too late")
    scene = _Scene(state, snapshot, limits, now)
    try:
        if request.verb == "lease":
            return lease(LeaseBody.model_validate_json(request.payload), request, state, snapshot, limits, now)
        verb = _VERBS.get(request.verb)
        if verb is None:
            raise holds.HoldRefused(f"the controller does not know the verb {request.verb}")
        return verb(request, scene), {"done": request.verb, "control": limits.control}
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise holds.HoldRefused(f"{where}: {first['msg']}, found {repr(first['input'])[:100]}") from None


def _release(request: Request, on: _Scene) -> State:
    body = _ReleaseBody.model_validate_json(request.payload)
    return holds.release(on.state, lease_id=body.id, kind=body.kind, members=body.members, sensor=body.sensor)


def _lock_out(request: Request, on: _Scene) -> State:
    target = _TargetBody.model_validate_json(request.payload).target
    return holds.lock_out(on.state, target, request.who, request.reason, on.limits, on.now)


def _unlock(request: Request, on: _Scene) -> State:
    return holds.unlock(on.state, _TargetBody.model_validate_json(request.payload).target)


def _reset(request: Request, on: _Scene) -> State:
    return holds.reset(on.state, _TripBody.model_validate_json(request.payload).trip, on.snapshot, on.limits, on.now)


def _stop(request: Request, on: _Scene) -> State:
    return holds.stop(on.state, request.who, request.reason, on.now)


def _service(request: Request, on: _Scene) -> State:
    body = _ServiceBody.model_validate_json(request.payload)
    seconds, now = body.minutes * 60, on.now
    until = None if body.in_service else Stamp(now.mono_s + seconds, now.wall_s + seconds, now.wall_trusted, now.host_boot)
    owner = f"{request.who}: {request.reason}" if request.reason else request.who
    return holds.out_of_service(on.state, body.signal, until, owner, confirmed=body.confirmed)


def _phase(request: Request, on: _Scene) -> State:
    phase = _PhaseBody.model_validate_json(request.payload).phase
    return holds.change_phase(on.state, phase, on.snapshot, on.limits, on.now)


def _drill(request: Request, on: _Scene) -> State:
    device = _DrillBody.model_validate_json(request.payload).device
    return drills.begin(on.state, device, request.who, request.reason, lease_id(), on.snapshot, on.limits, on.now)


def _cycle(request: Request, on: _Scene) -> State:
    """Every request is followed by a full decision."""
    return on.state


_VERBS: Mapping[str, Callable[[Request, _Scene], State]] = {
    "release": _release,
    "lockout": _lock_out,
    "unlock": _unlock,
    "reset": _reset,
    "stop": _stop,
    "service": _service,
    "phase": _phase,
    "drill": _drill,
    "cycle": _cycle,
}
