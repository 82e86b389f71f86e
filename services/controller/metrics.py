"""What the controller tells of itself: how long a step takes, what is unconfirmed, and whether it decides at all."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from prometheus_client import Gauge

from services.controller.devices import ActingDevices
from services.controller.dispatch import Dispatch
from services.controller.loop import Loop
from services.controller.outbox import EventOutbox
from services.shared.clock import Clock
from services.shared.ops import Ops
from services.shared.service import Context

_STANDS_AFTER_S = 15.0
"""A decision is due at least once a second; a card may hold one up for 2 s."""
_NONE_YET = "no decision yet"


@dataclass(frozen=True, slots=True)
class Watched:
    """The parts that are looked at."""

    loop: Loop
    dispatch: Dispatch
    devices: ActingDevices
    outbox: EventOutbox


def add_metrics(context: Context, parts: Watched) -> None:
    """Add the controller's metrics, and what makes it healthy and ready."""
    ops, clock = context.ops, context.clock
    ops.health_check("control", partial(stands_still, parts.loop, clock))
    ops.ready_check("control", lambda: None if parts.loop.decided_mono_s > 0 else _NONE_YET)
    ops.ready_check("ledger", lambda: parts.loop.storage_fault)
    ops.gauge(
        "mine_command_unconfirmed", "commands that were sent and have no end yet", lambda: float(unconfirmed(parts.dispatch))
    )
    ops.counter("mine_events_dropped_total", "events given up since the start", lambda: float(parts.loop.events_dropped))
    ops.ages("mine_reading_age_seconds", "since the device last answered", parts.devices.ages_s)
    ops.databases(Path(context.settings.data.folder), {"ledger.db": "ledger"})
    _add_outbox(ops, parts.outbox, clock)


def unconfirmed(dispatch: Dispatch) -> int:
    """Commands without an end."""
    return sum(not sent.done for sent in dispatch.view().last.values())


class Deciding(Protocol):
    """What decides, and when it last did: monotonic seconds."""

    decided_mono_s: float


def stands_still(loop: Deciding, clock: Clock) -> str | None:
    """Why the control is not alive; None while it decides. Before its first decision it is not: how long a start may take is
    `hung.STARTS_WITHIN_S`, which counts only for what was never well."""
    if loop.decided_mono_s == float("-inf"):
        return _NONE_YET
    age_s = clock.now().mono_s - loop.decided_mono_s
    return f"the last decision is {age_s:.0f} s old" if age_s > _STANDS_AFTER_S else None


def _add_outbox(ops: Ops, outbox: EventOutbox, clock: Clock) -> None:
    depth = Gauge("mine_outbox_depth", "messages that wait", ["channel"], registry=ops.registry)
    oldest = Gauge("mine_outbox_oldest_seconds", "age of the oldest message that waits", ["channel"], registry=ops.registry)
    depth.labels("history").set_function(lambda: float(outbox.depth))
    oldest.labels("history").set_function(lambda: 0.0 if outbox.oldest_at is None else _since_s(outbox.oldest_at, clock))


def _since_s(at: float, clock: Clock) -> float:
    return max(0.0, clock.now().wall_s - at)
