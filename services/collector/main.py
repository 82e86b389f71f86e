"""The collector: polls what is sensed and publishes it. It decides nothing."""

import sys

from services.collector.drivers import DRIVERS
from services.collector.owner import SERVICE, Owner
from services.shared import raw
from services.shared.messages import State
from services.shared.raw_tap import Tap
from services.shared.service import Context, run

BACKLOG = 100_000
"""Readings kept in memory over an outage of the broker."""


async def serve(context: Context) -> None:
    """Make the sensors, start the bus, poll until cancelled."""
    tap = Tap(context.bus, context.clock, context.settings)
    raw.install(tap)
    context.bus.on(State, lambda state, _: tap.hold(state.leases))
    sensors = [sensor for make in DRIVERS.values() for sensor in make(context.settings, context.bus, context.clock)]
    owner = Owner(sensors, context.bus, context.clock)
    context.ops.ages("mine_reading_age_seconds", "since the device last answered", owner.ages_s)
    await context.bus.start()
    await owner.run()


def main() -> int:
    """Run the service. Returns the exit code."""
    return run(SERVICE, serve, backlog=BACKLOG)


if __name__ == "__main__":
    sys.exit(main())
