"""The controller: every acting connection, their read-back, the state, the ledger. Reads as a list."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from services.controller import arming
from services.controller.annunciator import Annunciator, RelayBoard
from services.controller.devices import ActingDevices
from services.controller.dispatch import Dispatch
from services.controller.drivers import DRIVERS
from services.controller.drivers.base import Driver
from services.controller.inbox import Inbox
from services.controller.ledger import Ledger
from services.controller.limits import acting_devices, limits_from
from services.controller.loop import Loop, Parts
from services.controller.metrics import Watched, add_metrics
from services.controller.outbox import EventOutbox
from services.controller.readback import Readback
from services.controller.report import Report
from services.controller.senses import Senses
from services.controller.stop_route import add_stop_route
from services.controller.wake import Wake
from services.shared import messages, raw, service
from services.shared.daily import Book, Daily
from services.shared.raw_tap import Tap
from services.shared.service import Context
from services.shared.settings import missing


async def serve(context: Context) -> None:
    """Wire the parts, begin where the ledger left off, and decide until told to stop."""
    settings, clock, bus = context.settings, context.clock, context.bus
    limits = limits_from(settings)
    drivers = {device: DRIVERS[kind](device, settings, clock) for device, kind in acting_devices(settings).items()}
    ledger, wake = Ledger(Path(settings.data.folder) / "ledger.db"), Wake()
    senses, readback = Senses(settings), Readback(limits)
    dispatch = Dispatch(drivers, limits, clock, bus.boot, on_news=wake.shortly)
    tap = Tap(bus, clock, settings)
    raw.install(tap)
    report = Report(bus, limits, missing(settings), on_leases=tap.hold)
    devices = ActingDevices(drivers, readback, bus, clock, on_news=wake.soon)
    stepped = context.ops.seconds("mine_control_step_seconds", "from a decision's begin to its orders being sent and told")
    loop = Loop(Parts(limits, clock, bus, ledger, senses, readback, dispatch, report, wake, devices.nudge_lost, stepped))
    outbox = EventOutbox(ledger, bus)
    Inbox(senses, loop, outbox, wake).listen(bus)
    annunciator = _annunciator(context, drivers, report)
    add_stop_route(context.ops.app, loop, settings.ops.token, clock)
    add_metrics(context, Watched(loop, dispatch, devices, outbox))
    book = Book(clock)
    context.ops.registry.register(book)
    await bus.start()
    service.settle()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(loop.run())
            group.create_task(devices.run())
            group.create_task(outbox.run())
            group.create_task(ledger.watch())
            group.create_task(arming.tell(report, Path(settings.data.folder)))
            group.create_task(Daily({"ledger.db": ledger.tend}, clock, book).run())
            if annunciator is not None:
                group.create_task(annunciator.run())
    finally:
        await dispatch.close()
        ledger.close()


def _annunciator(context: Context, drivers: Mapping[str, Driver], report: Report) -> Annunciator | None:
    """The lamp or horn, if there is one: over the connection of its board, beside the orders."""
    choice = context.settings.annunciator
    board: object = drivers.get(choice.board)
    if not isinstance(board, RelayBoard):
        return None
    annunciator = Annunciator(choice, board, context.bus, context.clock, report.emergencies)
    context.bus.on(messages.Annunciator, annunciator.take)
    return annunciator


if __name__ == "__main__":
    sys.exit(service.run("controller", serve))
