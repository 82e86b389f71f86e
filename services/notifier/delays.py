"""When an alarm is one, and when it is over: the delays of the catalogue and of the operator, on this process' clock. Pure.

An alarm is raised when its condition stood for its on-delay, an emergency at once; either has ended when its condition stayed
away for its off-delay. So a contact that flaps is one alarm, and one that bounced once is none.
"""

from services.notifier import chatter
from services.notifier.record import Phase, Record, severity
from services.notifier.rules import Rules
from services.shared.clock import Moment

UNSAID_S = 60.0
"""What is told at once is told even if it went away meanwhile, unless something kept it from being told for so long."""


def ripe_mono_s(record: Record, rules: Rules) -> float:
    """When its on-delay is over."""
    return record.began_mono_s + rules.of(record.key).delay_s(record.kind)


def is_ripe(record: Record, now: Moment, rules: Rules) -> bool:
    """Whether people should know: its delay is over, or it is more severe than what they were told, or is to be told anew."""
    known = severity(record.kind) <= severity(record.told) and not record.anew
    if known or record.phase is Phase.RETURNED:
        return False
    at_once = rules.of(record.key).delay_s(record.kind) == 0
    holds = record.active or (at_once and record.phase is Phase.NEW)
    return holds and now.mono_s >= ripe_mono_s(record, rules)


def was_a_bounce(record: Record, now: Moment, rules: Rules) -> bool:
    """A new alarm whose condition went away for longer than its on-delay: it never was one."""
    if record.phase is not Phase.NEW or record.quiet_mono_s is None:
        return False
    return now.mono_s - record.quiet_mono_s >= (rules.of(record.key).delay_s(record.kind) or UNSAID_S)


def over_mono_s(record: Record, now: Moment, rules: Rules) -> float:
    """When it has ended if its condition stays away; never while that holds."""
    if record.quiet_mono_s is None:
        return float("inf")
    return record.quiet_mono_s + chatter.off_delay_s(record, now, rules)


def has_ended(record: Record, now: Moment, rules: Rules) -> bool:
    """Its condition stayed away for the delay."""
    return record.is_open and now.mono_s >= over_mono_s(record, now, rules)
