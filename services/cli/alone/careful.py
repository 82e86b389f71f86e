"""What `mine once` sends when it is alone: load may come off and fans may start. What is raised would need somebody who stays."""

from dataclasses import replace

from services.controller.core import interlocks
from services.controller.core.moments import Now
from services.controller.core.orders import LedgerView, Order
from services.controller.core.plant import Limits
from services.controller.core.reconcile import reconcile
from services.controller.core.seen import Snapshot
from services.controller.core.wanted import Decision
from services.shared.vocabulary import PowerState


def limits_alone(limits: Limits) -> Limits:
    """The way up has no steps, and a start no grace: every device is asked before the first decision."""
    return replace(limits, start_grace_s=0.0, restore_step_kw=0.0)


class Careful:
    """The orders of the loop. `due_mono_s`: when more is to be sent than the last decision sent; infinite when nothing is.

    A fan whose board never answered is told to run, and nobody waits for it.
    """

    def __init__(self) -> None:
        self.due_mono_s = float("-inf")

    def orders(
        self, decision: Decision, snapshot: Snapshot, view: LedgerView, limits: Limits, now: Now
    ) -> tuple[tuple[Order, ...], float]:
        """Nothing is woken and no outlet closed; every fan goes on, but one that is locked out or that smoke stops is left."""
        targets = replace(
            decision.targets,
            fans=(PowerState.ON,) * len(limits.fans),
            unwoken=frozenset(load.name for load in limits.loads),
        )
        may_start = _may_start(decision, limits)
        orders, due = reconcile(targets, snapshot, view, may_start, now)
        waited, waited_due = reconcile(targets, snapshot, view, _that_answer(may_start, snapshot), now)
        self.due_mono_s = now.mono_s if waited else waited_due
        return orders, due


def _may_start(decision: Decision, limits: Limits) -> Limits:
    smoke = interlocks.fans_stop(decision.state.trips, limits)
    pairs = zip(limits.fans, decision.fans, strict=True)
    return replace(
        limits, fans=tuple(replace(fan, wired=fan.wired and not (smoke or figures.locked_out)) for fan, figures in pairs)
    )


def _that_answer(limits: Limits, snapshot: Snapshot) -> Limits:
    silent = {device.name for device in snapshot.devices if device.last_ok_mono_s is None}
    return replace(limits, fans=tuple(replace(fan, wired=fan.wired and fan.device not in silent) for fan in limits.fans))
