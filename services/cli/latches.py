"""`mine reset`, `mine lockout`, `mine unlock`, `mine ack`: what only a person ends or begins. Without a name they list it."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer

from services.cli import local_time
from services.cli.ask import EXIT_NO_ANSWER, Api, NotDone, api_of, carried_out, told
from services.cli.holds import notes
from services.cli.local_time import SiteTime
from services.cli.options import Json, Reason
from services.shared.settings import Settings

Row = dict[str, Any]


def reset(
    trip: Annotated[str, typer.Argument(help="The key of a trip, such as stop; without it: what has tripped.")] = "",
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """End a trip; refused while its cause stands.

    Exit code 0 done, 1 refused, 2 mistakes, 3 not running, 4 no answer.
    """
    if trip:
        _ask("reset", {"trip": trip}, f"Trip {trip} is reset.", reason, as_json=as_json)
    else:
        _list(_trips, _trip_told, "Nothing has tripped.", as_json=as_json)


def lockout(
    target: Annotated[str, typer.Argument(help="fan-3, a load, a group, or an outlet such as pdu-1/7.")],
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Hold something off, over every restart.

    Exit code 0 done, 1 refused, 2 mistakes, 3 not running, 4 no answer.
    """
    text = f"{target} is locked out until `mine unlock {target}`."
    _ask("lockout", {"target": target}, text, reason, as_json=as_json)


def unlock(
    target: Annotated[str, typer.Argument(help="What was locked out; without it: what is.")] = "",
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Give back what was locked out.

    Exit code 0 done, 1 refused, 2 mistakes, 3 not running, 4 no answer.
    """
    if target:
        _ask("unlock", {"target": target}, f"{target} is no longer locked out.", reason, as_json=as_json)
    else:
        _list(_lockouts, _lockout_told, "Nothing is locked out.", as_json=as_json)


def ack(
    alarm: Annotated[str, typer.Argument(help="The key of an alarm, such as door; without it: what nobody has seen.")] = "",
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Say that somebody has seen an alarm.

    Exit code 0 done, 1 refused, 2 mistakes, 3 not running, 4 no answer.
    """
    if alarm:
        _ask("acknowledge", {"key": alarm}, f"Alarm {alarm} is acknowledged.", reason, as_json=as_json)
    else:
        _list(_unseen, _alarm_told, "There is no alarm that nobody has seen.", as_json=as_json)


def _ask(verb: str, payload: Row, text: str, reason: str, *, as_json: bool) -> None:
    async def work(settings: Settings) -> Row:
        async with api_of(settings) as api:
            return await api.ask(verb, payload, reason)

    document = carried_out(work, quiet=as_json)
    told(document, [text, *notes(document)], as_json=as_json)


def _list(
    found: Callable[[Api], Awaitable[list[Row]]], line: Callable[[Row, SiteTime], str], none: str, *, as_json: bool
) -> None:
    async def work(settings: Settings) -> tuple[list[Row], list[str]]:
        async with api_of(settings) as api:
            rows = await found(api)
        return rows, [line(row, local_time.of(settings)) for row in rows]

    rows, lines = carried_out(work, quiet=as_json)
    told(rows, lines or [none], as_json=as_json)


async def _trips(api: Api) -> list[Row]:
    return list((await api.state())["trips"])


async def _lockouts(api: Api) -> list[Row]:
    return list((await api.state())["lockouts"])


async def _unseen(api: Api) -> list[Row]:
    alarm_state = (await api.get("/api/state"))["alarm_state"]
    if alarm_state is None:
        raise NotDone("the notifier is silent: which alarms there are is unknown", EXIT_NO_ANSWER)
    return [alarm for alarm in alarm_state["alarms"] if not alarm["acknowledged_by"]]


def _trip_told(trip: Row, time: SiteTime) -> str:
    return f"{trip['key']}  since {time.clock(trip['since_at'])}: {trip['reason']}"


def _lockout_told(one: Row, time: SiteTime) -> str:
    return f"{one['target']}  since {time.clock(one['since_at'])} by {one['owner']}" + (
        f": {one['reason']}" if one["reason"] else ""
    )


def _alarm_told(alarm: Row, time: SiteTime) -> str:
    over = "" if alarm["active"] else " (over)"
    return f"{alarm['key']}  {alarm['kind']} since {time.clock(alarm['since_at'])}{over}: {alarm['cause']}"
