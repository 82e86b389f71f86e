"""The simulated site, through its control port: on the debug listener alone, and only where the settings say `demo = yes`."""

from http import HTTPMethod, HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Body, Depends, Query

from services.api.door import ByDoor, Door
from services.api.login.gate import Operator, Viewer
from services.api.problems import Problem, responses
from services.shared.answer import Answer
from services.shared.device import DeviceError
from services.shared.http import HttpClient

_SEEN = ("state", "ports", "faults", "sinks")
_SET = ("signal", "speed", "outside", "switch", "fault", "miner", "outlet", "coil", "reboot", "breakers", "telegram")
_ENDED = ("fault", "sinks")
_DEADLINE_S = 3.0
_LONGEST_DETAIL = 1000
Json = Annotated[dict[str, Any], Body(examples=[{"device": "pdu-1", "kind": "hang"}], description="as the control port takes it")]
Name = Annotated[str | None, Query(max_length=100)]


def _demo(door: ByDoor) -> Door:
    if not door.settings.general.demo:
        raise Problem(HTTPStatus.NOT_FOUND, "not-found", "this is no simulated site: demo = no")
    return door


ByDemo = Annotated[Door, Depends(_demo)]
router = APIRouter(
    prefix="/api/debug/simulated", tags=["simulated site"], responses=responses(400, 401, 403, 404, 413, 422, 429, 502, 503, 504)
)


@router.get("/{what}", operation_id="seeSimulated")
async def see(what: str, door: ByDemo, _person: Viewer) -> dict[str, Any]:
    """What the control port tells: `state`, `ports`, `faults` (which there are, and which are in force) or `sinks`."""
    return await _forward(door, HTTPMethod.GET, _one_of(what, _SEEN))


@router.post("/{what}", operation_id="setSimulated")
async def change(what: str, body: Json, door: ByDemo, _person: Operator) -> dict[str, Any]:
    """Change the plant: `signal`, `speed`, `outside`, `fault` or another of the control port; the answer is its state."""
    return await _forward(door, HTTPMethod.POST, _one_of(what, _SET), body)


@router.delete("/{what}", operation_id="endSimulated")
async def end(what: str, door: ByDemo, _person: Operator, device: Name = None, kind: Name = None) -> dict[str, Any]:
    """End a `fault` of a device, of a kind, or all; or forget what the `sinks` keep."""
    chosen = urlencode({name: value for name, value in (("device", device), ("kind", kind)) if value is not None})
    return await _forward(door, HTTPMethod.DELETE, f"{_one_of(what, _ENDED)}?{chosen}")


def _one_of(what: str, allowed: tuple[str, ...]) -> str:
    if what not in allowed:
        raise Problem(HTTPStatus.NOT_FOUND, "not-found", f"found {what[:80]!r}; allowed: {', '.join(allowed)}")
    return what


async def _forward(door: Door, method: HTTPMethod, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    ours = door.settings.simulator
    client = HttpClient(deadline_s=_DEADLINE_S)
    try:
        return _told(await client.request(method, f"http://{ours.host}:{ours.control_port}/{path}", json_body=body))
    except DeviceError as error:
        raise Problem(HTTPStatus.BAD_GATEWAY, "no-simulated-site", f"the simulated site: {error}") from None
    finally:
        await client.close()


def _told(answer: Answer) -> dict[str, Any]:
    said = answer.json()
    known = said if isinstance(said, dict) else {}
    if answer.status == HTTPStatus.OK:
        return known
    status = HTTPStatus.BAD_REQUEST if 400 <= answer.status < 500 else HTTPStatus.BAD_GATEWAY
    raise Problem(status, "refused", str(known.get("detail", f"HTTP {answer.status}"))[:_LONGEST_DETAIL])
