"""`mine drill`: moves a device on purpose, waits for the reading that proves it, and tells what came of it."""

import asyncio
import time
from typing import Any

import typer

from services.cli import ask, local_time
from services.cli.ask import Api, NotDone, api_of, carried_out
from services.cli.exit_codes import EXIT_DONE, EXIT_MISTAKES, EXIT_REFUSED
from services.cli.options import ForPrograms, named
from services.cli.progress import working
from services.cli.saying import say
from services.shared.settings import Settings
from services.shared.site_time import Clock

_PATIENCE_S = 900.0  # longer than any device's own time to show an effect
_LOOK_EACH_S = 1.0


def drill(
    device: str | None = typer.Argument(
        None, callback=named, help="An acting device, such as foreman or pdu-1; none: all with their last dates."
    ),
    reason: str = typer.Option("drill", help="For the records."),
    as_json: ForPrograms = False,
) -> None:
    """Move a device and prove it by a reading.

    Exit code 0 proven, 1 refused or not proven, 2 mistakes, 3 not running, 4 no answer.
    """

    async def work(settings: Settings) -> tuple[list[dict[str, Any]], list[str]]:
        async with api_of(settings) as api:
            drills = [await _drill(api, device, reason, quiet=as_json)] if device else await _drills(api)
        return drills, [told(one, local_time.dated(settings)) for one in drills]

    drills, lines = carried_out(work, quiet=as_json)
    code = EXIT_REFUSED if device and not drills[0]["proven"] else EXIT_DONE
    told_of = lines or ["There is no acting device."]
    ask.told({"drills": drills}, told_of, as_json=as_json, code=code, why=told_of[0])
    raise typer.Exit(code)


async def _drill(api: Api, device: str, reason: str, *, quiet: bool) -> dict[str, Any]:
    before = {one["device"]: one["at"] for one in await _drills(api)}
    if device not in before:
        raise NotDone(f"found the device {device[:40]!r}; allowed: {', '.join(before) or 'none'}", EXIT_MISTAKES)
    await api.ask("drill", {"device": device}, reason)
    say(f"{device} is being moved; waiting for the reading that shows it.", err=True)
    deadline_s = time.monotonic() + _PATIENCE_S
    with working(f"waiting for {device}", quiet=quiet):
        while time.monotonic() < deadline_s:
            for one in await _drills(api):
                if one["device"] == device and one["at"] is not None and one["at"] != before.get(device):
                    return one
            await asyncio.sleep(_LOOK_EACH_S)
    raise NotDone(f"The drill of {device} did not end within {_PATIENCE_S:.0f} s.", EXIT_REFUSED)


async def _drills(api: Api) -> list[dict[str, Any]]:
    drills: list[dict[str, Any]] = (await api.state())["drills"]
    return drills


def told(one: dict[str, Any], when: Clock) -> str:
    """One device's last drill, in a line."""
    if one["at"] is None:
        return f"{one['device']}: never drilled"
    after = "" if one["seconds"] is None else f" after {one['seconds']:.1f} s"
    return f"{one['device']}: {'proven' if one['proven'] else 'NOT proven'} on {when(one['at'])}{after}: {one['how']}"
