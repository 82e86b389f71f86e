"""`mine drill`: moves a device on purpose, waits for the reading that proves it, and tells what came of it."""

import asyncio
import json
import time
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import typer

from services.cli.reading import EXIT_NOT_RUNNING, end, judged
from services.cli.status import fetch
from services.shared.device import DeviceError, Refused
from services.shared.http import HttpClient, raise_for_status
from services.shared.settings import Settings

_PATIENCE_S = 900.0  # longer than any device's own time to show an effect
_LOOK_EACH_S = 1.0


def drill(
    device: str = typer.Argument("", help="An acting device, such as foreman or pdu-1; none: all with their last dates."),
    reason: str = typer.Option("drill", help="For the records."),
) -> None:
    """Move a device and prove it by a reading. Exit code 0 proven, 1 refused or not proven, 3 when nothing runs."""
    settings = judged()
    try:
        if device:
            end_of = asyncio.run(_drill(settings, device, reason))
        else:
            typer.echo("\n".join(map(told, asyncio.run(_drills(settings)))) or "There is no acting device.")
            return
    except Refused as error:
        end(f"The drill was refused: {error}", 1)
    except DeviceError as error:
        end(f"Nothing runs that could drill: {error}", EXIT_NOT_RUNNING)
    typer.echo(told(end_of))
    if not end_of["proven"]:
        raise typer.Exit(1)


async def _drill(settings: Settings, device: str, reason: str) -> dict[str, Any]:
    before = {one["device"]: one["at"] for one in await _drills(settings)}
    client = HttpClient(deadline_s=15.0)
    try:
        url = f"http://127.0.0.1:{settings.api.debug_port}/api/v1/requests/drill"
        body = json.dumps({"reason": reason, "payload": {"device": device}}).encode()
        answer = await client.request("POST", url, data=body, headers={"Content-Type": "application/json"})
        if answer.status == HTTPStatus.CONFLICT:
            raise Refused(str(answer.json().get("detail", "")))
        raise_for_status(answer)
    finally:
        await client.close()
    typer.echo(f"{device} is being moved; waiting for the reading that shows it.")
    return await _ended(settings, device, before.get(device))


async def _ended(settings: Settings, device: str, before: Any) -> dict[str, Any]:
    deadline_s = time.monotonic() + _PATIENCE_S
    while True:
        for one in await _drills(settings):
            if one["device"] == device and one["at"] is not None and one["at"] != before:
                return one
        if time.monotonic() >= deadline_s:
            end(f"The drill of {device} did not end within {_PATIENCE_S:.0f} s.", 1)
        await asyncio.sleep(_LOOK_EACH_S)


async def _drills(settings: Settings) -> list[dict[str, Any]]:
    state = await fetch(f"http://127.0.0.1:{settings.api.port}/api/state")
    drills: list[dict[str, Any]] = state["state"]["drills"]
    return drills


def told(one: dict[str, Any]) -> str:
    """One device's last drill, in a line."""
    if one["at"] is None:
        return f"{one['device']}: never drilled"
    day = datetime.fromtimestamp(one["at"], UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"{one['device']}: {'proven' if one['proven'] else 'NOT proven'} on {day} after {one['seconds']:.1f} s: {one['how']}"
