"""Leases as they are asked for, and as the bus and the page know them."""

import json
import uuid
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from services.controller.core import holds
from services.controller.core.memory import Hold, State
from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.seen import Snapshot
from services.controller.core.stamps import told_at
from services.controller.core.still_held import still_held
from services.shared.messages import Lease, Request
from services.shared.vocabulary import LeaseKind, Level

Number = Annotated[float, Field(allow_inf_nan=False)]
_HOLD = TypeAdapter(Hold)
_LONGEST_RAW_MIN = 60


class Body(BaseModel):
    """A payload of a request; unknown keys are other requests' business."""

    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)


class LeaseBody(Body):
    """What a lease holds, and for how long. `exercise`: a debug call forces it, to test; for the records alone."""

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
    device: str | None = None
    exercise: bool = False


def lease(
    body: LeaseBody, request: Request, state: State, snapshot: Snapshot, limits: Limits, now: Now
) -> tuple[State, dict[str, Any]]:
    """The state with the lease, and the lease for the answer, with a `note` where it wakes not all. Raises HoldRefused."""
    if body.kind is LeaseKind.DRILL:
        raise holds.HoldRefused("kind: a drill is asked for as one, not as a lease")
    if body.kind is LeaseKind.RAW:
        _check_raw(body, limits)
    held_fans, released = holds.fan_wishes(dict(body.fans))
    if released:
        state = holds.release_fans(state, released)
    hold = Hold(
        id=lease_id(),
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
        sensor=(body.device if body.kind is LeaseKind.RAW else body.sensor) or "",
    )
    if body.kind is LeaseKind.FANS and not held_fans and body.stage is None:
        return state, {"released": sorted(released)}
    state = holds.grant(state, hold, limits)
    holds.check_sensor(hold, snapshot)
    made: dict[str, Any] = json.loads(lease_message(hold, now).model_dump_json())
    note = still_held(state, hold, limits)
    return state, made | ({"note": note} if note else {})


def _check_raw(body: LeaseBody, limits: Limits) -> None:
    known = sorted({*limits.device_kinds, *limits.sensing_devices})
    if body.device not in known:
        raise holds.HoldRefused(f"device: found {body.device!r:.100}; allowed: {', '.join(known) or 'none is set up'}")
    if not 1 <= body.minutes <= _LONGEST_RAW_MIN:
        raise holds.HoldRefused(f"minutes: found {body.minutes:g}; allowed for raw answers: 1 to {_LONGEST_RAW_MIN:g}")


def lease_id() -> str:
    """A name for a new hold."""
    return uuid.uuid4().hex[:12]


def lease_message(hold: Hold, now: Now) -> Lease:
    """A lease as the bus and the page know it."""
    return Lease(
        id=hold.id,
        kind=hold.kind,
        owner=hold.owner,
        reason=hold.reason,
        from_at=told_at(hold.began, now),
        until_at=told_at(hold.began, now) + hold.seconds,
        payload=json.dumps(_payload(hold), ensure_ascii=False, separators=(",", ":")),
    )


def _payload(hold: Hold) -> dict[str, Any]:
    parts: dict[str, Any] = _HOLD.dump_python(hold, mode="json", exclude_none=True, exclude={"began"})
    if hold.kind is LeaseKind.RAW:
        parts["device"] = parts.pop("sensor")
    return parts
