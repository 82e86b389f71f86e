"""The notifier: makes people know, once, and remembers what it said."""

import asyncio
import sys
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from services.notifier.annunciator import Annunciator
from services.notifier.channels import CHANNELS
from services.notifier.chat.asking import Asking
from services.notifier.chat.chat import Chat
from services.notifier.desk import TICK_S, Desk
from services.notifier.metrics import add_metrics, stands_still
from services.notifier.reporting import Reporting
from services.notifier.requests import Requests
from services.notifier.signs import Signs
from services.notifier.store import Store
from services.notifier.trial.trial import Trial
from services.notifier.watch import OWNER, Watch
from services.shared.daily import Book, Daily
from services.shared.messages import Alarm, Presence, Reply, Request, State, ping_filter
from services.shared.service import Context, run


async def serve(context: Context) -> None:
    """Wire the parts, go on where `alerts.db` left off, tell until told to stop."""
    async with AsyncExitStack() as stack:
        store = Store(Path(context.settings.data.folder) / "alerts.db")
        desk = _desk(context, store)
        stack.push_async_callback(desk.outbox.close)
        stack.callback(store.close)  # first: a connection that hangs is not waited for
        works = _works(context, store, desk)
        await context.bus.start()
        group = await stack.enter_async_context(asyncio.TaskGroup())
        for name, work in works.items():
            group.create_task(work, name=name)


def _desk(context: Context, store: Store) -> Desk:
    settings, clock = context.settings, context.clock
    told, site = settings.notifications, settings.general.site
    desk = Desk(settings, store, clock, context.bus.publish, {name: make(told, site) for name, make in CHANNELS.items()})
    add_metrics(context.ops, desk.outbox, clock)
    context.ops.health_check("desk", lambda: stands_still(desk.passed_mono_s, clock))
    context.ops.databases(Path(settings.data.folder), {"alerts.db": "alerts"})
    context.ops.ready_check("alerts.db", lambda: store.fault)
    return desk


def _works(context: Context, store: Store, desk: Desk) -> dict[str, Coroutine[object, object, None]]:
    """What runs, by name; each part hears of the bus what concerns it."""
    settings, clock, bus = context.settings, context.clock, context.bus
    watch = Watch(bus.boot, desk.records.values())
    signs = Signs(context, desk, watch, store)
    trial = Trial(settings, desk, clock, store.facts)
    horn = Annunciator(settings.annunciator)
    asking = Asking(bus.publish, clock, lambda: bus.connected)
    chat = Chat(settings, store, desk, asking, clock, lambda: signs.witness.state)
    sound = (lambda who: horn.test(who, clock.now())) if settings.annunciator.board else None
    requests = Requests(desk, trial, clock, bus.publish, sound)
    bus.on(Alarm, lambda alarm, _: watch.roll.take_word(alarm, clock.now()))
    bus.on(Alarm, lambda alarm, _: desk.hear(alarm))
    bus.on(State, lambda state, _: desk.see(state))
    bus.on(Presence, watch.roll.take_presence)
    bus.on_topic(ping_filter(settings.general.site), watch.roll.take_ping)
    bus.on(Request, requests.take)
    bus.on(Reply, asking.take_reply)
    book = Book(clock)
    context.ops.registry.register(book)
    context.ops.ready_check("telegram chat", lambda: chat.reason or None)
    channels = {f"channel-{name}": worker.run() for name, worker in desk.outbox.workers.items()}
    return channels | {
        "desk": desk.run(lambda now: watch.levels(now, replace(signs.circumstances(), chat=chat)), watch.is_forsaken),
        "signs": signs.run(),
        "trial": trial.run(),
        "report": Reporting(settings, desk, store, clock, bus.publish).run(),
        "chat": chat.run(),
        "requests": requests.run(),
        "annunciator": _sound(context, horn, desk),
        "daily": Daily({"alerts.db": store.tend}, clock, book).run(),
    }


async def _sound(context: Context, horn: Annunciator, desk: Desk) -> None:
    while True:
        if (level := horn.news(desk.records, desk.outbox, context.clock.now())) is not None:
            context.bus.publish(level)
        await asyncio.sleep(TICK_S)


if __name__ == "__main__":
    sys.exit(run(OWNER, serve, persistent=True))
