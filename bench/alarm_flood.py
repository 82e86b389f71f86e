"""What one pass of the notifier over its alarms costs: 500 and 5,000 of them, with causes of a line and of 5,000 signs.

Run: python -m bench.alarm_flood. Prints milliseconds: the pass that tells them all; median and slowest of the 60 after it, in
which nothing changes; and of 60 in which every owner says every alarm again.
"""

import logging
import statistics
import sys
import time
from collections.abc import Callable, Iterable

from services.shared.messages import Alarm
from services.shared.vocabulary import AlarmKind
from tests.unit.notifier.house import House
from tests.unit.notifier.words import Owner

PASSES = 60


def main() -> None:
    """Measure each."""
    logging.disable(logging.WARNING)
    sys.stdout.write(f"{'alarms':>8} {'signs':>6} {'kind':>10} {'told ms':>8} {'quiet ms':>16} {'said again ms':>16}\n")
    for count in (500, 5_000):
        for signs in (60, 5_000):
            for kind in (AlarmKind.WARNING, AlarmKind.EMERGENCY):
                told, quiet, again = measured(count, signs, kind)
                sys.stdout.write(f"{count:>8} {signs:>6} {kind.value:>10} {told:>8.1f} {spread(quiet):>16} {spread(again):>16}\n")


def measured(count: int, signs: int, kind: AlarmKind) -> tuple[float, list[float], list[float]]:
    """The pass that tells them, those after it, and those in which all is said again."""
    house, owner = House(persons={f"p{number}": {"phone": f"+1500555{number:04}"} for number in range(5)}), Owner()

    def says() -> Iterable[Alarm]:
        return (owner.says(f"device_lost_{number}", kind=kind, cause=f"{number} " + "x" * signs) for number in range(count))

    hear(house, says(), 0)
    told = max(timed(lambda second=second: house.step(second)) for second in range(40))  # type: ignore[misc]
    quiet = [timed(lambda second=second: house.step(second)) for second in range(40, 40 + PASSES)]  # type: ignore[misc]
    again = []
    for second in range(100, 100 + PASSES):
        hear(house, says(), second)
        again.append(timed(lambda second=second: house.step(second)))  # type: ignore[misc]
    return told, quiet, again


def hear(house: House, alarms: Iterable[Alarm], second: int) -> None:
    """An owner's words, outside of the measurement."""
    for alarm in alarms:
        house.hear(alarm, second)


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1_000.0


def spread(times: list[float]) -> str:
    """Median and slowest."""
    return f"{statistics.median(times):.1f} / {max(times):.1f}"


if __name__ == "__main__":
    main()
