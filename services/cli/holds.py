"""`mine hold`, `mine release`: what a person holds down for some time, and gives back."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from services.cli import local_time
from services.cli.ask import api_of, carried_out, told
from services.cli.held import held
from services.cli.named import asked_of
from services.cli.options import Json, Minutes, Reason, named
from services.shared.settings import Settings
from services.shared.site_time import Clock


def hold(
    members: Annotated[list[str], typer.Argument(help="Loads or groups, or all.")],
    minutes: Minutes = 30.0,
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Let loads or groups sleep for some time.

    Exit code 0 done, 1 refused, 2 mistakes, 3 not running, 4 no answer.
    """

    async def work(settings: Settings) -> tuple[object, list[str]]:
        async with api_of(settings) as api:
            document = await asked_of(api, "hold", {"members": members, "minutes": minutes}, reason, members)
        return document, lease_told(document, local_time.of(settings))

    document, lines = carried_out(work, quiet=as_json)
    told(document, lines, as_json=as_json)


def release(
    lease: Annotated[
        str | None, typer.Argument(callback=named, help="The id of a lease; without it: what can be released.")
    ] = None,
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Give back what a lease holds; without an id: list.

    Exit code 0 done, 1 refused, 2 mistakes, 3 not running, 4 no answer.
    """

    async def work(settings: Settings) -> tuple[object, list[str]]:
        async with api_of(settings) as api:
            if lease:
                return await api.ask("release", {"id": lease}, reason), [f"Lease {lease} is released."]
            leases = (await api.state())["leases"]
            return leases, list(leases_told(leases, local_time.of(settings))) or ["Nothing is held."]

    document, lines = carried_out(work, quiet=as_json)
    told(document, lines, as_json=as_json)


def lease_told(document: dict[str, Any], when: Clock) -> list[str]:
    """The lease that was made, and how to end it."""
    lease = document.get("result") or {}
    name, until = lease.get("id"), when(lease.get("until_at"))
    return [f"Ordered: lease {name} until {until}. `mine release {name}` ends it before.", *notes(document)]


def leases_told(leases: list[dict[str, Any]], when: Clock) -> Iterator[str]:
    """Each lease in a line."""
    for one in leases:
        why = f": {one['reason']}" if one["reason"] else ""
        yield f"{one['id']}  {held(one)}  until {when(one['until_at'])}  by {one['owner']}{why}"


def notes(document: dict[str, Any]) -> list[str]:
    """What the controller added to its yes, such as that it only observes."""
    said = str(document.get("reason", ""))
    return [f"The controller says: {said}."] if said not in ("", "done") else []
