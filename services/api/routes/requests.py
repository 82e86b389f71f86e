"""Requests of people and programs, one route for each verb: 202 with a place to watch. The controller decides."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter

from services.api import request_bodies
from services.api.asked import AskedRequest
from services.api.problems import Problem, responses
from services.api.routes.asking import HEADERS, ByAsking
from services.shared.slip import slip

router = APIRouter(prefix="/api/v1", tags=["requests"])
_ANSWERS: dict[int | str, dict[str, Any]] = {
    202: {"description": "asked; `state` says what is known of it", "headers": HEADERS},
    **responses(401, 403, 409, 413, 422, 429, 503),
}


def _verb(name: str, operation: str, summary: str) -> Callable[[Any], Any]:
    answers = _ANSWERS | (responses(502, 504) if name == "stop" else {})
    path = f"/requests/{name}"
    return router.post(path, status_code=202, operation_id=operation, summary=summary, responses=answers)


@_verb("curtail", "askCurtail", "Take load off")
async def curtail(body: request_bodies.AskCurtail, asking: ByAsking) -> AskedRequest:
    """One more signal at the level control, until its minutes are over or it is released. The stricter wins; what takes nothing
    off is refused."""
    target_kw = 0.0 if body.payload.all else body.payload.target_kw
    state = asking.door.image.state
    if why := slip(target_kw, state.load.nominal_kw if state else None):
        raise Problem(HTTPStatus.CONFLICT, "refused", why)
    wish = {"kind": "power_signal", "level": "control", "target_kw": target_kw, "minutes": body.payload.minutes}
    return await asking.ask("curtail", "lease", wish, body.reason)


@_verb("hold", "askHold", "Let miners sleep")
async def hold(body: request_bodies.AskHold, asking: ByAsking) -> AskedRequest:
    """Loads or groups sleep until the minutes are over or it is released."""
    wish = {"kind": "miners", "action": "sleep", **body.payload.model_dump()}
    return await asking.ask("hold", "lease", wish, body.reason)


@_verb("release", "askRelease", "End leases")
async def release(body: request_bodies.AskRelease, asking: ByAsking) -> AskedRequest:
    """Refused where nothing is held."""
    return await asking.ask("release", "release", body.payload.model_dump(mode="json", exclude_none=True), body.reason)


@_verb("lease", "askLease", "Make a lease of any kind")
async def lease(body: request_bodies.AskLease, asking: ByAsking) -> AskedRequest:
    """A hold with an owner and an end. It only tightens."""
    return await asking.ask("lease", "lease", body.payload.model_dump(exclude_none=True), body.reason)


@_verb("lockout", "askLockout", "Hold something off, without end")
async def lockout(body: request_bodies.AskTarget, asking: ByAsking) -> AskedRequest:
    """Beats every rule and every restart; ended by `unlock` alone."""
    return await asking.ask("lockout", "lockout", body.payload.model_dump(), body.reason)


@_verb("unlock", "askUnlock", "Give back what was locked out")
async def unlock(body: request_bodies.AskTarget, asking: ByAsking) -> AskedRequest:
    """Refused where nothing is locked out."""
    return await asking.ask("unlock", "unlock", body.payload.model_dump(), body.reason)


@_verb("reset", "askReset", "End a trip")
async def reset(body: request_bodies.AskReset, asking: ByAsking) -> AskedRequest:
    """Refused while its cause stands."""
    return await asking.ask("reset", "reset", body.payload.model_dump(), body.reason)


@_verb("stop", "askStop", "Emergency stop")
async def stop(body: request_bodies.AskPlain, asking: ByAsking) -> AskedRequest:
    """Trips the whole site, now; with a dead broker straight to the controller."""
    return await asking.stop(body.reason)


@_verb("cycle", "askCycle", "One full cycle now")
async def cycle(body: request_bodies.AskPlain, asking: ByAsking) -> AskedRequest:
    """Re-check everything, record a state row."""
    return await asking.ask("cycle", "cycle", {}, body.reason)


@router.post("/cycle", status_code=202, operation_id="askCycleNow", summary="One full cycle, without a body", responses=_ANSWERS)
async def cycle_now(asking: ByAsking) -> AskedRequest:
    """As `requests/cycle`."""
    return await asking.ask("cycle", "cycle", {}, "one cycle asked for")


@_verb("service", "askService", "Take a signal source out of service, or back")
async def service(body: request_bodies.AskService, asking: ByAsking) -> AskedRequest:
    """Against a false signal; it ends by itself."""
    return await asking.ask("service", "service", body.payload.model_dump(), body.reason)


@_verb("phase", "askPhase", "Set the stored phase")
async def phase(body: request_bodies.AskPhase, asking: ByAsking) -> AskedRequest:
    """`free` resets every trip whose cause is gone and ends all leases."""
    return await asking.ask("phase", "phase", body.payload.model_dump(), body.reason)


@_verb("drill", "askDrill", "Move an acting device and prove it")
async def drill(body: request_bodies.AskDrill, asking: ByAsking) -> AskedRequest:
    """What comes of it is told in `/api/status` under `drills`."""
    return await asking.ask("drill", "drill", body.payload.model_dump(), body.reason)


@_verb("acknowledge", "askAcknowledge", "Say that somebody has seen an alarm")
async def acknowledge(body: request_bodies.AskAcknowledge, asking: ByAsking) -> AskedRequest:
    """It is escalated no further, and asked about again when its hours are over."""
    return await asking.ask("acknowledge", "acknowledge", body.payload.model_dump(), body.reason)


@_verb("shelve", "askShelve", "Put an alarm aside for a while")
async def shelve(body: request_bodies.AskShelve, asking: ByAsking) -> AskedRequest:
    """It is shown and not told until the minutes are over: a warning up to 24 h, an emergency by its exact key up to an hour."""
    return await asking.ask("shelve", "shelve", body.payload.model_dump(), body.reason)


@_verb("unshelve", "askUnshelve", "Take an alarm back from its shelf")
async def unshelve(body: request_bodies.AskUnshelve, asking: ByAsking) -> AskedRequest:
    """What stands is told. Refused where nothing is shelved under this key or pattern."""
    return await asking.ask("unshelve", "unshelve", body.payload.model_dump(), body.reason)


@_verb("test", "askTest", "Send a test message by one channel")
async def test(body: request_bodies.AskTest, asking: ByAsking) -> AskedRequest:
    """The provider's own word may take 20 s."""
    return await asking.ask("test", "test", body.payload.model_dump(), body.reason)


@_verb("check", "askCheck", "Ask a channel's provider whether it knows us")
async def check(body: request_bodies.AskCheck, asking: ByAsking) -> AskedRequest:
    """Token, user, password and mailboxes are looked at; nothing is sent. It may take 20 s."""
    return await asking.ask("check", "check", body.payload.model_dump(), body.reason)
