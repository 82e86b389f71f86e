"""The life of an alarm: new, unacknowledged, acknowledged, returned. Pure: what an owner said and the time come as arguments.

The states are those of ISA-18.2; when one passes into the next is told by `delays`.
"""

from dataclasses import replace

from services.notifier import chatter
from services.notifier.answers import to_be_told, unanswered
from services.notifier.record import Phase, Receipt, Record, Step, Transition
from services.notifier.rules import Rules
from services.shared.clock import Moment
from services.shared.messages import Alarm

_LATER_S = 2.0
"""By less the calendars of two services differ that are slewed."""


def heard(record: Record | None, alarm: Alarm, now: Moment, rules: Rules, own_since_at: float | None = None) -> Record | None:
    """The alarm after its owner's word, which may be a repetition. None: there is none and there was none.

    `own_since_at`: the `since_at` that the owner said, where the calendar is reckoned and `alarm` with it.
    """
    own_at = alarm.since_at if own_since_at is None else own_since_at
    if record is None:
        return _begun(rules.completed(alarm), own_at, (), now, rules) if alarm.active else None
    if (alarm.source, alarm.boot) == (record.source, record.boot) and alarm.seq <= record.seq:
        return record
    if not alarm.active:
        return _quiet(replace(record, source=alarm.source, boot=alarm.boot, seq=alarm.seq), now, _said_at(alarm, record, now))
    alarm = rules.completed(alarm)
    if record.phase is Phase.RETURNED:
        return _begun(alarm, own_at, record.began_at, now, rules)
    return _heard_again(record, alarm, own_at, now, rules)


def forsaken(record: Record, now: Moment, rules: Rules) -> Record:
    """Its owner began anew and does not know it any more: it has ended, without further delay."""
    return replace(_quiet(record, now, now.wall_s), quiet_mono_s=now.mono_s - chatter.off_delay_s(record, now, rules))


def resumed(record: Record, now: Moment, channels: tuple[str, ...] = ()) -> Record:
    """As stored by an earlier process: the delays begin anew on this one's clock. What that one had no way to tell anybody is
    told now, where there are `channels` for it."""
    back = replace(record, began_mono_s=now.mono_s, quiet_mono_s=None if record.active else now.mono_s)
    nobody_knows = back.active and back.phase is Phase.UNACKNOWLEDGED and not (back.channels or back.told_to)
    return to_be_told(back, now) if channels and nobody_knows else back


def raised(record: Record, channels: tuple[str, ...], now: Moment) -> Record:
    """People are being told, by these channels. It waits for an acknowledgement."""
    return replace(
        unanswered(record), told=record.kind, told_at=now.wall_s, anew=False,
        channels=tuple(dict.fromkeys((*record.channels, *channels))),
    )  # fmt: skip


def held(record: Record, now: Moment) -> Record:
    """Inhibited: its delay begins when nothing inhibits it any more."""
    return replace(record, began_mono_s=now.mono_s) if record.phase is Phase.NEW else record


def returned(record: Record) -> Record:
    """It is over."""
    return replace(record, phase=Phase.RETURNED)


def escalated(record: Record, now: Moment) -> Record:
    """Further people are being told, because nobody acknowledged."""
    return replace(record, escalated=record.escalated + 1, escalated_at=now.wall_s)


def with_receipt(record: Record, receipt: Receipt) -> Record:
    """With what a provider said; the newest 20 are kept."""
    return replace(record, receipts=(*record.receipts, receipt)[-20:])


def transition(record: Record, what: Step, now: Moment, who: str = "") -> Transition:
    """The step that a record takes, for the alarms' own report."""
    return Transition(now.wall_s, record.key, record.kind, record.priority, what, who)


def _begun(alarm: Alarm, own_at: float, began_at: tuple[float, ...], now: Moment, rules: Rules) -> Record:
    return Record(
        key=alarm.key, source=alarm.source, boot=alarm.boot, seq=alarm.seq, kind=alarm.kind, active=True, cause=alarm.cause,
        consequence=alarm.consequence, action=alarm.action, device=alarm.device, rank=alarm.rank,
        since_at=alarm.since_at, began_mono_s=now.mono_s, priority=rules.of(alarm.key).priority,
        began_at=chatter.with_begin(began_at, now, rules.of(alarm.key)), own_since_at=own_at,
    )  # fmt: skip


def _heard_again(record: Record, alarm: Alarm, own_at: float, now: Moment, rules: Rules) -> Record:
    """One that has not ended, after one more word that it holds; it is told again where that is news."""
    rule = rules.of(alarm.key)
    is_new = rule.latched and _is_after_a_reset(record, alarm, own_at, now)
    if record.is_open and (is_new or alarm.rank > record.rank or (rule.anew and alarm.cause != record.cause)):
        record = to_be_told(record, now)
    return replace(
        record, source=alarm.source, boot=alarm.boot, seq=alarm.seq, kind=alarm.kind, active=True, cause=alarm.cause,
        consequence=alarm.consequence, action=alarm.action, device=alarm.device,
        rank=max(record.rank, alarm.rank), quiet_mono_s=None, ended_at=None,
        since_at=alarm.since_at if is_new else record.since_at, own_since_at=own_at,
        effect=record.effect if record.active and alarm.rank <= record.rank else "",
        began_mono_s=now.mono_s if record.is_open and not record.active else record.began_mono_s,
        began_at=record.began_at if record.active else chatter.with_begin(record.began_at, now, rule),
    )  # fmt: skip


def _is_after_a_reset(record: Record, alarm: Alarm, own_at: float, now: Moment) -> bool:
    """Whether a latched alarm that stands, or stood until a moment ago, has come again since. Where its reset was not heard, the
    time tells that its owner gives it: another one. Where that was not kept: a later one, and not of a clock that runs ahead."""
    if record.active and record.own_since_at is not None:
        return own_at != record.own_since_at
    return not record.active or record.since_at + _LATER_S < alarm.since_at <= now.wall_s


def _quiet(record: Record, now: Moment, ended_at: float) -> Record:
    if not record.active:
        return record
    return replace(record, active=False, quiet_mono_s=now.mono_s, ended_at=ended_at)


def _said_at(alarm: Alarm, record: Record, now: Moment) -> float:
    """When its owner said so, which may have been while we were away; now, where only one of the two clocks is to be believed.
    Where neither is, they are the same one, and the word comes as reckoned."""
    sane = alarm.clock_trusted is now.wall_trusted and record.since_at <= alarm.sent_at <= now.wall_s
    return alarm.sent_at if sane else now.wall_s
