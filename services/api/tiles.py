"""The tiles of the plant, each from what the bus told last."""

from services.api.image import READING_STALE_S, Image
from services.api.latest import age_s
from services.api.stale_limits import stale_after_s
from services.api.tile_views import (
    FanTile,
    SensorTile,
    SignalTile,
    SwitchTile,
    Tone,
)
from services.shared.clock import Moment
from services.shared.messages import FanView, Reading, SignalView, SwitchReading
from services.shared.vocabulary import FanState, Level, PowerState, Proof, SwitchRole

STALE = "stale"
"""Why a reading is not of the present that came no more; of any other the device itself says why."""


def sensor(image: Image, last: Reading, now: Moment) -> SensorTile:
    """A reading. What its device itself says it cannot read is unknown at once, with the reason: never its last value.

    Its age and moment stay those of the last good one.
    """
    good = image.good.get(last.device, last.quantity) or last
    age = age_s(good.poll_started_mono_s, good.host_boot, now)
    limit_s = stale_after_s(image, last)
    stale = last.value is None or age is None or age > limit_s
    return SensorTile(
        age_s=age,
        stale=stale,
        stale_after_s=limit_s,
        name=f"{last.device}/{last.quantity}",
        label=last.label,
        zone=last.zone,
        role=last.role,
        value=last.value,
        unit=last.unit,
        reason=last.reason or (STALE if stale else ""),
        measured_at=good.measured_at if good.value is not None else None,
        forced=last.forced,
        tone="unknown" if stale else "good",
    )


def switch(last: SwitchReading, now: Moment, *, lost: str) -> SwitchTile:
    """A dry contact; a stale one is unknown, and so is one whose device is `lost`: why, empty where it is not."""
    age = age_s(last.poll_started_mono_s, last.host_boot, now)
    stale = age is None or age > READING_STALE_S
    active = None if stale or lost else last.active
    bad: Tone = "warning" if last.role is SwitchRole.DOOR else "bad"
    return SwitchTile(
        age_s=age,
        stale=stale,
        stale_after_s=READING_STALE_S,
        name=f"{last.device}/{last.quantity}",
        label=last.label,
        role=last.role,
        active=active,
        reason=last.reason or lost or ("stale" if stale else ""),
        tone="unknown" if active is None else bad if active else "good",
    )


def signal(
    image: Image, view: SignalView, host_boot: str, heartbeat_s: float, now: Moment, *, silent: bool = False
) -> SignalTile:
    """A signal source as the decision sees it, with its text. What a silent controller makes of it is unknown."""
    effective = Level.UNKNOWN if silent else view.effective
    said = image.signals.get(view.name)
    age = age_s(view.observed_mono_s, host_boot, now)
    return SignalTile(
        age_s=age,
        stale=age is None or age > heartbeat_s,
        stale_after_s=heartbeat_s,
        name=view.name,
        level=view.level,
        effective=effective,
        target_kw=view.target_kw,
        event_id=view.event_id,
        from_at=view.from_at,
        until_at=view.until_at,
        observed_at=view.observed_at,
        commissioned=view.commissioned,
        in_service=view.in_service,
        reason=view.reason,
        raw_text=said.raw_text if said else "",
        tone=_level_tone(effective),
    )


def fan(view: FanView, host_boot: str, limit_s: float, now: Moment, *, silent: bool) -> FanTile:
    """A fan. Old watts prove nothing; the relay's word, which the controller reads apart, holds while the controller speaks."""
    age = age_s(view.read_mono_s, host_boot, now)
    stale = age is None or age > limit_s
    running = PowerState.UNKNOWN if silent else view.running
    proven = Proof.UNPROVEN if stale else view.proven
    return FanTile(
        age_s=age,
        stale=stale,
        stale_after_s=limit_s,
        number=view.number,
        commanded=view.commanded,
        running=running,
        proven=proven,
        state=view.state,
        watts=None if stale else view.watts,
        hours=view.hours,
        locked_out=view.locked_out,
        reason=_old(view) if stale else view.reason,
        tone="unknown" if stale else _fan_tone(running, proven, view),
    )


def _old(view: FanView) -> str:
    return "not read now" if view.watts is None else "its watts are old"


def _level_tone(level: Level) -> Tone:
    if level is Level.UNKNOWN:
        return "unknown"
    return "bad" if level is Level.EMERGENCY else "good" if level is Level.NORMAL else "warning"


def _fan_tone(running: PowerState, proven: Proof, view: FanView) -> Tone:
    """One that is stopping proves no air, and need not."""
    if proven is Proof.DISPROVED:
        return "bad"
    is_unproven = running is PowerState.ON and proven is Proof.UNPROVEN and view.state is not FanState.STOPPING
    if running is PowerState.UNKNOWN or is_unproven:
        return "unknown"
    return "warning" if view.locked_out else "good"
