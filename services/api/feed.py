"""The whole feed of the page, built from the image at one moment."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from services.api import tiles, tiles_of_loads, tiles_of_services, tiles_of_site, unknown
from services.api.dashboard import Dashboard
from services.api.headline import NO_BROKER, STILL_ON, headline
from services.api.image import SILENT_TO_SEE_S, Image
from services.api.stale_limits import fan_limit_s, humidity_percent
from services.api.tile_views import (
    DeviceTile,
    FanTile,
    HistoryTile,
    SignalTile,
    SwitchTile,
)
from services.api.todo import todo
from services.shared.clock import Moment
from services.shared.messages import State
from services.shared.settings.tree import Settings
from services.shared.site_time import SiteTime
from services.shared.version import VERSION
from services.shared.vocabulary import HealthState


def build(image: Image, settings: Settings, *, broker_connected: bool, history: str, notices: tuple[str, ...] = ()) -> Dashboard:
    """The feed now. `history` says why records do not reach the disk, empty when they do; `notices` end what there is to do."""
    now = image.now()
    state = image.state
    silence = image.silence(now, SILENT_TO_SEE_S) if broker_connected else NO_BROKER
    stale = bool(silence)
    load = tiles_of_site.load(image, stale, settings, now)
    alarms = tiles_of_services.alarms(image, broker_connected)
    services = tiles_of_services.services(image, broker_connected, now)
    devices = _devices(image, now, broker_connected=broker_connected)
    stored = HistoryTile(ok=not history, reason=history)
    seen = unknown.Seen(
        load=load,
        switches=_switches(image, devices, now),
        fans=_fans(image, state, settings, now, silent=stale),
        sensors=tuple(tiles.sensor(image, reading, now) for reading in image.readings.all()),
        devices=devices,
        temperature_max_c=state.temperature_max_c if state else None,
        is_collector_silent=image.signs.is_collector_silent(now),
        is_controller_silent=tiles_of_services.is_controller_silent(image, now),
    )
    probes = unknown.probes(seen, settings) if broker_connected else ()
    to_do = todo(state, silence, alarms, services, devices, stored, (*probes, *notices))
    clock = partial(SiteTime(settings.general.timezone).brief, now_at=now.wall_s)
    return Dashboard(
        time=now.wall_s,
        clock_trusted=now.wall_trusted,
        timezone=settings.general.timezone,
        simulated=settings.general.demo,
        site=settings.general.site,
        version=VERSION,
        broker_connected=broker_connected,
        headline=headline(
            state,
            silence,
            clock=clock,
            measured=not load.stale,
            todo=to_do,
            unknown=unknown.unsafe_without(seen, settings),
            since=(image.kept.curtailed_since_at, image.kept.proven_off_at),
            still_on=any(one.active and one.key in STILL_ON for one in alarms.alarms),
        ),
        mode=state.mode if state else None,
        since_at=_since_at(image, now, silent=stale),
        control=state.control if state else None,
        phase=state.phase if state else None,
        reasons=state.reasons if state else (),
        limited_by=state.limited_by if state else None,
        state_age_s=image.state_age_s(now),
        state_stale=stale,
        forced=_forced(image, state),
        signals=_signals(image, settings, state, now, silent=stale),
        load=load,
        temperature=tiles_of_site.temperature(None if stale or state is None else state.temperature_max_c, settings),
        humidity=tiles_of_site.humidity(humidity_percent(image, now), settings),
        sensors=seen.sensors,
        switches=seen.switches,
        fan_stage=state.fan_stage if state and not stale else None,
        fans=seen.fans,
        groups=tiles_of_loads.groups(image, settings, now, silent=stale),
        pdus=tiles_of_loads.pdus(image, settings, now, silent=stale),
        limits=state.limits if state else (),
        leases=state.leases if state else (),
        lockouts=state.lockouts if state else (),
        trips=state.trips if state else (),
        drills=state.drills if state else (),
        would_do=state.would_do if state else (),
        missing=_missing(state, seen, settings, silent=stale) if broker_connected else state.missing if state else (),
        alarms=alarms,
        services=services,
        devices=devices,
        history=stored,
    )


def _since_at(image: Image, now: Moment, *, silent: bool) -> float | None:
    """Since when it is in its mode; of a silent controller, when it spoke last."""
    age = image.state_age_s(now)
    if silent:
        return None if age is None else now.wall_s - age
    return image.state.since_at if image.state else None


def _missing(state: State | None, seen: unknown.Seen, settings: Settings, *, silent: bool) -> tuple[str, ...]:
    """What is not set up, and what is not known now. What a silent controller judges is told by its silence."""
    judged = replace(seen, fans=(), temperature_max_c=0.0) if silent else seen
    return tuple(dict.fromkeys((*(state.missing if state else ()), *unknown.missing(judged, settings))))


def _devices(image: Image, now: Moment, *, broker_connected: bool) -> tuple[DeviceTile, ...]:
    return tuple(
        tiles_of_services.device(health, owner, now, unheard=tiles_of_services.unheard(owner, image, broker_connected, now))
        for owner in image.devices.all()
        for health in owner.devices
    )


def _forced(image: Image, state: State | None) -> bool | None:
    if state is None:
        return True if any(reading.forced for reading in image.readings.all()) else None
    return state.forced or any(reading.forced for reading in image.readings.all())


def _switches(image: Image, devices: Sequence[DeviceTile], now: Moment) -> tuple[SwitchTile, ...]:
    lost = {one.name.lower(): f"{one.name}: {one.reason or 'no answer'}" for one in devices if one.state is HealthState.LOST}
    return tuple(tiles.switch(one, now, lost=lost.get(one.device.lower(), "")) for one in image.switches.all())


def _signals(image: Image, settings: Settings, state: State | None, now: Moment, *, silent: bool) -> tuple[SignalTile, ...]:
    found = []
    for view in state.signals if state else ():
        source = settings.signals.get(view.name)
        heartbeat_s = 60 * (source.heartbeat_minutes if source else settings.power.contact_lost_minutes)
        found.append(tiles.signal(image, view, state.host_boot if state else "", heartbeat_s, now, silent=silent))
    return tuple(found)


def _fans(image: Image, state: State | None, settings: Settings, now: Moment, *, silent: bool) -> tuple[FanTile, ...]:
    if state is None:
        return ()
    boot, limit_s = state.host_boot, partial(fan_limit_s, image, settings)
    return tuple(tiles.fan(view, boot, limit_s(view), now, silent=silent) for view in state.fans)
