"""What one decision costs: `decide` and `reconcile` for a hall of 300 loads and nine fans, calm and while everything comes off.

Run: python -m bench.decide [loads]. Median and 99th percentile of 300 cycles, each on a snapshot of its own.
"""

import sys
import time
from collections.abc import Callable
from typing import TypeVar

from services.controller.core.decide import decide
from services.controller.core.memory import Phase, State
from services.controller.core.orders import LedgerView
from services.controller.core.plant import Limits
from services.controller.core.reconcile import reconcile
from services.controller.core.seen import Snapshot
from services.shared.vocabulary import Level
from tests.plant import intake, limits, load, moment, pdu_meter, seen

T = TypeVar("T")
CYCLES = 300
BEGIN_S = 400.0


def hall(count: int) -> Limits:
    """So many miners of 3.3 kW on ten PDUs, nine fans."""
    loads = tuple(load(i, kw=3.3, pdu=f"pdu-{i % 10 + 1}", outlet=i // 10 + 1) for i in range(count))
    return limits(loads, fans=9)


def settled(site: Limits) -> State:
    """The state of a hall that has run for a while."""
    state = State(Phase.STARTING, started=moment(0.0))
    for second in range(0, int(BEGIN_S), 20):
        state = decide(state, _snapshot(site, float(second), Level.NORMAL), site, moment(float(second))).state
    return state


def _snapshot(site: Limits, at: float, level: Level) -> Snapshot:
    temperatures = (intake(25.0, at, "ra/s1"), intake(26.0, at, "ra/s2"), intake(25.5, at, "ra/s3"))
    meter = pdu_meter(3.3 * len(site.loads) / 10, at)
    return seen(at, site, level=level, temperatures=temperatures, meters=(meter,))


def measured(site: Limits, level: Level) -> tuple[list[float], list[float], int]:
    """Milliseconds of each `decide` and each `reconcile`, and how many orders the first cycle gave."""
    state, deciding, reconciling, orders = settled(site), [], [], 0
    for cycle in range(CYCLES):
        at = BEGIN_S + cycle
        snapshot, now = _snapshot(site, at, level), moment(at)
        decision, decide_ms = _timed(lambda s=state, p=snapshot, n=now: decide(s, p, site, n))
        sent, reconcile_ms = _timed(lambda d=decision, p=snapshot, n=now: reconcile(d.targets, p, LedgerView(), site, n))
        deciding.append(decide_ms)
        reconciling.append(reconcile_ms)
        orders = orders or len(sent[0])
        state = decision.state
    return deciding, reconciling, orders


def _timed(call: Callable[[], T]) -> tuple[T, float]:
    began_s = time.perf_counter()
    answer = call()
    return answer, (time.perf_counter() - began_s) * 1000


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    site = hall(count)
    sys.stdout.write(f"{count} loads, 9 fans, {CYCLES} cycles\n\n")
    sys.stdout.write(f"{'':24}{'decide ms':>12}{'99 %':>8}{'reconcile ms':>14}{'99 %':>8}{'orders':>8}\n")
    for name, level in (("normal", Level.NORMAL), ("all comes off", Level.CONTROL)):
        deciding, reconciling, orders = measured(site, level)
        row = "".join(
            f"{figure:{width}.2f}" for figure, width in zip(_two(deciding) + _two(reconciling), (12, 8, 14, 8), strict=True)
        )
        sys.stdout.write(f"{name:24}{row}{orders:8}\n")


def _two(figures: list[float]) -> tuple[float, float]:
    ordered = sorted(figures)
    return ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]


if __name__ == "__main__":
    main()
