"""How many messages wait on each channel, and since when."""

from functools import partial

from prometheus_client import Gauge

from services.notifier.outbox import Outbox
from services.notifier.worker import Worker
from services.shared.clock import Clock
from services.shared.ops import Ops

_STANDS_AFTER_S = 30.0
"""They are passed over once a second; a card that hangs holds that up by no more than `store.PATIENCE_S`."""


def add_metrics(ops: Ops, outbox: Outbox, clock: Clock) -> None:
    """Add `mine_outbox_depth` and `mine_outbox_oldest_seconds`, by channel."""
    depth = Gauge("mine_outbox_depth", "messages that wait", ["channel"], registry=ops.registry)
    oldest = Gauge("mine_outbox_oldest_seconds", "age of the oldest message that waits", ["channel"], registry=ops.registry)
    for name, worker in outbox.workers.items():
        depth.labels(name).set_function(partial(_waiting, worker))
        oldest.labels(name).set_function(partial(_age_s, worker, clock))


def stands_still(passed_mono_s: float, clock: Clock) -> str | None:
    """Why nobody would be told; None while the alarms are passed over; they must have been once."""
    if passed_mono_s == float("-inf"):
        return "the alarms were not passed over yet"
    age_s = clock.now().mono_s - passed_mono_s
    return f"the alarms were passed over {age_s:.0f} s ago" if age_s > _STANDS_AFTER_S else None


def _waiting(worker: Worker) -> float:
    return float(len(worker.rows))


def _age_s(worker: Worker, clock: Clock) -> float:
    created = [row.created_at for row in worker.rows.values()]
    return max(clock.now().wall_s - min(created), 0.0) if created else 0.0
