"""`mine stop`: the emergency stop. Through the api; with a dead api straight to the controller's own small app."""

import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

import typer

from services.cli.ask import NotDone, api_of, carried_out, detail, told
from services.cli.claim import user
from services.cli.exit_codes import EXIT_DONE, EXIT_NO_ANSWER, EXIT_NOT_RUNNING, EXIT_REFUSED
from services.cli.eyes import Eyes
from services.cli.options import ForPrograms, Reason
from services.cli.saying import say
from services.cli.secret import ops_token
from services.cli.until_off import Found, in_figures, on_now, unproven, unswitched, until_off
from services.shared.device import DeviceError, may_have_arrived
from services.shared.http import HttpClient
from services.shared.settings import Settings
from services.shared.unanswered import why
from services.shared.vocabulary import Control

_API_S = 5.0  # the api gives the broker 2 s of them, then it goes straight to the controller itself
_DIRECT_S = 8.0  # the controller itself gives its loop 5 s
_NOBODY = (
    "Nothing was carried out by anybody that could be reached, and nothing waits to be carried out later. The site goes on as it "
    "is: open the breaker by hand."
)
_OPEN = "It was asked, and may still be carried out: look at the load, and stop the site by hand, at the breaker."
_FORGOTTEN = (
    "The stop is in force, but the card took nothing: a restart forgets it. Open the breaker by hand, and make room on the card."
)
_REFUSED = "It is not carried out: stop the site by hand, at the breaker."
REACHED_NOBODY = "urn:mine:problem:stop-reached-nobody"
"""The type of the api's problem when it could give the stop to nobody (services/api/direct_stop.py)."""
_WAYS = {
    "bus": "through the api and the broker",
    "controller": "through the api, which went straight to the controller: the broker does not carry it",
    "directly": "straight to the controller: the api did not do it",
}


def stop(
    words: Annotated[list[str] | None, typer.Argument(help="Why, in words: no word keeps from the stop.")] = None,
    reason: Reason = "emergency stop by command",
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Follow it until a measurement proves it off, or not.")] = True,
    as_json: ForPrograms = False,
) -> None:
    """Stop everything now: the whole site trips, and stays tripped until `mine reset`. Needs neither broker nor api.

    The order goes out first. Then what is measured is followed until it proves the load off, for at most the time of
    `response_deadline_minutes`. Mistakes in the configuration do not stop it: it asks the run as it was started, and says so.

    Exit code 0 proven off (with --no-wait: ordered), 1 refused, or nothing is switched in observe mode, 2 mistakes, 3 nobody was
    there to ask: nothing was carried out, open the breaker; 4 it was asked or ordered, and nobody confirmed or proved it: it may
    still be carried out, stop the site by hand.
    """

    async def work(settings: Settings) -> Found | None:
        began_s = time.monotonic()
        ordered = await _ordered(settings, " ".join(words) if words else reason)
        first = f"ORDERED, {_WAYS.get(ordered['by'], ordered['by'])}: the site is tripped."
        say("\n".join([first, *ordered["notes"]]), err=as_json)
        load, found = await _seen(settings, began_s, observes=ordered["control"] == Control.OBSERVE, wait=wait, quiet=as_json)
        if as_json:
            figures = in_figures(found, load)
            told(ordered | figures, [], as_json=True, code=found.code if found else EXIT_DONE, why=figures["words"])
        return found

    found = carried_out(work, quiet=as_json)
    if found is not None:
        say(found.words, err=as_json or found.code != EXIT_DONE)
        raise typer.Exit(found.code)


async def _seen(
    settings: Settings, began_s: float, *, observes: bool, wait: bool, quiet: bool
) -> tuple[dict[str, Any] | None, Found | None]:
    """The load at the order, and what came of it. The order is out: whatever fails here, it stands, and is not proven."""
    load = found = None
    try:
        async with Eyes(settings) as eyes:
            state = await eyes.of_api()
            load = state and state["load"]
            say(f"{on_now(load)}.", err=quiet)
            found = await until_off(eyes, settings, began_s) if wait and not observes else None
    except Exception:  # whatever it was, it is not the order's
        found = unproven(began_s) if wait else None
    return load, unswitched(load, began_s) if observes else found


async def _ordered(settings: Settings, reason: str) -> dict[str, Any]:
    """`ordered`, `by` which way, under which `control`, and what else was met. Raises NotDone when no way led to it."""
    try:
        async with api_of(settings, answer_s=_API_S) as api:
            document = await api.ask("stop", {}, reason)
        result = document.get("result")
        made = result if isinstance(result, dict) else {}
        return _order(made.get("by", "bus"), made, _not_stored(document))
    except NotDone as first:
        return await _directly(settings, reason, first)
    except Exception as error:  # a fault of this way must not keep from the other
        return await _directly(settings, reason, NotDone(f"the api could not be asked: {why(error)}", EXIT_NO_ANSWER))


def _order(by: object, made: Mapping[str, Any], notes: list[str]) -> dict[str, Any]:
    """Whichever way it went, it is the controller that says under which control: null where it does not."""
    return {"ordered": True, "by": str(by), "control": made.get("control"), "notes": notes}


async def _directly(settings: Settings, reason: str, first: NotDone) -> dict[str, Any]:
    token = ops_token(settings)
    client = HttpClient(deadline_s=_DIRECT_S)
    place = f"{settings.ops.controller_host}:{settings.ops.controller_port}"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = {"who": f"cli:{user()} (local, directly)", "reason": reason[:500]}
    try:
        answer = await client.request("POST", f"http://{place}/stop", headers=headers, json_body=body)
        said = answer.json() if answer.status == HTTPStatus.OK else None
    except DeviceError as error:
        raise _not_stopped(first, f"the controller directly, at {place}: {error}", may_have_arrived(error)) from None
    except Exception as error:
        raise _not_stopped(first, f"the controller directly, at {place}: {why(error)}", True) from None
    finally:
        await client.close()
    if isinstance(said, dict) and said.get("stopped") is True:
        return _order("directly", said, [f"(The other way: {first})", *_not_stored(said)])
    reply = said.get("reason") if isinstance(said, dict) else detail(answer)
    if isinstance(said, dict) and said.get("stopped") is False:
        raise NotDone(f"NOT STOPPED. {first}; the controller directly: {reply}. {_REFUSED}", EXIT_REFUSED)
    raise _not_stopped(first, f"the controller directly, at {place}: {reply}", True)


def _not_stored(said: Mapping[str, Any]) -> list[str]:
    """The controller says so where its card takes no trip: the load is off, and nothing holds it off after a restart."""
    return [f"NOT STORED. {_FORGOTTEN}"] if "not stored" in str(said.get("reason", "")) else []


def _not_stopped(first: NotDone, then: str, may_be_done: bool) -> NotDone:
    """Nobody confirmed it. `may_be_done`: by the controller that was asked directly."""
    if may_be_done or _may_be_done(first):
        return NotDone(f"NOT CONFIRMED, SO NOT STOPPED AS FAR AS IS KNOWN. {first}; {then}. {_OPEN}", EXIT_NO_ANSWER)
    code = EXIT_NOT_RUNNING if first.code in (EXIT_NOT_RUNNING, EXIT_NO_ANSWER) else EXIT_REFUSED
    return NotDone(f"NOT STOPPED. {first}; {then}. {_NOBODY}", code)


def _may_be_done(first: NotDone) -> bool:
    """An api without a broker asks nobody over it, and one that found no controller did not ask it either."""
    return first.code == EXIT_NO_ANSWER and first.kind != REACHED_NOBODY
