"""`mine curtail`: takes load off for some time, and on demand watches until a measurement proves it."""

import asyncio
import time
from typing import Annotated, Any

import typer

from services.cli import local_time
from services.cli.ask import Api, NotDone, api_of, carried_out, told
from services.cli.exit_codes import EXIT_NO_ANSWER, EXIT_REFUSED
from services.cli.held import replaced
from services.cli.holds import lease_told
from services.cli.load_line import LoadLine, figures, is_proven, lower
from services.cli.load_line import within as tolerated
from services.cli.options import MOST_KW, Json, Minutes, Reason, within
from services.cli.saying import say
from services.shared.settings import Settings
from services.shared.site_time import Clock

_LOOK_EACH_S = 1.0
_BEFORE_S = 2.0


def curtail(
    kw: Annotated[
        float | None, typer.Option("--kw", callback=within(0, MOST_KW), help="What may stay on, kW; without it nothing.")
    ] = None,
    minutes: Minutes = 30.0,
    reason: Reason = "",
    wait: Annotated[bool, typer.Option("--wait", help="Watch until a measurement proves it, or the lease ends.")] = False,
    as_json: Json = False,
) -> None:
    """Take load off for some time.

    Exit code 0 ordered (with --wait: proven), 1 refused, 2 mistakes, 3 not running, 4 no answer.
    """
    payload: dict[str, Any] = {"minutes": minutes} | ({"all": True} if kw is None else {"target_kw": kw})

    async def work(settings: Settings) -> Any:
        async with api_of(settings) as api:
            before = await _before(api)
            document = await api.ask("curtail", payload, reason)
            lines = [*lease_told(document, local_time.of(settings)), *_replaced(document, before, local_time.of(settings))]
            if wait:
                say("\n".join(lines), err=as_json)
                await _watched(api, document, minutes * 60, kw or 0.0, as_json=as_json)
            else:
                told(document, lines, as_json=as_json)

    carried_out(work, quiet=as_json)


async def _before(api: Api) -> list[Any]:
    """The leases that stand; none where nobody tells soon, for that must not hold up the order."""
    try:
        async with asyncio.timeout(_BEFORE_S):
            return list((await api.state())["leases"])
    except (NotDone, TimeoutError, TypeError, KeyError):
        return []


def _replaced(document: dict[str, Any], before: list[Any], when: Clock) -> list[str]:
    try:
        return replaced(document["result"], before, when)
    except (TypeError, KeyError, AttributeError):
        return []  # what was ordered is told all the same


async def _watched(api: Api, document: dict[str, Any], seconds: float, asked_kw: float, *, as_json: bool) -> None:
    """A program gets its one document when it is proven, or why it is not. Raises NotDone as `_proven`."""
    try:
        await _proven(api, str((document.get("result") or {}).get("id")), seconds, asked_kw)
    except NotDone as why:
        if as_json:
            told(document, [], as_json=True, code=why.code, why=str(why))
        raise
    if as_json:
        told(document, [], as_json=True)


async def _proven(api: Api, lease: str, seconds: float, asked_kw: float) -> None:
    """Watch until the load is measured within the target. Raises NotDone when that cannot be, or is not in time."""
    deadline_s, line = time.monotonic() + seconds, LoadLine()
    while time.monotonic() < deadline_s:
        state = await api.state()
        load = state["load"]
        if any(one["id"] == lease for one in state["leases"]):
            if state["control"] == "observe":
                raise NotDone("control = observe: nothing is switched, so nothing will be proven.", EXIT_REFUSED)
            line.show(load, lower(state, asked_kw))
            if is_proven(load):
                line.end()
                say(_words(load, asked_kw), err=True)
                return
        await asyncio.sleep(_LOOK_EACH_S)
    line.end()
    raise NotDone(f"Not proven in time: {figures(load, lower(state, asked_kw))}.", EXIT_NO_ANSWER)


def _words(load: dict[str, Any], asked_kw: float) -> str:
    limit = tolerated(load, asked_kw) or f", of at most {asked_kw:g} kW"
    return f"Proven: {load['measured_kw']:.1f} kW on{limit}."
