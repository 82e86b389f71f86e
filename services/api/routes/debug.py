"""The debug calls. They exist on the debug listener alone; each becomes a request to the controller, which may refuse it."""

import sys
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request

from services.api import bodies
from services.api.asked import Wish
from services.api.door import ByDoor, Door
from services.api.guard import MOST_BODY_BYTES
from services.api.leases import told
from services.api.login.gate import Operator
from services.api.login.person import Person
from services.api.problems import Problem, responses
from services.api.requests import result_of
from services.api.routes.asking import LONGEST_WHO
from services.shared.beginning import beginning
from services.shared.messages import Verb
from services.shared.vocabulary import LeaseKind

router = APIRouter(prefix="/api/debug", tags=["debug"], responses=responses(401, 403, 409, 413, 422, 429, 502, 503, 504))
Result = dict[str, Any]
_STOP_BODY = {"requestBody": {"content": {"application/json": {"schema": bodies.Stop.model_json_schema()}}, "required": False}}


@router.post("/power-signal", operation_id="overridePowerSignal")
async def override_power_signal(body: bodies.PowerSignal, door: ByDoor, person: Operator) -> Result:
    """Override the power signal; the answer is the lease made."""
    return await _hold(door, LeaseKind.POWER_SIGNAL, body, person)


@router.post("/miners", operation_id="controlMiners")
async def control_miners(body: bodies.Miners, door: ByDoor, person: Operator) -> Result:
    """Put miners to sleep or wake them; the answer is the lease made."""
    return await _hold(door, LeaseKind.MINERS, body, person)


@router.post("/fans", operation_id="controlFans")
async def control_fans(body: bodies.Fans, door: ByDoor, person: Operator) -> Result:
    """Hold fans; the answer is the lease made. All of them given back also ends the lease of a stage."""
    if body.frees_all(door.settings.fans.count):
        body = bodies.Fans(stage="auto", reason=body.reason)
    return await _hold(door, LeaseKind.FANS, body, person)


@router.post("/temperature", operation_id="overrideTemperature")
async def override_temperature(body: bodies.Temperature, door: ByDoor, person: Operator) -> Result:
    """Override a temperature; the answer is the lease made."""
    return await _hold(door, LeaseKind.TEMPERATURE, body, person)


@router.post("/raw", operation_id="showRawAnswers")
async def show_raw_answers(body: bodies.RawAnswers, door: ByDoor, person: Operator) -> Result:
    """Show a device's answers as they come, without secrets; the answer is the lease made. `/api/debug/bus` streams them."""
    return await _hold(door, LeaseKind.RAW, body, person)


@router.post("/raw-state", operation_id="changeRawState")
async def change_raw_state(body: bodies.RawState, door: ByDoor, person: Operator) -> Result:
    """Change the stored phase. Everything else is derived, or changed by a reset or a lease: 409."""
    refused = sorted(set(body.set) - {"phase"})
    if refused:
        detail = f"found {', '.join(refused)[:200]}; only phase may be set, the rest is derived or ended by a reset"
        raise Problem(HTTPStatus.CONFLICT, "refused", detail)
    phase = body.set["phase"]
    if not isinstance(phase, str) or not phase.isprintable():
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "wrong-value", f"found phase = {phase!r:.80}; allowed: a name")
    return await door.requests.ask(_wish("phase", {"phase": phase}, person, body.reason))


@router.post(
    "/emergency-shutdown",
    operation_id="emergencyShutdown",
    openapi_extra=_STOP_BODY,
    max_body_size=sys.maxsize,  # no more is read of it than of any other
)
async def emergency_shutdown(door: ByDoor, person: Operator, request: Request) -> Result:
    """Stop everything now. Works with a dead broker too, and whatever the body is: only a reason is read of it."""
    reason = bodies.reason_of(await beginning(request, MOST_BODY_BYTES))
    asked = await door.requests.stop(_wish("stop", {}, person, reason or "emergency shutdown"))
    return result_of(asked)


async def _hold(door: Door, kind: LeaseKind, body: bodies.Lasting, person: Person) -> Result:
    payload: dict[str, Any] = {"kind": kind.value, **body.wish()}
    if not body.releases:
        payload |= {"minutes": body.minutes, "exercise": True}
    return told(await door.requests.ask(_wish("release" if body.releases else "lease", payload, person, body.reason)))


def _wish(verb: Verb, payload: dict[str, Any], person: Person, reason: str) -> Wish:
    return Wish(verb, verb, payload, person.told[:LONGEST_WHO], reason)
