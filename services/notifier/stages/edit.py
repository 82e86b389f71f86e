"""Edit: what was posted is brought up to date, without a sound, where it can be changed."""

from collections.abc import Mapping, Sequence

from services.notifier.chatter import is_chattering
from services.notifier.incidents import Incident
from services.notifier.message import Act
from services.notifier.outcome import Outcome, Said
from services.notifier.record import Phase, Record
from services.notifier.words import ended_text, incident_text, moved_text
from services.shared.clock import Moment

EVERY_S = 60.0
"""A cause whose figures change, or one of many that ended, changes a message so often at most, and so does one that chatters;
what people did, what came of it, and that all of it is gone or back, shows at once: the message may still wait for its link."""


def edit(before: Mapping[str, Incident], after: Mapping[str, Incident], said: Mapping[str, Said], out: Outcome) -> None:
    """Bring up to date what differs from what was said. `before` and `after` this pass, `said` in earlier ones."""
    for thread, incident in after.items():
        records = incident.records(out.view)
        now = Said(_deeds(records, out.now), _words(records), out.now.mono_s)
        old = said.get(thread, now)
        if old.deeds == now.deeds and (old.words == now.words or out.now.mono_s - old.mono_s < EVERY_S):
            out.said[thread] = old
        else:
            out.said[thread] = now
            text = incident_text(out.plan.site, records, out.now)
            out.say(thread, records, incident.ways, Act.EDIT, text, text, ask=_asks(records))
    for thread, incident in before.items():
        records = incident.records(out.view)
        if thread not in after and any(one.phase is not Phase.RETURNED for one in records):
            _close(incident, records, out)


def _close(incident: Incident, records: Sequence[Record], out: Outcome) -> None:
    """What has not ended goes on elsewhere; so what has is said now."""
    text = moved_text(out.plan.site, [one for one in records if one.phase is not Phase.RETURNED], out.now)
    out.say(incident.thread, records, incident.ways, Act.EDIT, text, text)
    if over := [one for one in records if one.phase is Phase.RETURNED]:
        out.say(incident.thread, over, incident.ways, Act.REPLY, ended_text(out.plan.site, over, out.now))


def _asks(records: Sequence[Record]) -> bool:
    return any(one.phase is Phase.UNACKNOWLEDGED for one in records)


def _deeds(records: Sequence[Record], now: Moment) -> int:
    gone = all(not one.active and not is_chattering(one, now) for one in records)
    return hash((gone, *((one.acknowledged_by, one.shelved_until_at, one.escalated > 0, one.effect) for one in records)))


def _words(records: Sequence[Record]) -> int:
    """A text keeps its hash, so this costs little however long it is."""
    return hash(tuple((one.key, one.cause, one.phase, one.told, one.active) for one in records))
