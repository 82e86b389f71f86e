"""Puts the parts of the service together, and connects them to the bus."""

from functools import partial
from pathlib import Path

from services.api.bus_tap import BusTap
from services.api.config_watch import ConfigWatch
from services.api.cost_ledger import CostLedger
from services.api.door import Door, build_feed
from services.api.event_stream import EventNews
from services.api.history import outcry
from services.api.history.writer import History
from services.api.image import Image
from services.api.login.lock import Lock
from services.api.metrics import AllMetrics
from services.api.recorder import Recorder
from services.api.requests import Requests
from services.api.stream import Stream
from services.api.why.bus_request import AskedWhy
from services.shared.bus import Bus
from services.shared.clock import Clock, Moment
from services.shared.messages import (
    Alarm,
    AlarmReport,
    AlarmState,
    Devices,
    Event,
    Presence,
    Reading,
    Reply,
    Reported,
    Request,
    Signal,
    State,
    SwitchReading,
    ping_filter,
)
from services.shared.settings.tree import Settings

BUILT_PAGE = Path(__file__).parent.parent.parent / "frontend" / "dist"


def door(settings: Settings, bus: Bus, clock: Clock, page: Path = BUILT_PAGE) -> Door:
    """All parts, not yet running."""
    image = Image(settings, clock)
    history = History(Path(settings.data.folder), clock=clock, publish=bus.publish)

    async def note(now: Moment, title: str, words: str) -> None:
        await history.write(partial(outcry.record, now=now, title=title, words=words))

    config = ConfigWatch(settings, clock, bus.publish, note)
    stream = Stream(lambda: build_feed(settings, bus, image, history, config))
    news = EventNews(history)
    metrics = AllMetrics(settings.ops)
    cost = CostLedger(settings, clock, metrics)
    lock = Lock.of(settings, history.write)
    tap = BusTap(settings.general.site, clock)
    requests = Requests(bus, clock, settings.ops, lock.book, stopped=image.signs.overtake)
    return Door(settings, bus, image, history, requests, page, stream, news, metrics, cost, lock, tap, config)


def listen(door: Door) -> Recorder:
    """Register all handlers; before the bus starts. Returns the recorder, to be run."""
    bus, image, history = door.bus, door.image, door.history
    interval_s = door.settings.general.loop_interval_minutes * 60
    recorder = Recorder(image, history.intake, interval_s, broker=lambda: bus.connected)
    bus.watch(door.tap.take)
    bus.on(State, lambda message, _: image.take_state(message))
    bus.on(State, lambda message, _: recorder.take_state(message))
    bus.on(State, lambda message, _: door.config.take_state(message))
    bus.on(Reading, lambda message, _: image.take_reading(message))
    bus.on(Reading, lambda message, arrival: history.intake.take_reading(message, arrival.hold))
    bus.on(SwitchReading, lambda message, _: image.take_switch(message))
    bus.on(Signal, lambda message, _: image.take_signal(message))
    bus.on(Reported, lambda message, _: image.take_reported(message))
    bus.on(Devices, lambda message, _: image.take_devices(message))
    bus.on(AlarmState, lambda message, _: image.take_alarm_state(message))
    bus.on(AlarmReport, lambda message, _: image.take_alarm_report(message))
    bus.on(Presence, lambda message, _: image.signs.take_presence(message))
    bus.on_topic(ping_filter(door.settings.general.site), image.signs.take_ping)
    bus.on(Event, lambda message, _: image.take_event(message))
    bus.on(Event, lambda message, arrival: history.intake.take_event(message, arrival.hold))
    bus.on(Alarm, lambda message, arrival: history.intake.take_alarm(message, arrival.hold))
    bus.on(Reply, door.requests.take_reply)
    bus.on(Request, AskedWhy(door).take)
    return recorder
