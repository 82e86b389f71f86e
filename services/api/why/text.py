"""An answer as plain text, for a message to a person: signal, rule, command, confirmation, each with its time."""

from collections.abc import Iterator
from functools import partial

from services.api.why.model import Why, WhyCommand, WhyLoad, WhySignal
from services.shared.site_time import Clock, SiteTime
from services.shared.spans import span

_MOST_ACTS = 3
_MOST_COMMANDS = 3
_MOST_NOTES = 2
"""About 20 lines in all: what is more is counted."""


def told(why: Why, now_at: float) -> str:
    """Lines, the sentence first. Times are those of the site, seen from now (Unix seconds)."""
    when: Clock = partial(SiteTime(why.timezone).exact, now_at=now_at)
    lines = [f"{when(why.at)} ({why.timezone}): {why.sentence}"]
    if why.known:
        lines += ["", *_chain(why, when)]
    if why.acts:
        left_out = len(why.acts) - _MOST_ACTS
        lines.append("Done by people" + (f" ({left_out} earlier not shown):" if left_out > 0 else ":"))
        lines += (f"{when(act.at)} {act.what}" for act in why.acts[-_MOST_ACTS:])
    if why.until and why.mode != "normal":
        lines.append(f"Ended {when(why.until)}: {'; '.join(why.ended_because)}")
    lines += (f"Note: {note}" for note in why.notes[:_MOST_NOTES])
    return "\n".join([*lines, *_more(len(why.notes) - _MOST_NOTES, "note")])


def _chain(why: Why, when: Clock) -> Iterator[str]:
    yield f"Signal: {_signal(why.signal, when) if why.signal else 'none'}"
    decided = f" (decided {when(why.decided_at)})" if why.decided_at and not why.now else ""
    yield f"Rule: {why.limited_by or 'nothing limits'}{decided}: {'; '.join(why.reasons)}".rstrip(": ")
    if why.caused_by:
        yield f"Asked by: {why.caused_by}"
    yield f"Mode: {why.mode} since {when(why.since)}" + (f", control {why.control}" if why.control else "")
    yield from _commands(why, when)
    if why.load is not None:
        yield f"Measured: {_load(why.load, when)}"
    unread = [one.last_read_s for one in why.inputs if one.last_read_s is not None]
    if unread:
        yield f"Inputs: last read {span(min(unread))} before or earlier; not read at that moment"


def _commands(why: Why, when: Clock) -> Iterator[str]:
    if not why.commands and why.mode != "normal":
        yield "Commands: none on record"
    for command in why.commands[:_MOST_COMMANDS]:
        yield from _command(command, when)
    left_out = why.commands[_MOST_COMMANDS:]
    if left_out:
        yield f"{len(left_out)} more kinds of commands, {sum(one.sent for one in left_out)} sent"


def _more(count: int, what: str) -> Iterator[str]:
    if count > 0:
        yield f"{count} more {what}{'' if count == 1 else 's'}"


def _signal(one: WhySignal, when: Clock) -> str:
    parts = [f"{one.source}: {one.level}"]
    parts += [f"at most {one.target_kw:.0f} kW"] if one.target_kw is not None else []
    parts += [f"event {one.event_id}"] if one.event_id else []
    parts += [f"from {when(one.start)}"] if one.start else []
    parts += [f"until {when(one.end)}"] if one.end else []
    return ", ".join(parts)


def _command(one: WhyCommand, when: Clock) -> Iterator[str]:
    yield f"Command: {one.act} by {one.device}, {one.sent} sent from {when(one.first_at)}, {one.acknowledged} acknowledged"
    slowest = f", the slowest {one.confirmed_within_s:.1f} s after it was sent" if one.confirmed_within_s is not None else ""
    failed = f"; {one.failed} failed, the last: {one.last_failure}" if one.failed else ""
    later = f", {one.confirmed_later} of them after that moment" if one.confirmed_later else ""
    yield f"Confirmed: {one.confirmed} of {one.sent}{later}{slowest}{failed}"


def _load(load: WhyLoad, when: Clock) -> str:
    named = ((load.measured_kw, "on"), (load.target_kw, "target"), (load.unknown_kw, "unknown"))
    told = [f"{'unknown' if kw is None else f'{kw:.1f}'} kW {word}" for kw, word in named]
    return ", ".join(told) + (f", as of {when(load.as_of)}" if load.as_of else "")
