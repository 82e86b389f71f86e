"""Whether the site is well enough to tell the outside watcher so. Pure: what is known comes as an argument.

A process that answers is no proof that the mine is controlled; so what is tested is what the site is for: somebody decides,
something is measured, everybody hears everybody, and a message would reach a person.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from services.shared.clock import Moment
from services.shared.spans import span

STATE_OLD_S = 60.0
"""The controller says its state at least every 5 s."""
READING_OLD_S = 600.0
"""The slowest configured device is polled every few minutes at most; one of all must have answered."""
BROKER_LOST_S = 60.0
EMERGENCY_STUCK_S = 600.0


@dataclass(frozen=True, slots=True)
class Known:
    """What the notifier knows of the site. Monotonic seconds of this boot; None is never.

    `heard_mono_s`: any device's last answer; it is asked for only where `measures`. `lost` are services that fell silent.
    `emergency_waits_s`: how long the oldest emergency has waited that no channel took. `desk_fault`: why the alarms are not
    passed over. `proved_mono_s`: when a channel last took a message, asked for only where there is a `prove_within_s`.
    """

    started_mono_s: float
    decided_mono_s: float | None
    measures: bool
    heard_mono_s: float | None
    lost: tuple[str, ...]
    broker_lost_mono_s: float | None
    emergency_waits_s: float | None
    desk_fault: str | None
    store_fault: str | None
    proved_mono_s: float | None
    prove_within_s: float | None


def self_test(known: Known, now: Moment) -> tuple[str, ...]:
    """Every reason why the site is not well; none when it is."""
    return tuple((*_controlled(known, now), *_measured(known, now), *_connected(known, now), *_told(known, now)))


def _controlled(known: Known, now: Moment) -> Iterator[str]:
    if known.decided_mono_s is None:
        yield "the controller was not heard"
    elif now.mono_s - known.decided_mono_s > STATE_OLD_S:
        yield f"the controller's last decision is {span(now.mono_s - known.decided_mono_s)} old"


def _measured(known: Known, now: Moment) -> Iterator[str]:
    last_s = known.started_mono_s if known.heard_mono_s is None else known.heard_mono_s
    if known.measures and now.mono_s - last_s > READING_OLD_S:
        yield f"no device has answered for {span(now.mono_s - last_s)}"


def _connected(known: Known, now: Moment) -> Iterator[str]:
    yield from (f"the {service} has fallen silent" for service in known.lost)
    if known.broker_lost_mono_s is not None and now.mono_s - known.broker_lost_mono_s >= BROKER_LOST_S:
        yield f"the broker has been away for {span(now.mono_s - known.broker_lost_mono_s)}"


def _told(known: Known, now: Moment) -> Iterator[str]:
    if known.emergency_waits_s is not None and known.emergency_waits_s > EMERGENCY_STUCK_S:
        yield f"no channel has accepted an emergency for {span(known.emergency_waits_s)}"
    yield from (fault for fault in (known.desk_fault, known.store_fault) if fault is not None)
    last_s = known.started_mono_s if known.proved_mono_s is None else known.proved_mono_s
    if known.prove_within_s is not None and now.mono_s - last_s > known.prove_within_s:
        yield f"no channel has taken a message for {span(now.mono_s - last_s)}"
