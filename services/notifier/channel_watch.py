"""What the notifier finds wrong with the ways to people: one that takes nothing, one that refuses us, one whose test failed."""

from collections.abc import Collection, Iterator, Mapping

from services.notifier.findings import Finding, channel_lost, channel_refused, channel_untested
from services.notifier.routing import CHANNEL_LOST, CHANNEL_TEST
from services.notifier.worker import Worker
from services.shared.clock import Moment

CHANNEL_LOST_S = 600.0


def channels_found(
    workers: Mapping[str, Worker], standing: Collection[str], said: Mapping[str, Finding], now: Moment
) -> Iterator[tuple[str, Finding]]:
    """By key. `standing` are the alarms of before, `said` their words: a reason that changes meanwhile is no news."""
    for name, worker in workers.items():
        if worker.test_failed:
            yield CHANNEL_TEST + name, said.get(CHANNEL_TEST + name) or channel_untested(name, worker.test_failed)
        key = CHANNEL_LOST + name
        if worker.check_failed:
            yield key, channel_refused(name, worker.check_failed)
        elif _is_lost(worker, now, stood=key in standing):
            yield key, said.get(key) or channel_lost(name, worker.health.reason)


def _is_lost(worker: Worker, now: Moment, *, stood: bool) -> bool:
    """One that stood before we began stands until something is taken, or nothing waits any more."""
    if worker.lost_since_mono_s is None:
        return stood and bool(worker.rows) and worker.health.last_delivered_at is None
    down_s = now.mono_s - worker.lost_since_mono_s
    return (stood and down_s > 0) or (down_s >= CHANNEL_LOST_S and bool(worker.rows))
