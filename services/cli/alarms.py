"""`mine alarms`, `mine ack`, `mine shelve`, `mine unshelve`: which alarms are open, and what people do with them."""

import time
from fnmatch import fnmatchcase
from typing import Annotated

import typer

from services.cli.ask import Api, NotDone, api_of, carried_out, told
from services.cli.exit_codes import EXIT_NO_ANSWER
from services.cli.latches import Row, ask_for, list_all
from services.cli.options import Json, Minutes, Reason
from services.notifier.report_words import report_lines
from services.shared.messages import AlarmReport
from services.shared.settings import Settings
from services.shared.site_time import Clock, SiteTime
from services.shared.spans import span

_SEVERITY = ("emergency", "warning", "heartbeat")
_NONE = "There is no open alarm."
_SILENT = "the notifier is silent: which alarms there are is unknown"


def alarms(
    report: Annotated[
        bool, typer.Option("--report", help="How the alarms themselves do, with what each figure should be.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the open alarms: state, age, who has seen them, priority.

    Exit code 0 done, 1 refused, 2 mistakes, 3 not running, 4 no answer.
    """
    if report:
        _report(as_json=as_json)
    else:
        list_all(_open, _alarm_told, _NONE, as_json=as_json)


def ack(
    alarm: Annotated[str, typer.Argument(help="The key of an alarm, such as door; without it: what nobody has seen.")] = "",
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Say that somebody has seen an alarm.

    Exit code 0 done, 1 refused, 2 mistakes, 3 not running, 4 no answer.
    """
    if alarm:
        ask_for("acknowledge", {"key": alarm}, f"Alarm {alarm} is acknowledged.", reason, as_json=as_json)
    else:
        list_all(_unseen, _alarm_told, "There is no alarm that nobody has seen.", as_json=as_json)


def shelve(
    alarm: Annotated[str, typer.Argument(help="The key of an alarm, or a pattern of warnings such as 'device_lost_*'.")],
    minutes: Minutes = 30.0,
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Put an alarm aside: shown, but not told until the minutes are over. A warning for up to 24 h, an emergency for an hour.

    Exit code 0 done, 1 refused, 2 mistakes, 3 not running, 4 no answer.
    """
    text = f"Alarm {alarm} is shelved for {span(minutes * 60)}. `mine unshelve {alarm}` ends it before."
    ask_for("shelve", {"key": alarm, "minutes": minutes}, text, reason, as_json=as_json, more=_of_none)


def unshelve(
    alarm: Annotated[str, typer.Argument(help="What was shelved, as it was named then; without it: all that is.")] = "",
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Take an alarm back from its shelf: what stands is told.

    Exit code 0 done, 1 refused, 2 mistakes, 3 not running, 4 no answer.
    """
    if alarm:
        ask_for("unshelve", {"key": alarm}, f"Alarm {alarm} is no longer shelved.", reason, as_json=as_json)
    else:
        list_all(_shelved, _shelved_told, "Nothing is shelved.", as_json=as_json)


def _report(*, as_json: bool) -> None:
    async def work(settings: Settings) -> tuple[Row, list[str]]:
        async with api_of(settings) as api:
            document: Row = await api.get("/api/v1/alarms/report")
        return document, _figures_told(document, settings)

    document, lines = carried_out(work, quiet=as_json)
    told(document, lines, as_json=as_json)


def _figures_told(document: Row, settings: Settings) -> list[str]:
    """Raises NotDone where the notifier never spoke."""
    if document["raised"] is None:
        raise NotDone("the notifier is silent: how the alarms do is unknown", EXIT_NO_ANSWER)
    figures = {name: document[name] for name in AlarmReport.model_fields if name in document}
    lines = report_lines(AlarmReport.model_validate(figures, strict=False), SiteTime(settings.general.timezone).zone)
    past = [] if document["known"] else ["The notifier is silent; this is what it said last."]
    doubt = [] if document["clock_trusted"] else ["The clock was not trusted by which this was counted."]
    return [*past, *doubt, *lines]


async def _open(api: Api) -> list[Row]:
    """The gravest first, then the newest; what is over at the end. Raises NotDone while the notifier is silent."""
    tile = await api.get("/api/v1/alarms")
    if not tile["known"]:
        raise NotDone(_SILENT, EXIT_NO_ANSWER)
    return sorted(tile["alarms"], key=lambda one: (not one["active"], _SEVERITY.index(one["kind"]), -one["since_at"]))


async def _of_none(api: Api, payload: Row) -> list[str]:
    """What a mistyped name looks like; nothing where it cannot be found out."""
    try:
        is_open = any(fnmatchcase(str(one["key"]), payload["key"]) for one in await _open(api))
    except (NotDone, TypeError, KeyError, ValueError):
        return []
    return [] if is_open else [f"No open alarm is named {payload['key']} now: it counts for one that comes."]


async def _unseen(api: Api) -> list[Row]:
    return [one for one in await _open(api) if not one["acknowledged_by"] and one["state"] != "shelved"]


async def _shelved(api: Api) -> list[Row]:
    """The open alarms that are, then the shelves that are of none of these alone: patterns, and names that none has."""
    found = [one for one in await _open(api) if one["state"] == "shelved"]
    keys = {one["key"] for one in found}
    tile = await api.get("/api/v1/alarms")
    rest = [one for one in tile.get("shelves", []) if one["pattern"] not in keys]
    return [*found, *(one | {"hides": sum(fnmatchcase(key.lower(), one["pattern"].lower()) for key in keys)} for one in rest)]


def _shelved_told(row: Row, when: Clock) -> str:
    if "pattern" not in row:
        return _alarm_told(row, when)
    hides = f"hides {row['hides']} of the open alarms" if row["hides"] else "hides no open alarm now"
    return f"{row['pattern']}  {hides}, shelved by {row['by']} until {when(row['until_at'])}"


def _alarm_told(alarm: Row, when: Clock) -> str:
    over, calls = not alarm["active"], alarm["escalated"]
    age = f"over since {when(alarm['ended_at'])}" if over else f"for {span(max(time.time() - alarm['since_at'], 0.0))}"
    state = _state_told(alarm, when) + (f", escalated {'once' if calls == 1 else f'{calls} times'}" if calls else "")
    since = f"since {when(alarm['since_at'])} ({age})"
    return f"{alarm['key']}  {alarm['kind']}, to do with {alarm['priority']} priority, {state}, {since}: {alarm['cause']}"


def _state_told(alarm: Row, when: Clock) -> str:
    match alarm["state"]:
        case "shelved":
            return f"shelved by {alarm['shelved_by']}{_until(alarm['shelved_until_at'], when)}"
        case "acknowledged":
            return f"acknowledged by {alarm['acknowledged_by']}{_until(alarm['acknowledged_until_at'], when)}"
        case _:
            return "not acknowledged"


def _until(at: float | None, when: Clock) -> str:
    return "" if at is None else f" until {when(at)}"
