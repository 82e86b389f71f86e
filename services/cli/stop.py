"""`mine stop`: the emergency stop. Through the api; with a dead api straight to the controller's own small app."""

from typing import Any

from services.cli.ask import EXIT_NO_ANSWER, EXIT_REFUSED, NotDone, api_of, carried_out, detail, told
from services.cli.claim import user
from services.cli.options import Json, Reason
from services.cli.reading import EXIT_NOT_RUNNING
from services.cli.secret import ops_token
from services.shared.device import DeviceError
from services.shared.http import HttpClient
from services.shared.settings import Settings

_API_S = 5.0  # the api gives the broker 2 s of them, then it goes straight to the controller itself
_DIRECT_S = 8.0  # the controller itself gives its loop 5 s
_BY_HAND = "It may still be carried out when they answer again; stop the site by hand."
_WAYS = {
    "bus": "through the api and the broker",
    "controller": "through the api, which went straight to the controller: the broker does not carry it",
    "directly": "straight to the controller: the api did not do it",
}


def stop(reason: Reason = "emergency stop by command", as_json: Json = False) -> None:
    """Stop everything now: the whole site trips, and stays tripped until `mine reset`. Needs neither broker nor api.

    Exit code 0 stopped, 1 refused, 3 nothing runs that could stop, 4 nobody confirmed it: stop the site by hand.
    """
    found = carried_out(lambda settings: _stopped(settings, reason), quiet=as_json)
    told(found, [f"STOPPED, {_WAYS.get(found['by'], found['by'])}.", *found["notes"]], as_json=as_json)


async def _stopped(settings: Settings, reason: str) -> dict[str, Any]:
    """`stopped`, `by` which way, and what else was met. Raises NotDone when no way led to it."""
    try:
        async with api_of(settings, answer_s=_API_S) as api:
            document = await api.ask("stop", {}, reason)
        result = document.get("result") or document
        return {"stopped": True, "by": str(result.get("by", "bus")), "notes": []}
    except NotDone as first:
        return await _directly(settings, reason, first)


async def _directly(settings: Settings, reason: str, first: NotDone) -> dict[str, Any]:
    token = ops_token(settings)
    client = HttpClient(deadline_s=_DIRECT_S)
    url = f"http://{settings.ops.controller_host}:{settings.ops.controller_port}/stop"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = await client.request(
            "POST", url, headers=headers, json_body={"who": f"cli:{user()} (local, directly)", "reason": reason[:500]}
        )
        said = answer.json() if answer.status == 200 else None
    except DeviceError as error:
        code = EXIT_NOT_RUNNING if first.code == EXIT_NOT_RUNNING and "connect" in str(error).lower() else EXIT_NO_ANSWER
        raise NotDone(
            f"NOT STOPPED. {first}; the controller directly: {error}. {_BY_HAND}",
            code,
        ) from None
    finally:
        await client.close()
    if not isinstance(said, dict) or said.get("stopped") is not True:
        why = said.get("reason") if isinstance(said, dict) else detail(answer)
        code = EXIT_REFUSED if isinstance(said, dict) else EXIT_NO_ANSWER
        raise NotDone(
            f"NOT STOPPED. {first}; the controller directly: {why}. {_BY_HAND}",
            code,
        )
    return {"stopped": True, "by": "directly", "notes": [f"(The other way: {first})"]}
