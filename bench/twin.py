"""What a day of the twin costs: days with faults by chance, a site of 20 miners, nine fans, two zones and two PDUs.

Run: python -m bench.twin [days]. Processor seconds, so that other work on the computer does not count.
"""

import sys
import time

from services.simulator.twin import Step, run_day
from tests.unit.simulator.twin_site import site

DAYS = 10


def nothing(_: Step) -> tuple[str, ...]:
    """Checks nothing: the cost of invariants is theirs."""
    return ()


def main() -> None:
    """Print the table."""
    days = int(sys.argv[1]) if len(sys.argv) > 1 else DAYS
    limits, rows = site(), []
    for seed in range(days):
        began_s = time.process_time()
        result = run_day(limits, seed, check=nothing)
        rows.append((time.process_time() - began_s, result.steps, len(result.violations)))
    seconds, steps, wrong = (sum(column) for column in zip(*rows, strict=True))
    sys.stdout.write(f"{days} days with faults: {len(limits.loads)} loads, {len(limits.fans)} fans\n\n")
    sys.stdout.write(f"{'days a second':>16}{'steps a day':>14}{'ms a step':>12}{'slowest day s':>16}{'violations':>12}\n")
    slowest = max(second for second, _, _ in rows)
    figures = f"{days / seconds:16.2f}{steps / days:14.0f}{1000 * seconds / steps:12.3f}{slowest:16.2f}{wrong:12}\n"
    sys.stdout.write(figures)


if __name__ == "__main__":
    main()
