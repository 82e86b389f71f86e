"""`mine alarms`, `mine ack`, `mine shelve`, `mine unshelve`: which alarms are open, and what people do with them."""

from fnmatch import fnmatchcase
from typing import Annotated

import typer

from services.cli import shelvable
from services.cli.alarm_lines import alarm_told, shelved_told
from services.cli.ask import Api, NotDone, api_of, carried_out, told
from services.cli.exit_codes import EXIT_NO_ANSWER
from services.cli.latches import Row, ask_for, list_all
from services.cli.options import Json, Minutes, Reason, named
from services.notifier.report_words import report_lines
from services.shared.messages import AlarmReport
from services.shared.settings import Settings
from services.shared.site_time import SiteTime
from services.shared.spans import span

_SEVERITY = ("emergency", "warning", "heartbeat")
_NONE = "There is no open alarm."
_ONLY_WARNINGS = " (warnings only; emergencies are shelved by their exact key)"
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
        list_all(_open, alarm_told, _NONE, as_json=as_json)


def ack(
    alarm: Annotated[
        str | None, typer.Argument(callback=named, help="The key of an alarm, such as door; without it: what nobody has seen.")
    ] = None,
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Say that somebody has seen an alarm.

    Exit code 0 done, 1 refused, 2 mistakes, 3 not running, 4 no answer.
    """
    if alarm:
        ask_for("acknowledge", {"key": alarm}, f"Alarm {alarm} is acknowledged.", reason, as_json=as_json)
    else:
        list_all(_unseen, alarm_told, "There is no alarm that nobody has seen.", as_json=as_json)


def shelve(
    alarm: Annotated[str, typer.Argument(help="The key of an alarm, or a pattern of warnings such as 'device_lost_*'.")],
    minutes: Minutes = 30.0,
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Put an alarm aside: shown, but not told until the minutes are over. A warning for up to 24 h, an emergency for an hour.

    Exit code 0 done, 1 refused, 2 mistakes, 3 not running, 4 no answer.
    """
    only = _ONLY_WARNINGS if "*" in alarm else ""
    text = f"Alarm {alarm} is shelved for {span(minutes * 60)}{only}. `mine unshelve {alarm}` ends it before."
    ask_for("shelve", {"key": alarm, "minutes": minutes}, text, reason, as_json=as_json, before=_meant, more=_of_none)


def unshelve(
    alarm: Annotated[
        str | None, typer.Argument(callback=named, help="What was shelved, as it was named then; without it: all that is.")
    ] = None,
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Take an alarm back from its shelf: what stands is told.

    Exit code 0 done, 1 refused, 2 mistakes, 3 not running, 4 no answer.
    """
    if alarm:
        ask_for("unshelve", {"key": alarm}, f"Alarm {alarm} is no longer shelved.", reason, as_json=as_json)
    else:
        list_all(_shelved, shelved_told, "Nothing is shelved.", as_json=as_json)


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


async def _meant(api: Api, payload: Row) -> None:
    """Raises NotDone for what no alarm of the list is named, nor one that stands."""
    typed = payload["key"]
    shelvable.narrow(typed)
    if shelvable.is_of_the_list(typed):
        return
    try:
        stand = [str(one["key"]) for one in await _open(api)]
    except (NotDone, TypeError, KeyError, ValueError):
        stand = []
    if not any(fnmatchcase(key.lower(), typed.lower()) for key in stand):
        raise shelvable.mistyped(typed, stand)


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
