"""From alarms to messages, in stages: inhibit, silence, group, deduplicate, route, send, remember. Pure.

Called whenever something was heard and once a second. What it returns is written in one piece before anything is sent, so that a
kill between two instants neither loses nor doubles a message.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from services.notifier import alarms, text
from services.notifier.alarms import ENDED_AFTER_S, WARNING_AFTER_S, Phase, Record
from services.notifier.message import Draft, Text
from services.notifier.routing import channels_of_alarm, channels_of_recovery
from services.shared.clock import Moment
from services.shared.vocabulary import AlarmKind

GROUP_S = 10.0
"""Warnings that begin within so long of the first are one message."""
_INHIBITS = (("cannot_act", "device_lost_*"), ("broker_lost", "service_lost_*"))
_SERVICE_LOST = "service_lost_"
"""A lost service inhibits, beside the table, all alarms that it owns."""

Records = Mapping[str, Record]


@dataclass
class Outcome:
    """What changed, what is to be said, and of each alarm that is not told now the reason."""

    changed: dict[str, Record] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)


def step(records: Records, configured: Collection[str], site: str, now: Moment) -> Outcome:
    """One pass over all alarms."""
    inhibited = inhibit(records)
    outcome = Outcome(reasons=dict(inhibited))
    for key in inhibited:
        remember(outcome, alarms.held(records[key], now))
    _tell([record for key, record in records.items() if key not in inhibited], configured, site, now, outcome)
    _tell_ends(records, inhibited, site, now, outcome)
    return outcome


def _tell(records: Sequence[Record], configured: Collection[str], site: str, now: Moment, outcome: Outcome) -> None:
    free = [record for record in records if record.phase is not Phase.RETURNED and not silence(record, outcome)]
    for batch in group(free, lambda record: record.began_mono_s, WARNING_AFTER_S, now):
        if fresh := deduplicate(batch, now, outcome):
            routes = {record.key: route(record, configured) for record in fresh}
            send(outcome, fresh, routes, lambda told: text.alarm_text(site, told))
            for record in fresh:
                remember(outcome, alarms.raised(record, routes[record.key], now))


def _tell_ends(records: Records, inhibited: Collection[str], site: str, now: Moment, outcome: Outcome) -> None:
    unsaid = [record for record in records.values() if outcome.changed.get(record.key, record).phase is Phase.NEW]
    over = [record for record in records.values() if alarms.has_ended(record, now)]
    quietly = [one for one in unsaid if alarms.was_a_bounce(one, now)] + [one for one in over if one.key in inhibited]
    for record in quietly:
        remember(outcome, alarms.returned(record))
    told = [record for record in over if record.key not in inhibited]
    for batch in group(told, lambda record: record.quiet_mono_s or 0.0, ENDED_AFTER_S, now):
        routes = {record.key: channels_of_recovery(record) for record in batch}
        send(outcome, batch, routes, lambda ended: text.recovery_text(site, ended))
        for record in batch:
            remember(outcome, alarms.returned(record))


def inhibit(records: Records) -> dict[str, str]:
    """The alarms that follow from another one, which stands, with the reason."""
    standing = [record for record in records.values() if record.active]
    lost = {record.key.removeprefix(_SERVICE_LOST): record.key for record in standing if record.key.startswith(_SERVICE_LOST)}
    found = {}
    for record in records.values():
        by = next((cause for cause, effect in _INHIBITS if fnmatchcase(record.key, effect) and _stands(cause, records)), None)
        by = by or lost.get(record.source)
        if by is not None and by != record.key:
            found[record.key] = f"follows from {by}"
    return found


def silence(record: Record, outcome: Outcome) -> bool:
    """What a person has acknowledged says no more, until it becomes more severe."""
    quiet = bool(record.acknowledged_by) and alarms.severity(record.kind) <= alarms.severity(record.told)
    if quiet:
        outcome.reasons[record.key] = f"acknowledged by {record.acknowledged_by}"
    return quiet


def group(records: Iterable[Record], at: Callable[[Record], float], delay_s: float, now: Moment) -> list[list[Record]]:
    """Emergencies alone and at once; warnings by tens of seconds, each group when the delay of its last possible one is over."""
    ready: list[list[Record]] = []
    waiting: list[Record] = []
    for record in sorted(records, key=at):
        if record.kind is AlarmKind.EMERGENCY:
            ready.append([record])
        elif waiting and at(record) - at(waiting[0]) <= GROUP_S:
            waiting.append(record)
        else:
            waiting = [record]
            if now.mono_s - at(record) >= GROUP_S + delay_s:
                ready.append(waiting)
    return ready


def deduplicate(batch: Sequence[Record], now: Moment, outcome: Outcome) -> list[Record]:
    """Those that nobody was told yet, or only as something milder."""
    fresh = [record for record in batch if alarms.is_ripe(record, now)]
    for record in (one for one in batch if one not in fresh):
        told = f"told as {record.told} at {text.moment(record.told_at or 0.0)}" if record.told else "its delay is not over"
        outcome.reasons[record.key] = told
    return fresh


def route(record: Record, configured: Collection[str]) -> tuple[str, ...]:
    """The channels of an alarm."""
    return channels_of_alarm(record, configured)


def send(
    outcome: Outcome, records: Sequence[Record], routes: Mapping[str, tuple[str, ...]], words: Callable[[list[Record]], Text]
) -> None:
    """One message per channel, of those records that go there."""
    for channel in dict.fromkeys(name for names in routes.values() for name in names):
        told = [record for record in records if channel in routes[record.key]]
        outcome.drafts.append(Draft(channel, told[0].kind, tuple(record.key for record in told), words(told)))


def remember(outcome: Outcome, record: Record) -> None:
    """The alarm as it is after this pass."""
    outcome.changed[record.key] = record


def _stands(key: str, records: Records) -> bool:
    return key in records and records[key].active
