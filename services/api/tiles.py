"""The tiles of the plant, each from what the bus told last."""

from services.api.image import READING_STALE_S, STATE_STALE_S, Image
from services.api.latest import age_s
from services.api.tile_views import (
    FanTile,
    GroupTile,
    SensorTile,
    SignalTile,
    SwitchTile,
    Tone,
)
from services.shared.clock import Moment
from services.shared.messages import FanView, Reading, Reported, SignalView, State, SwitchReading
from services.shared.vocabulary import Level, LoadState, LoadTarget, PowerState, Proof, SwitchRole


def sensor(image: Image, last: Reading, now: Moment) -> SensorTile:
    """A reading; when the last one is bad, the last good value stays and is stale."""
    shown = image.good.get(last.device, last.quantity) or last
    age = age_s(shown.poll_started_mono_s, shown.host_boot, now)
    limit_s = image.stale_after_s(last)
    stale = last.value is None or age is None or age > limit_s
    return SensorTile(
        age_s=age,
        stale=stale,
        stale_after_s=limit_s,
        name=f"{last.device}/{last.quantity}",
        label=last.label,
        zone=last.zone,
        role=last.role,
        value=shown.value,
        unit=last.unit,
        reason=last.reason or ("stale" if stale else ""),
        measured_at=shown.measured_at,
        forced=last.forced,
        tone="unknown" if stale else "good",
    )


def switch(image: Image, last: SwitchReading, now: Moment) -> SwitchTile:
    """A dry contact; a stale one is unknown."""
    age = age_s(last.poll_started_mono_s, last.host_boot, now)
    stale = age is None or age > READING_STALE_S
    active = None if stale else last.active
    bad: Tone = "warning" if last.role is SwitchRole.DOOR else "bad"
    return SwitchTile(
        age_s=age,
        stale=stale,
        stale_after_s=READING_STALE_S,
        name=f"{last.device}/{last.quantity}",
        label=last.label,
        role=last.role,
        active=active,
        reason=last.reason or ("stale" if stale else ""),
        tone="unknown" if active is None else bad if active else "good",
    )


def signal(image: Image, view: SignalView, host_boot: str, heartbeat_s: float, now: Moment) -> SignalTile:
    """A signal source as the decision sees it, with the text it was read from."""
    said = image.signals.get(view.name)
    age = age_s(view.observed_mono_s, host_boot, now)
    return SignalTile(
        age_s=age,
        stale=age is None or age > heartbeat_s,
        stale_after_s=heartbeat_s,
        name=view.name,
        level=view.level,
        effective=view.effective,
        target_kw=view.target_kw,
        event_id=view.event_id,
        from_at=view.from_at,
        until_at=view.until_at,
        observed_at=view.observed_at,
        commissioned=view.commissioned,
        in_service=view.in_service,
        reason=view.reason,
        raw_text=said.raw_text if said else "",
        tone=_level_tone(view.effective),
    )


def fan(view: FanView, state: State, limit_s: float, now: Moment) -> FanTile:
    """A fan. Old watts prove nothing; the relay's word, which the controller reads apart, holds while the controller speaks."""
    age = age_s(view.read_mono_s, state.host_boot, now)
    stale = age is None or age > limit_s
    said_s = age_s(state.decided_mono_s, state.host_boot, now)
    running = view.running if said_s is not None and said_s <= STATE_STALE_S else PowerState.UNKNOWN
    proven = Proof.UNPROVEN if stale else view.proven
    return FanTile(
        age_s=age,
        stale=stale,
        stale_after_s=limit_s,
        number=view.number,
        commanded=view.commanded,
        running=running,
        proven=proven,
        watts=None if stale else view.watts,
        locked_out=view.locked_out,
        reason=view.reason,
        tone=_fan_tone(running, proven, view.locked_out),
    )


def group(reported: Reported, now: Moment) -> GroupTile:
    """A load group, counted. Members whose watts are old are not counted as metered."""
    members = reported.members
    states = [member.state for member in members]
    ages = [(m.watts, age_s(m.watts_mono_s, reported.host_boot, now)) for m in members]
    watts = [w for w, age in ages if w is not None and age is not None and age <= READING_STALE_S]
    targets = {member.target for member in members}
    unknown = states.count(LoadState.UNKNOWN)
    return GroupTile(
        name=reported.group,
        members=len(members),
        hashing=states.count(LoadState.HASHING),
        waking=states.count(LoadState.WAKING),
        asleep=states.count(LoadState.ASLEEP),
        unknown=unknown,
        outlets_off=sum(member.outlet is PowerState.OFF for member in members),
        target=targets.pop() if len(targets) == 1 else "mixed" if targets else LoadTarget.RUN,
        measured_kw=sum(watts) / 1000 if watts else None,
        metered=len(watts),
        tone="unknown" if unknown else "good",
    )


def _level_tone(level: Level) -> Tone:
    if level is Level.UNKNOWN:
        return "unknown"
    return "bad" if level is Level.EMERGENCY else "good" if level is Level.NORMAL else "warning"


def _fan_tone(running: PowerState, proven: Proof, locked_out: bool) -> Tone:
    if proven is Proof.DISPROVED:
        return "bad"
    if running is PowerState.UNKNOWN or (running is PowerState.ON and proven is Proof.UNPROVEN):
        return "unknown"
    return "warning" if locked_out else "good"
