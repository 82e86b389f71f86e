"""`mine notify test`, `mine notify check`: does a message reach people, and do the providers know us."""

import asyncio
from typing import Annotated, Any

import typer

from services.cli.ask import Api, NotDone, api_of, carried_out, told
from services.cli.exit_codes import EXIT_MISTAKES, EXIT_NO_ANSWER, EXIT_REFUSED
from services.cli.options import Json, Reason
from services.cli.reading import end
from services.notifier.routing import ALL as WAYS
from services.shared.settings import Settings
from services.shared.vocabulary import HealthState

app = typer.Typer(help="The ways to people: Telegram, e-mail, SMS, webhook.", no_args_is_help=True)
ALL, ANNUNCIATOR = "all", "annunciator"
Channel = Annotated[
    str, typer.Argument(help="telegram, email, sms, webhook; for test also annunciator; all: each that is set up.")
]
Row = dict[str, Any]


@app.command()
def test(channel: Channel = ALL, reason: Reason = "", as_json: Json = False) -> None:
    """Send a test message, as the notifier would send an alarm; the result is kept and shown on the page.

    Exit code 0 every one was taken, 1 one was not, 2 mistakes, 3 not running, 4 no answer.
    """
    _each("test", "receipt", _named(channel, ANNUNCIATOR), reason, as_json=as_json)


@app.command()
def check(channel: Channel = ALL, reason: Reason = "", as_json: Json = False) -> None:
    """Ask the providers whether token, user, password and mailboxes are right; nothing is sent.

    Exit code 0 every one is right, 1 one is not, 2 mistakes, 3 not running, 4 no answer.
    """
    _each("check", "answer", _named(channel), reason, as_json=as_json)


def _named(channel: str, *more: str) -> str:
    """The channel, if there is one of this name, set up or not; else the command ends, and nobody is asked."""
    known = (*WAYS, *more, ALL)
    if channel not in known:
        end(f"found the channel {channel[:40]!r}; allowed: {', '.join(known)}", EXIT_MISTAKES)
    return channel


def _each(verb: str, result: str, channel: str, reason: str, *, as_json: bool) -> None:
    async def work(settings: Settings) -> list[tuple[Row, int]]:
        async with api_of(settings) as api:
            names = await _set_up(api) if channel == ALL else [channel]
            return list(await asyncio.gather(*(_one(api, verb, result, name, reason) for name in names)))

    found = carried_out(work, quiet=as_json)
    rows = [row for row, _ in found]
    lines = [f"{row['channel']}: {'' if row['ok'] else 'FAILED: '}{row['words']}" for row in rows]
    worst = max(code for _, code in found)
    why = "; ".join(line for line, row in zip(lines, rows, strict=True) if not row["ok"])
    told(rows, lines, as_json=as_json, code=worst, why=why)
    raise typer.Exit(worst)


async def _one(api: Api, verb: str, result: str, name: str, reason: str) -> tuple[Row, int]:
    """What came of one channel, and the exit code for it. Raises NotDone where nothing could be asked at all."""
    try:
        document = await api.ask(verb, {"channel": name}, reason)
    except NotDone as why:
        if why.code not in (EXIT_REFUSED, EXIT_NO_ANSWER):
            raise
        return {"channel": name, "ok": False, "words": str(why)}, why.code
    words = str((document.get("result") or {}).get(result, "done"))
    return {"channel": name, "ok": True, "words": words}, 0


async def _set_up(api: Api) -> list[str]:
    """The channels that can send. Raises NotDone."""
    said = (await api.get("/api/state"))["alarm_state"]
    if said is None:
        raise NotDone("the notifier is silent: which channels there are is unknown", EXIT_NO_ANSWER)
    names = [one["name"] for one in said["channels"] if one["state"] != HealthState.NOT_CONFIGURED]
    if not names:
        raise NotDone("no channel is set up: nobody can be told", EXIT_REFUSED)
    return names
