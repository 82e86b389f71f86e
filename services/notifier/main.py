"""The notifier: makes people know, once, and remembers what it said."""

import asyncio
import sys
from pathlib import Path

from services.notifier.channels import CHANNELS
from services.notifier.desk import TICK_S, Desk
from services.notifier.heartbeat import Heartbeat
from services.notifier.metrics import add_metrics, stands_still
from services.notifier.requests import Requests
from services.notifier.store import Store
from services.notifier.watch import OWNER, Circumstances, Watch
from services.shared.messages import Alarm, Presence, Request, State, root
from services.shared.service import Context, run


async def serve(context: Context) -> None:
    """Wire the parts, go on where `alerts.db` left off, tell until told to stop."""
    settings, clock, bus = context.settings, context.clock, context.bus
    told, site = settings.notifications, settings.general.site
    store = Store(Path(settings.data.folder) / "alerts.db")
    desk = Desk(site, store, clock, bus.publish, {name: make(told) for name, make in CHANNELS.items()}, told.retry_seconds)
    watch = Watch(bus.boot, desk.records.values())
    heartbeat = Heartbeat(told, site, store.facts, clock.now())
    requests = Requests(desk, site, clock, bus.publish)
    bus.on(Alarm, lambda alarm, _: desk.hear(alarm))
    bus.on(Presence, watch.take_presence)
    bus.on_topic(f"{root(site)}ping/+", watch.take_ping)
    bus.on(State, lambda state, _: heartbeat.take_state(state))
    bus.on(Request, requests.take)
    add_metrics(context.ops, desk.outbox, clock)
    context.ops.health_check("desk", lambda: stands_still(desk.passed_mono_s, clock))
    context.ops.databases(Path(settings.data.folder), {"alerts.db": "alerts"})
    context.ops.ready_check("alerts.db", lambda: store.fault)
    await bus.start()
    try:
        async with asyncio.TaskGroup() as group:
            for worker in desk.outbox.workers.values():
                group.create_task(worker.run(), name=f"channel-{worker.channel.name}")
            group.create_task(desk.run(lambda now: watch.levels(now, _seen(context, desk, store)), watch.is_forsaken))
            group.create_task(_beat(heartbeat, desk, context))
    finally:
        await desk.outbox.close()
        store.close()


def _seen(context: Context, desk: Desk, store: Store) -> Circumstances:
    return Circumstances(context.bus.lost_since_mono_s, desk.outbox.workers, store.fault)


async def _beat(heartbeat: Heartbeat, desk: Desk, context: Context) -> None:
    while True:
        if heartbeat.is_due(now := context.clock.now()):
            await desk.post(*heartbeat.drafts(desk.open_alarms, tuple(desk.outbox.workers), now))
        await asyncio.sleep(TICK_S)


if __name__ == "__main__":
    sys.exit(run(OWNER, serve, persistent=True))
