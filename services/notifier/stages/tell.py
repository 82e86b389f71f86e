"""Route, budget and send: by which ways a group goes, what may go at once, and what waits for the digest."""

from collections.abc import Sequence
from dataclasses import replace

from services.notifier import alarms
from services.notifier.budget import EMERGENCY_LANE, ENDED_LANE
from services.notifier.incidents import by_priority
from services.notifier.message import Act
from services.notifier.outcome import Outcome
from services.notifier.people import Ways
from services.notifier.record import Record
from services.notifier.routing import ALL, is_of_a_channel
from services.notifier.words import incident_text
from services.shared.vocabulary import AlarmKind


def tell(group: Sequence[Record], out: Outcome) -> None:
    """One message per way; alarms of one group that go by other ways are another."""
    for channels, records in _by_ways(group, out).items():
        for record in records:
            out.remember(replace(alarms.raised(record, channels, out.now), told_to=(), thread=""), "raised")
        _send(tuple(one.key for one in records), channels, records[0].kind, out)


def _by_ways(group: Sequence[Record], out: Outcome) -> dict[tuple[str, ...], list[Record]]:
    """Together by their ways. What says that a channel is lost goes by the others: of several channels that is one message by
    all of those ways, and a way that is lost itself gets it when it is back."""
    ways = {record.key: out.plan.people.channels(record.kind, record.key) for record in group}
    lost: dict[tuple[str, ...], list[str]] = {}
    for record in group:
        if is_of_a_channel(record.key):
            lost.setdefault(out.plan.rules.of(record.key).channels, []).append(record.key)
    for keys in lost.values():
        ways |= dict.fromkeys(keys, tuple(name for name in ALL if any(name in ways[key] for key in keys)))
    found: dict[tuple[str, ...], list[Record]] = {}
    for record in group:
        found.setdefault(ways[record.key], []).append(record)
    return found


def digests(out: Outcome) -> None:
    """What waited long enough goes, in one message per lane, of what still stands and was not told otherwise."""
    for lane in (name for name in out.budget.due(out.now.wall_s) if not name.startswith(ENDED_LANE)):
        waited = out.budget.waiting(lane)
        urgent = lane == EMERGENCY_LANE
        keys = tuple(key for key in waited if _still_unsaid(out.view.get(key), urgent=urgent))
        channels = tuple(out.plan.people.own) if urgent else (lane,)
        out.budget = out.budget.without(lane, frozenset(waited))
        if keys and all(name in out.plan.people.own for name in channels):
            out.budget = out.budget.posted(lane, out.now.wall_s)
            _post(keys, out.plan.people.at(channels, out.now, urgent=urgent), out, gone=len(waited) - len(keys))


def waits_unsaid(record: Record, out: Outcome) -> bool:
    """An emergency that people are not told yet: it does not end before."""
    return record.told is AlarmKind.EMERGENCY and record.key in out.budget.waiting(EMERGENCY_LANE)


def _send(keys: tuple[str, ...], channels: tuple[str, ...], kind: AlarmKind, out: Outcome) -> None:
    urgent = kind is AlarmKind.EMERGENCY
    now_at = out.now.wall_s
    lanes = (EMERGENCY_LANE,) if urgent else channels
    free = [lane for lane in lanes if out.budget.may_post(lane, now_at)]
    for lane in lanes:
        out.budget = out.budget.posted(lane, now_at) if lane in free else out.budget.waits(lane, keys, now_at)
    if open_ways := (channels if free else ()) if urgent else tuple(free):
        _post(keys, out.plan.people.at(open_ways, out.now, urgent=urgent), out)


def _post(keys: tuple[str, ...], ways: Ways, out: Outcome, gone: int = 0) -> None:
    thread = out.new_thread(keys)
    out.were_told(keys, thread, ways)
    records = by_priority(out.view[key] for key in keys)
    out.say(thread, records, ways, Act.POST, incident_text(out.plan.site, records, out.now, gone=gone), ask=True)


def _still_unsaid(record: Record | None, *, urgent: bool) -> bool:
    if record is None or (record.told is AlarmKind.EMERGENCY) is not urgent or not record.is_open:
        return False
    return urgent or not (record.is_shelved or record.acknowledged_by)
