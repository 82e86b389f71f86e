"""When the lamp or horn on the site must call: an emergency that no way to people takes. The controller drives its relay.

It is silent again when a provider took the emergency, when a person acknowledged or shelved it, or when it has ended.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.notifier.outbox import Outbox
from services.notifier.record import Phase, Receipt, Record
from services.notifier.worker import Worker
from services.shared import messages
from services.shared.clock import Moment
from services.shared.settings.sections import Annunciator as Choice
from services.shared.vocabulary import AlarmKind

TESTED_S = 10.0
"""How long a test sounds."""
TRIED_S = 20.0
"""What the channels get in any case, after a start or when all were lost for long: one of them may take it at last."""
REPUBLISHED_EACH_S = 30.0
Workers = Mapping[str, Worker]


@dataclass(slots=True)
class _Call:
    """An emergency that people are being told. `before` are the receipts it had then, of when it was a warning perhaps."""

    seen_mono_s: float
    since_mono_s: float
    before: tuple[Receipt, ...]
    is_taken: bool = False

    def look(self, record: Record, workers: Workers) -> None:
        """Once a provider took it, it is taken, whatever of it waits later."""
        fresh = any(receipt.delivered for receipt in record.receipts if receipt not in self.before)
        self.is_taken = self.is_taken or fresh or any(_has_taken(worker, record) for worker in workers.values())


class Annunciator:
    """Remembers since when each emergency waits, on this process' clock; after a restart the calendar helps, if it is trusted."""

    def __init__(self, choice: Choice) -> None:
        self._after_s = choice.after_minutes * 60
        self._calls: dict[str, _Call] | None = None
        self._test: tuple[float, str] = (float("-inf"), "")
        self._level = messages.Annunciator(sound=False, reason="", since_at=None)
        self._published: tuple[float, messages.Annunciator] | None = None

    def test(self, who: str, now: Moment) -> str:
        """Sound for 10 s, so that somebody on the site can hear that it would. Returns what was done, in words."""
        self._test = (now.mono_s + TESTED_S, f"a test by {who or 'somebody'}")
        return f"calls for {TESTED_S:g} s"

    def level(self, records: Mapping[str, Record], outbox: Outbox, now: Moment) -> messages.Annunciator:
        """Whether it must sound now, and why."""
        reason = self._reason(sorted(self._unheard(records.values(), outbox.workers, now)), outbox.workers, now)
        since_at = self._level.since_at if reason and self._level.sound else now.wall_s if reason else None
        self._level = messages.Annunciator(sound=bool(reason), reason=reason, since_at=since_at)
        return self._level

    def news(self, records: Mapping[str, Record], outbox: Outbox, now: Moment) -> messages.Annunciator | None:
        """The level, when it is to be published: on a change, and each 30 s so that its age shows a live notifier."""
        level = self.level(records, outbox, now)
        if self._published and self._published[1] == level and now.mono_s - self._published[0] < REPUBLISHED_EACH_S:
            return None
        self._published = (now.mono_s, level)
        return level

    def _unheard(self, records: Iterable[Record], workers: Workers, now: Moment) -> list[str]:
        """The emergencies that nobody is known to have got, for too long."""
        calling = [record for record in records if _calls(record)]
        known, is_start = self._calls or {}, self._calls is None
        self._calls = {one.key: known.get(one.key) or _begun(one, now, is_start=is_start) for one in calling}
        for record in calling:
            self._calls[record.key].look(record, workers)
        return [key for key, call in self._calls.items() if not call.is_taken and self._is_due(call, workers, now)]

    def _is_due(self, call: _Call, workers: Workers, now: Moment) -> bool:
        if not workers:
            return True
        lost = [worker.lost_since_mono_s for worker in workers.values()]
        lost_s = min(0.0 if since_s is None else now.mono_s - since_s for since_s in lost)
        is_late = max(lost_s, now.mono_s - call.since_mono_s) >= self._after_s
        return is_late and now.mono_s - call.seen_mono_s >= min(TRIED_S, self._after_s)

    def _reason(self, unheard: list[str], workers: Workers, now: Moment) -> str:
        if unheard:
            more = f" and {len(unheard) - 1} more" if len(unheard) > 1 else ""
            why = f"taken by none of {', '.join(workers)}" if workers else "no way to people is set up"
            return f"emergency {unheard[0]}{more}: {why}"
        return self._test[1] if now.mono_s < self._test[0] else ""


def _begun(record: Record, now: Moment, *, is_start: bool) -> _Call:
    """One that stood when this process began has waited since people were told, as far as the calendar is trusted."""
    told_s = now.wall_s - record.told_at if is_start and now.wall_trusted and record.told_at is not None else 0.0
    return _Call(now.mono_s, now.mono_s - max(0.0, told_s), record.receipts)


def _calls(record: Record) -> bool:
    return record.told is AlarmKind.EMERGENCY and record.phase is Phase.UNACKNOWLEDGED and not record.is_shelved


def _has_taken(worker: Worker, record: Record) -> bool:
    """Nothing of it waits at this channel, and the channel's last word on it is that it was taken."""
    said = [receipt.delivered for receipt in record.receipts if receipt.channel == worker.channel.name]
    return bool(said) and said[-1] and not any(record.key in row.keys for row in worker.rows.values())
