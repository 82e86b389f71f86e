"""An answer as plain text, for a message to a person: signal, rule, command, confirmation, each with its time."""

from collections.abc import Iterator
from datetime import datetime

from services.api.why import Why, WhyCommand, WhyLoad, WhySignal

_MOST_ACTS = 10


def told(why: Why) -> str:
    """Lines, the sentence first. Times are those of the site, as in the answer."""
    lines = [f"{_clock(why.at)} ({why.timezone}): {why.sentence}"]
    if why.known:
        lines += ["", *_chain(why)]
    if why.acts:
        lines += ["", "Done by people:", *(f"{_clock(act.at)} {act.what}" for act in why.acts[-_MOST_ACTS:])]
    if why.until:
        lines += ["", f"Ended {_clock(why.until)}: {'; '.join(why.ended_because)}"]
    return "\n".join([*lines, *(f"Note: {note}" for note in why.notes)])


def _chain(why: Why) -> Iterator[str]:
    yield f"Signal: {_signal(why.signal) if why.signal else 'none'}"
    decided = f" (decided {_clock(why.decided_at)})" if why.decided_at and not why.now else ""
    yield f"Rule: {why.limited_by or 'nothing limits'}{decided}: {'; '.join(why.reasons)}".rstrip(": ")
    if why.caused_by:
        yield f"Asked by: {why.caused_by}"
    yield f"Mode: {why.mode} since {_clock(why.since)}" + (f", control {why.control}" if why.control else "")
    if not why.commands:
        yield "Commands: none on record"
    for command in why.commands:
        yield from _command(command)
    if why.load is not None:
        yield f"Measured: {_load(why.load)}"


def _signal(one: WhySignal) -> str:
    parts = [f"{one.source}: {one.level}"]
    parts += [f"at most {one.target_kw:.0f} kW"] if one.target_kw is not None else []
    parts += [f"event {one.event_id}"] if one.event_id else []
    parts += [f"from {_clock(one.start)}"] if one.start else []
    parts += [f"until {_clock(one.end)}"] if one.end else []
    return ", ".join(parts)


def _command(one: WhyCommand) -> Iterator[str]:
    yield f"Command: {one.act} by {one.device}, {one.sent} sent from {_clock(one.first_at)}, {one.acknowledged} acknowledged"
    slowest = f", the slowest {one.confirmed_within_s:.1f} s after it was sent" if one.confirmed_within_s is not None else ""
    failed = f"; {one.failed} failed, the last: {one.last_failure}" if one.failed else ""
    yield f"Confirmed: {one.confirmed} of {one.sent}{slowest}{failed}"


def _load(load: WhyLoad) -> str:
    named = ((load.measured_kw, "on"), (load.target_kw, "target"), (load.unknown_kw, "unknown"))
    told = [f"{'unknown' if kw is None else f'{kw:.1f}'} kW {word}" for kw, word in named]
    return ", ".join(told) + (f", as of {_clock(load.as_of)}" if load.as_of else "")


def _clock(iso: str | None) -> str:
    """Of ISO 8601 with the site's offset; the day is said where it is not that of the site's today."""
    if iso is None:
        return "an unknown time"
    moment = datetime.fromisoformat(iso)
    today = datetime.now(moment.tzinfo).date()
    return moment.strftime("%H:%M:%S" if moment.date() == today else "%Y-%m-%d %H:%M:%S")
