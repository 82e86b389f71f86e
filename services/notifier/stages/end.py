"""Recovery: what ended is told once, with its duration, to everybody who was told of it, when all of its incident has ended."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from services.notifier import alarms, delays
from services.notifier.budget import ENDED_LANE
from services.notifier.incidents import Incident
from services.notifier.message import Act
from services.notifier.outcome import Outcome
from services.notifier.people import Ways
from services.notifier.record import Phase, Record
from services.notifier.stages.tell import waits_unsaid
from services.notifier.words import ended_text, incident_text
from services.shared.vocabulary import AlarmKind


def end(incidents: Mapping[str, Incident], hushed: Collection[str], out: Outcome) -> None:
    """What follows from another alarm, or was put aside, ends without a sound."""
    ended = _returned(out)
    for incident in incidents.values():
        records = incident.records(out.view)
        if not ended & set(incident.keys) or any(one.phase is not Phase.RETURNED for one in records):
            continue
        whole = incident_text(out.plan.site, records, out.now)
        out.say(incident.thread, records, incident.ways, Act.EDIT, whole, whole)
        if any(one.key in ended and one.key not in hushed and not one.is_shelved for one in records):
            ways = _within_budget(incident, records, out)
            out.say(incident.thread, records, ways, Act.REPLY, ended_text(out.plan.site, records, out.now), whole)


def ended_digests(out: Outcome) -> None:
    """The ends that were too many go as one message per channel."""
    for lane in (name for name in out.budget.due(out.now.wall_s) if name.startswith(ENDED_LANE)):
        waited, channel = out.budget.waiting(lane), lane.removeprefix(ENDED_LANE)
        records = [out.view[key] for key in waited if key in out.view and out.view[key].phase is Phase.RETURNED]
        out.budget = out.budget.without(lane, frozenset(waited))
        if records:
            out.budget = out.budget.posted(lane, out.now.wall_s)
            text = ended_text(out.plan.site, records, out.now)
            thread, ways = out.new_thread(waited), {channel: _told_by(channel, records)}
            out.were_told([one.key for one in records], thread, ways)
            out.say(thread, records, ways, Act.POST, text)


def _within_budget(incident: Incident, records: Sequence[Record], out: Outcome) -> Ways:
    """The ways by which the end is told at once. That of an emergency always is."""
    if any(one.told is AlarmKind.EMERGENCY for one in records):
        return incident.ways
    now_at, ways = out.now.wall_s, {}
    for channel, recipients in incident.ways.items():
        lane = ENDED_LANE + channel
        if out.budget.may_post(lane, now_at):
            out.budget = out.budget.posted(lane, now_at)
            ways[channel] = recipients
        else:
            out.budget = out.budget.waits(lane, incident.keys, now_at)
    return ways


def _told_by(channel: str, records: Iterable[Record]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.recipient for record in records for one in record.told_to if one.channel == channel))


def _returned(out: Outcome) -> set[str]:
    """The alarms whose off-delay is over now."""
    now, rules = out.now, out.plan.rules
    ended = set()
    for record in [one for one in out.view.values() if one.phase is not Phase.RETURNED]:
        if delays.was_a_bounce(record, now, rules):
            out.remember(alarms.returned(record))
        elif delays.has_ended(record, now, rules) and not waits_unsaid(record, out):
            out.remember(alarms.returned(record), "returned")
            ended.add(record.key)
    return ended
