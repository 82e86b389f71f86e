"""The whole feed of the page, built from the image at one moment."""

from services.api import tiles, tiles_of_services
from services.api.dashboard import Dashboard
from services.api.headline import NO_BROKER, headline
from services.api.image import Image
from services.api.latest import age_s
from services.api.tile_views import (
    FanTile,
    GroupTile,
    HistoryTile,
    HumidityTile,
    LoadTile,
    SensorTile,
    SignalTile,
    TemperatureTile,
    Tone,
)
from services.shared.clock import Moment
from services.shared.messages import State
from services.shared.settings.tree import Settings
from services.shared.version import VERSION

_ASKING = ("signal", "contact", "schedule", "lease")
"""The first words of the rules that are a power event: a utility's page or contact, hours known in advance, a forced signal."""


def build(image: Image, settings: Settings, *, broker_connected: bool, history: str) -> Dashboard:
    """The feed now. `history` says why records do not reach the disk, empty when they do."""
    now = image.now()
    state = image.state
    silence = image.silence(now) if broker_connected else NO_BROKER
    stale = bool(silence)
    return Dashboard(
        time=now.wall_s,
        clock_trusted=now.wall_trusted,
        timezone=settings.general.timezone,
        site=settings.general.site,
        version=VERSION,
        broker_connected=broker_connected,
        headline=headline(state, silence),
        mode=state.mode if state else None,
        since_at=state.since_at if state else None,
        control=state.control if state else None,
        phase=state.phase if state else None,
        reasons=state.reasons if state else (),
        limited_by=state.limited_by if state else None,
        state_age_s=image.state_age_s(now),
        state_stale=stale,
        forced=_forced(image, state),
        signals=_signals(image, settings, state, now),
        load=_load(state, stale, settings, now),
        temperature=_temperature(None if stale or state is None else state.temperature_max_c, settings),
        humidity=_humidity(image.humidity_percent(now), settings),
        sensors=_sensors(image, now),
        switches=tuple(tiles.switch(image, switch, now) for switch in image.switches.all()),
        fan_stage=state.fan_stage if state and not stale else None,
        fans=_fans(state, settings, now),
        groups=_groups(image, now),
        limits=state.limits if state else (),
        leases=state.leases if state else (),
        lockouts=state.lockouts if state else (),
        trips=state.trips if state else (),
        drills=state.drills if state else (),
        would_do=state.would_do if state else (),
        missing=state.missing if state else (),
        alarms=tiles_of_services.alarms(image, broker_connected),
        services=tiles_of_services.services(image, broker_connected),
        devices=tuple(
            tiles_of_services.device(health, owner.source, owner.host_boot, now)
            for owner in image.devices.all()
            for health in owner.devices
        ),
        history=HistoryTile(ok=not history, reason=history),
    )


def _forced(image: Image, state: State | None) -> bool | None:
    if state is None:
        return True if any(reading.forced for reading in image.readings.all()) else None
    return state.forced or any(reading.forced for reading in image.readings.all())


def _sensors(image: Image, now: Moment) -> tuple[SensorTile, ...]:
    return tuple(tiles.sensor(image, reading, now) for reading in image.readings.all())


def _signals(image: Image, settings: Settings, state: State | None, now: Moment) -> tuple[SignalTile, ...]:
    found = []
    for view in state.signals if state else ():
        source = settings.signals.get(view.name)
        heartbeat_s = source.heartbeat_minutes * 60 if source else 900.0
        found.append(tiles.signal(image, view, state.host_boot if state else "", heartbeat_s, now))
    return tuple(found)


def _load(state: State | None, stale: bool, settings: Settings, now: Moment) -> LoadTile:
    limit_s = settings.power.meter_max_age_seconds
    load = state.load if state else None
    age = age_s(load.measured_mono_s, state.host_boot, now) if load and state else None
    present = None if stale else load
    return LoadTile(
        age_s=age,
        stale=age is None or age > limit_s,
        stale_after_s=limit_s,
        measured_kw=load.measured_kw if load else None,
        target_kw=present.target_kw if present else None,
        setpoint_kw=present.setpoint_kw if present else None,
        unknown_kw=present.unknown_kw if present else None,
        nominal_kw=load.nominal_kw if load else None,
        ready_kw=present.ready_kw if present else None,
        interval_kw=present.interval_kw if present else None,
        interval_limit_kw=_asked_kw(state) if state and present else None,
        interval_minutes=settings.power.interval_minutes,
    )


def _asked_kw(state: State) -> float | None:
    """The lowest that a power signal of any kind leaves to the site; None while none asks."""
    asked = [one.ceiling_kw for one in state.limits if one.scope == "site" and one.rule.partition(" ")[0] in _ASKING]
    return min(asked, default=None)


def _temperature(max_c: float | None, settings: Settings) -> TemperatureTile:
    warn_c, shed_c = settings.general.max_temp_celsius, settings.temperature.shed_celsius
    tone: Tone = "good"
    if max_c is None:
        tone = "unknown"
    elif max_c >= shed_c:
        tone = "bad"
    elif max_c >= warn_c or max_c <= settings.general.min_temp_celsius:
        tone = "warning"
    return TemperatureTile(
        max_c=max_c,
        warn_c=warn_c,
        shed_c=shed_c,
        emergency_c=settings.temperature.emergency_celsius,
        min_c=settings.general.min_temp_celsius,
        tone=tone,
    )


def _humidity(percent: float | None, settings: Settings) -> HumidityTile:
    limit = settings.general.max_humidity
    tone: Tone = "unknown" if percent is None else "warning" if percent > limit else "good"
    return HumidityTile(max_percent=percent, limit_percent=limit, tone=tone)


def _fans(state: State | None, settings: Settings, now: Moment) -> tuple[FanTile, ...]:
    limit_s = settings.fans.watts_max_age_seconds
    return tuple(tiles.fan(view, state, limit_s, now) for view in state.fans) if state else ()


def _groups(image: Image, now: Moment) -> tuple[GroupTile, ...]:
    return tuple(tiles.group(reported, now) for reported in image.reported.all())
