"""`mine why`: one answer to "why was it off at 14:05"."""

from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import quote

import typer

from services.cli import local_time
from services.cli.ask import api_of, carried_out, told
from services.cli.options import Json
from services.cli.when_asked import moment_of
from services.shared.settings import Settings
from services.shared.site_time import Clock
from services.shared.spans import span

Answer = dict[str, Any]
_WIDTH = 11


def why(
    at: Annotated[
        str | None,
        typer.Option("--at", callback=moment_of, help="HH:MM[:SS] (the last one, at the site), or ISO 8601; without it: now."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Why the site is, or was, as it is.

    Exit code 0 answered, 1 refused, 2 mistakes, 3 not running, 4 no answer.
    """

    async def work(settings: Settings) -> Answer:
        async with api_of(settings) as api:
            answer: Answer = await api.get("/api/v1/why" + (f"?at={quote(at)}" if at else ""))
            return answer

    answer = carried_out(work, quiet=as_json)
    told(answer, list(explained(answer)), as_json=as_json)


def explained(answer: Answer) -> Iterator[str]:
    """The answer in a sentence, then what it rests on; times are the site's."""
    when = local_time.clock(answer["timezone"])
    yield f"{when(answer['at'])} ({answer['timezone']}): {answer['sentence']}"
    if answer["known"]:
        yield ""
        for title, lines in _parts(answer, when):
            for number, line in enumerate(lines):
                yield f"{'' if number else title:<{_WIDTH}} {line}"
    elif answer["acts"]:
        yield from (f"  {line}" for line in _acts(answer, when))
    yield from (f"note: {note}" for note in answer["notes"])


def _parts(answer: Answer, when: Clock) -> Iterator[tuple[str, list[str]]]:
    yield "Mode", list(_mode(answer, when))
    yield "Because", answer["reasons"]
    yield "Limited by", [answer["limited_by"]] if answer["limited_by"] not in (None, "", "nothing") else []
    yield "Asked by", [answer["caused_by"]] if answer["caused_by"] else []
    yield "Signal", [_signal(answer["signal"], when)] if answer["signal"] else []
    yield "Commanded", [_command(one, when) for one in answer["commands"]]
    yield "Load", [_load(answer["load"], when)] if answer["load"] else []
    decided = f"decided {when(answer['decided_at'])}, on" if answer["decided_at"] and answer["inputs"] else ""
    yield "Went by", [line for line in (decided, *(_input(one) for one in answer["inputs"])) if line]
    yield "Before", list(_acts(answer, when))
    yield "Ended", _ended(answer, when)


def _mode(answer: Answer, when: Clock) -> Iterator[str]:
    yield f"{answer['mode']} since {when(answer['since'])}" + (f", control {answer['control']}" if answer["control"] else "")
    if answer["off_since"]:
        yield f"not normal since {when(answer['off_since'])}"


def _signal(one: Answer, when: Clock) -> str:
    parts = [f"{one['source']}: {one['level']}"]
    parts += [f"at most {one['target_kw']:.0f} kW"] if one["target_kw"] is not None else []
    parts += [f"event {one['event_id']}"] if one["event_id"] else []
    parts += [f"from {when(one['start'])}"] if one["start"] else []
    parts += [f"until {when(one['end'])}"] if one["end"] else []
    parts += [_heard(one)] if one["age_s"] is not None else []
    return ", ".join(parts)


def _command(one: Answer, when: Clock) -> str:
    parts = [f"{one['act']} by {one['device']}, {one['sent']} sent from {when(one['first_at'])}"]
    parts += [f"{one['acknowledged']} acknowledged", f"{one['confirmed']} confirmed"]
    later = one["confirmed_later"]
    within_s = one["confirmed_within_s"]
    slowest = f"the slowest {_short(within_s)} after it was sent" if within_s is not None else ""
    said = [f"{later} of them after that moment" if later else "", slowest]
    more = ", ".join(part for part in said if part)
    failed = f"; {one['failed']} failed, the last: {one['last_failure']}" if one["failed"] else ""
    return ", ".join(parts) + (f" ({more})" if more else "") + failed


def _load(load: Answer, when: Clock) -> str:
    named = (("measured_kw", "on"), ("target_kw", "target"), ("unknown_kw", "unknown"))
    told = [f"{load[key]:.1f} kW {word}" for key, word in named if load[key] is not None]
    unmeasured = ["not measured"] if load["measured_kw"] is None else []
    recorded = [f"as recorded at {when(load['as_of'])}"] if load["as_of"] is not None else []
    return ", ".join([*unmeasured, *told, *recorded])


def _input(one: Answer) -> str:
    value = "unknown" if one["value"] is None else f"{one['value']} {one['unit']}".replace(" Cel", " °C").rstrip()
    return f"{one['kind']} {one['name']}: {value}, " + _age(one)


def _age(one: Answer) -> str:
    if one["last_read_s"] is not None:
        return f"last read {span(one['last_read_s'])} before; not read at that moment"
    if one["age_s"] is None:
        return "never heard"
    if not _was_before(one):
        return f"{_short(one['age_s'])} old"
    return f"{_short(one['age_then_s'])} old at that moment, {_short(one['age_s'])} at the decision"


def _heard(one: Answer) -> str:
    decided = f"{_short(one['age_s'])} before the decision"
    return f"heard {_short(one['age_then_s'])} before that moment, {decided}" if _was_before(one) else f"heard {decided}"


def _was_before(one: Answer) -> bool:
    """Whether the decision is of another second than the moment that was asked for."""
    return one["age_then_s"] is not None and one["age_then_s"] - one["age_s"] >= 1.0


def _short(seconds: float) -> str:
    return "under 1 s" if seconds < 1.0 else span(seconds)


def _acts(answer: Answer, when: Clock) -> Iterator[str]:
    for act in answer["acts"]:
        why = "; ".join(act["reasons"])
        yield f"{when(act['at'])}  {act['what']}" + (f" ({why})" if why else "")


def _ended(answer: Answer, when: Clock) -> list[str]:
    if answer["until"] is None or answer["mode"] == "normal":
        return []
    again = f"; normal again at {when(answer['off_until'])}" if answer["off_until"] else ""
    return [f"{when(answer['until'])}: {'; '.join(answer['ended_because'])}{again}"]
