"""What is said of alarms: the incident as it stands, its end, that nobody acknowledged, whether somebody is still on it."""

from collections.abc import Sequence

from services.notifier.chatter import is_chattering
from services.notifier.message import Text
from services.notifier.record import Phase, Record, severity
from services.notifier.text import Site, cut, fits, one_line, plain_text
from services.shared.clock import Moment
from services.shared.spans import span
from services.shared.vocabulary import AlarmKind

_YEAR_S = 366 * 86_400.0
_IN_FULL = 5
"""So many alarms of one message are told with consequence and action; the others have a line each."""
_LINES = 40
_CAUSE, _SHORT = 600, 120
_NAMES = {
    AlarmKind.EMERGENCY: ("EMERGENCY", "EMERGENCIES"),
    AlarmKind.WARNING: ("Warning", "warnings"),
    AlarmKind.HEARTBEAT: ("Message", "messages"),
}


def incident_text(site: Site, records: Sequence[Record], now: Moment, *, gone: int = 0) -> Text:
    """An incident as it stands: one alarm, or several that began together. `gone` more came, and ended or were seen to."""
    came = f" ({gone} more came and are settled)" if gone else ""
    return _text(site, _head(records, site) + came, records, now, state=len(records) > 1)


def ended_text(site: Site, records: Sequence[Record], now: Moment) -> Text:
    """That all of them ended, how long they lasted and since when; nothing of what was to be done."""
    if len(records) == 1:
        return _text(site, f"Ended after {lasted(records[0])}", records, now, state=False)
    return _text(site, f"{len(records)} alarms ended", records, now)


def unanswered_text(site: Site, records: Sequence[Record], since_at: float, person: str, now: Moment) -> Text:
    """That nobody acknowledged, and who is told now beside the others (empty: nobody new)."""
    also = f"Told now too: {person}." if person else "Everybody was told."
    return _text(site, f"NOT ACKNOWLEDGED for {_since(since_at, now)}", records, now, lead=also, state=False)


def still_text(site: Site, records: Sequence[Record], now: Moment) -> Text:
    """That somebody acknowledged long ago and it still stands. `records` are as they were acknowledged."""
    who = ", ".join(dict.fromkeys(one.acknowledged_by for one in records))
    head = f"Still on it? {who} acknowledged, and it still stands"
    return _text(site, head, records, now, lead="Acknowledge again, or it goes on to others.", state=False)


def moved_text(site: Site, records: Sequence[Record], now: Moment) -> Text:
    """That it goes on in another message, because it became an emergency or came back from a shelf."""
    return _text(site, "Goes on in a new message", records, now)


def lasted(record: Record) -> str:
    """How long an alarm stood, by the calendar; a clock that was set meanwhile tells no duration."""
    seconds = (record.ended_at or 0.0) - record.since_at
    return span(seconds) if 0 <= seconds < _YEAR_S else "an unknown time"


def _text(site: Site, head: str, records: Sequence[Record], now: Moment, *, lead: str = "", state: bool = True) -> Text:
    """`head` says of the alarms that follow it what they have in common. What it says whole is not said again below it."""
    line = f"{head}: {_causes(records)}"
    is_said = len(records) == 1 and fits(site.name, line)
    body = _body(records, site, now, cause=not is_said, state=state)
    since = f" (since {site.moment(min(one.since_at for one in records))})"
    return plain_text(
        site.name, line, f"{lead}\n\n{body}" if lead else body, title=head if len(records) > 1 else "", since=since
    )  # fmt: skip


def _head(records: Sequence[Record], site: Site) -> str:
    one, several = _NAMES[max((one.told or one.kind for one in records), key=severity)]
    if len(records) == 1:
        state = _state(records[0], site)
        return f"{one} ({state})" if state else one
    over, gone = sum(record.phase is Phase.RETURNED for record in records), sum(record.is_gone for record in records)
    counts = {"ended": over, "gone": gone}
    told = [f"{'all' if count == len(records) else count} {what}" for what, count in counts.items() if count]
    return f"{len(records)} {several}" + (f" ({', '.join(told)})" if told else "")


def _state(record: Record, site: Site) -> str:
    """In what state it is, in a few words; empty when it stands and nobody did anything."""
    if record.phase is Phase.RETURNED:
        return f"ended after {lasted(record)}"
    gone = f"gone since {site.moment(record.ended_at)}" if record.is_gone and record.ended_at is not None else ""
    return ", ".join(said for said in (gone, _answer(record, site)) if said)


def _answer(record: Record, site: Site) -> str:
    if record.is_shelved:
        return f"shelved by {record.shelved_by} until {site.moment(record.shelved_until_at or 0.0)}"
    if record.phase is Phase.ACKNOWLEDGED:
        return f"acknowledged by {record.acknowledged_by}"
    return "not acknowledged" if record.escalated else ""


def _body(records: Sequence[Record], site: Site, now: Moment, *, cause: bool, state: bool) -> str:
    full = [_paragraph(one, site, now, cause=cause, state=state) for one in records[:_IN_FULL]]
    short = [_line(one, site, state=state) for one in records[_IN_FULL : _IN_FULL + _LINES]]
    return "\n\n".join([*full, *(["\n".join([*short, *_rest(records)])] if short else [])])


def _rest(records: Sequence[Record]) -> list[str]:
    more = len(records) - _IN_FULL - _LINES
    return [f"... and {more} more: see the page."] if more > 0 else []


def _paragraph(record: Record, site: Site, now: Moment, *, cause: bool, state: bool) -> str:
    chatter = "It comes and goes, so its end is told when it stayed away for long." if is_chattering(record, now) else ""
    action = f"To do: {one_line(record.action, _CAUSE)}" if record.action else ""
    found = _state(record, site) if state else ""
    what, since = _cause(record) if cause else "", f"Since {site.moment(record.since_at)}"
    if record.phase is Phase.RETURNED:
        lines = [what, f"{since}, {found}." if found else f"{since}.", record.effect]
    else:
        standing = f"{found[:1].upper()}{found[1:]}." if found else ""
        outlook = record.effect or ("" if record.is_gone else one_line(record.consequence, _CAUSE))
        lines = [what, outlook, action, f"{since}.", chatter, standing]
    return "\n".join(line for line in lines if line)


def _line(record: Record, site: Site, *, state: bool) -> str:
    found = _state(record, site) if state else ""
    return f"- {cut(_cause(record), _SHORT)}, since {site.moment(record.since_at)}" + (f", {found}" if found else "")


def _cause(record: Record) -> str:
    return one_line(record.cause, _CAUSE) or record.key


def _causes(records: Sequence[Record]) -> str:
    """Only as many as a subject may hold."""
    if len(records) == 1:
        return _cause(records[0])
    return "; ".join(one_line(one.cause, _SHORT) or one.key for one in records[:20])


def _since(at: float, now: Moment) -> str:
    seconds = now.wall_s - at
    return span(seconds) if 0 <= seconds < _YEAR_S else "some time"
