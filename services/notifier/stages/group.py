"""Group and deduplicate: which alarms are told now, and together."""

from collections.abc import Iterable, Sequence

from services.notifier import delays
from services.notifier.outcome import Outcome
from services.notifier.record import Phase, Record
from services.notifier.text import moment
from services.shared.vocabulary import AlarmKind

GROUP_S = 10.0
"""Warnings whose delay ends within so long of the first are one message."""
FLOOD, FLOOD_S = 10, 60.0
"""More than ten alarms within ten minutes are a flood (EEMUA 191). Then a message waits until no more begin, at most a minute."""


def deduplicate(records: Iterable[Record], out: Outcome) -> list[Record]:
    """Those that nobody was told yet, or only as something milder, and whose delay is over. Of the others the reason is noted."""
    fresh = []
    for record in records:
        if delays.is_ripe(record, out.now, out.plan.rules):
            fresh.append(record)
        elif record.told is None:
            out.reasons[record.key] = "its delay is not over" if record.active else "it went away before its delay was over"
        else:
            out.reasons[record.key] = f"told as {record.told} at {moment(record.told_at or 0.0)}"
    return fresh


def group(fresh: Sequence[Record], out: Outcome) -> list[list[Record]]:
    """Emergencies alone and at once; warnings together, when no other can join them."""
    groups = [[record] for record in fresh if record.kind is AlarmKind.EMERGENCY]
    calm = sorted((one for one in fresh if one.kind is not AlarmKind.EMERGENCY), key=lambda one: _order(one, out))
    if calm and _is_complete(calm, out):
        groups.append(calm)
    else:
        out.reasons |= dict.fromkeys((one.key for one in calm), "waits for those that begin with it")
    return groups


def _is_complete(calm: Sequence[Record], out: Outcome) -> bool:
    waited_s = out.now.mono_s - min(delays.ripe_mono_s(one, out.plan.rules) for one in calm)
    if waited_s < GROUP_S or len(calm) <= FLOOD or waited_s >= FLOOD_S:
        return waited_s >= GROUP_S
    coming = [one for one in out.view.values() if one.phase is Phase.NEW and one.active]
    return out.now.mono_s - max(one.began_mono_s for one in (*calm, *coming)) >= GROUP_S


def _order(record: Record, out: Outcome) -> tuple[float, str]:
    return (delays.ripe_mono_s(record, out.plan.rules), record.key)
