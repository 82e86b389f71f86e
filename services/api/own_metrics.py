"""What the api tells of itself, and when it is ready."""

from pathlib import Path

from services.api.door import Door
from services.shared.probe import Probe
from services.shared.service import Context


def add_metrics(context: Context, door: Door) -> Probe:
    """Add the api's metrics and checks. The answer is to be run: it asks the database for its lock, which writes nothing."""
    ops, history = context.ops, door.history
    probe = Probe(lambda: history.write(lambda _: None))
    ops.ready_check("history", lambda: history.reason or probe.fault())
    ops.ready_check("access", lambda: door.lock.people.not_ready)
    ops.gauge("mine_history_waiting", "rows that wait for the disk", lambda: float(len(history.buffer)))
    ops.counter("mine_history_dropped_total", "rows given up since the start", lambda: float(history.buffer.dropped))
    ops.databases(Path(context.settings.data.folder), {"mine_data.db": "database"})
    door.metrics.own = ops.registry
    return probe
