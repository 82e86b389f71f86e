"""`mine reset`, `mine lockout`, `mine unlock`: what only a person ends or begins. Without a name they list it."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer

from services.cli import local_time
from services.cli.ask import Api, api_of, carried_out, told
from services.cli.holds import notes
from services.cli.named import asked_of, names_of
from services.cli.options import Json, Reason, named
from services.shared.settings import Settings
from services.shared.site_time import Clock

Row = dict[str, Any]
Before = Callable[[Api, Row], Awaitable[None]]
More = Callable[[Api, Row], Awaitable[list[str]]]


def reset(
    trip: Annotated[
        str | None, typer.Argument(callback=named, help="The key of a trip, such as stop; without it: what has tripped.")
    ] = None,
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """End a trip; refused while its cause stands.

    Exit code 0 done, 1 refused, 2 mistakes, 3 not running, 4 no answer.
    """
    if trip:
        ask_for("reset", {"trip": trip}, f"Trip {trip} is reset.", reason, as_json=as_json)
    else:
        list_all(_trips, _trip_told, "Nothing has tripped.", as_json=as_json)


def lockout(
    target: Annotated[str, typer.Argument(help="fan-3, a load, a group, or an outlet such as pdu-1/7.")],
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Hold something off, over every restart.

    Exit code 0 done, 1 refused, 2 mistakes, 3 not running, 4 no answer.
    """
    text = f"{target} is locked out until `mine unlock {target}`."

    async def work(settings: Settings) -> Row:
        async with api_of(settings) as api:
            return await asked_of(api, "lockout", {"target": target}, reason, [target])

    document = carried_out(work, quiet=as_json)
    told(document, [text, *notes(document)], as_json=as_json)


def unlock(
    target: Annotated[str | None, typer.Argument(callback=named, help="What was locked out; without it: what is.")] = None,
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Give back what was locked out.

    Exit code 0 done, 1 refused, 2 mistakes, 3 not running, 4 no answer.
    """
    if target:
        ask_for("unlock", {"target": target}, f"{target} is no longer locked out.", reason, as_json=as_json)
    else:
        list_all(_lockouts, _lockout_told, "Nothing is locked out.", as_json=as_json)


def ask_for(
    verb: str, payload: Row, text: str, reason: str, *, as_json: bool, before: Before | None = None, more: More | None = None
) -> None:
    """Ask for something, and tell what was done. `before` raises NotDone where it is not; `more` finds what else is told."""

    async def work(settings: Settings) -> tuple[Row, list[str]]:
        async with api_of(settings) as api:
            if before is not None:
                await before(api, payload)
            document = await api.ask(verb, payload, reason)
            return document, [text, *notes(document), *(await more(api, payload) if more else [])]

    document, lines = carried_out(work, quiet=as_json)
    told(document, lines, as_json=as_json)


def list_all(
    found: Callable[[Api], Awaitable[list[Row]]], line: Callable[[Row, Clock], str], none: str, *, as_json: bool
) -> None:
    """A line for each that is found."""

    async def work(settings: Settings) -> tuple[list[Row], list[str]]:
        async with api_of(settings) as api:
            rows = await found(api)
        return rows, [line(row, local_time.of(settings)) for row in rows]

    rows, lines = carried_out(work, quiet=as_json)
    told(rows, lines or [none], as_json=as_json)


async def _trips(api: Api) -> list[Row]:
    return list((await api.state())["trips"])


async def _lockouts(api: Api) -> list[Row]:
    """Each with whether the site still has what it holds; None where that is not known."""
    rows = list((await api.state())["lockouts"])
    known = await names_of(api, "lockout") if rows else None
    return [row | {"of_this_site": None if known is None else row["target"] in known} for row in rows]


def _trip_told(trip: Row, when: Clock) -> str:
    return f"{trip['key']}  since {when(trip['since_at'])}: {trip['reason']}"


def _lockout_told(one: Row, when: Clock) -> str:
    gone = ", no longer of this site" if one["of_this_site"] is False else ""
    why = f": {one['reason']}" if one["reason"] else ""
    return f"{one['target']}{gone}  since {when(one['since_at'])} by {one['owner']}{why}"
