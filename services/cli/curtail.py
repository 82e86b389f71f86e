"""`mine curtail`: takes load off for some time, and on demand watches until a measurement proves it."""

import asyncio
import time
from typing import Annotated, Any

import typer

from services.cli import local_time
from services.cli.ask import Api, NotDone, api_of, carried_out, told
from services.cli.exit_codes import EXIT_NO_ANSWER, EXIT_REFUSED
from services.cli.holds import lease_told
from services.cli.options import Json, Minutes, Reason
from services.cli.progress import changing
from services.shared.settings import Settings

_LOOK_EACH_S = 1.0
_BAR = 30


def curtail(
    kw: Annotated[float | None, typer.Option("--kw", min=0, help="What may stay on, kW; without it nothing.")] = None,
    minutes: Minutes = 30.0,
    reason: Reason = "",
    wait: Annotated[bool, typer.Option("--wait", help="Watch until a measurement proves it, or the lease ends.")] = False,
    as_json: Json = False,
) -> None:
    """Take load off for some time.

    Exit code 0 done (with --wait: proven), 1 refused, 2 mistakes, 3 not running, 4 no answer.
    """
    payload: dict[str, Any] = {"minutes": minutes} | ({"all": True} if kw is None else {"target_kw": kw})

    async def work(settings: Settings) -> Any:
        async with api_of(settings) as api:
            document = await api.ask("curtail", payload, reason)
            told(document, lease_told(document, local_time.of(settings)), as_json=as_json)
            if wait:
                await _proven(api, str((document.get("result") or {}).get("id")), minutes * 60)

    carried_out(work, quiet=as_json)


async def _proven(api: Api, lease: str, seconds: float) -> None:
    """Watch until the load is measured within the target. Raises NotDone when that cannot be, or is not in time."""
    deadline_s, first_kw, said = time.monotonic() + seconds, None, ""
    while time.monotonic() < deadline_s:
        state = await api.state()
        load = state["load"]
        if any(one["id"] == lease for one in state["leases"]):
            if state["control"] == "observe":
                raise NotDone("control = observe: nothing is switched, so nothing will be proven.", EXIT_REFUSED)
            on_kw = load["measured_kw"]
            first_kw = on_kw if first_kw is None else first_kw
            said = _show(progress(load, first_kw), said)
            if load["proven"] and load["unknown_kw"] <= 0:
                typer.echo(f"\nProven: {on_kw:.1f} kW on, as measured.", err=True)
                return
        await asyncio.sleep(_LOOK_EACH_S)
    raise NotDone(f"\nNot proven in time: {_words(load)}.", EXIT_NO_ANSWER)


def progress(load: dict[str, Any], first_kw: float | None) -> str:
    """A bar of what has come off since the first look, and what is still on and unknown."""
    on_kw, target_kw = load["measured_kw"], load["target_kw"]
    if on_kw is None or first_kw is None or first_kw <= target_kw:
        share = 0.0 if on_kw is None or on_kw > target_kw else 1.0
    else:
        share = min(1.0, max(0.0, (first_kw - on_kw) / (first_kw - target_kw)))
    done = round(share * _BAR)
    return f"[{'#' * done}{'.' * (_BAR - done)}] {_words(load)}"


def _words(load: dict[str, Any]) -> str:
    on_kw = load["measured_kw"]
    on = "what is on is not measured" if on_kw is None else f"{on_kw:.1f} kW still on"
    return f"{on}, target {load['target_kw']:.1f} kW, {load['unknown_kw']:.1f} kW unknown"


def _show(line: str, before: str) -> str:
    """On a terminal the same line again; elsewhere a line for each change."""
    if not changing(line) and line != before:
        typer.echo(line, err=True)
    return line
