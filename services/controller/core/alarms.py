"""Alarms of the acting side: load that does not come off, devices that do not answer. One cause, one alarm."""

from services.controller.core.counted import counted
from services.controller.core.doubt import late
from services.controller.core.memory import Cause, State
from services.controller.core.mode import Picture
from services.controller.core.moments import Now
from services.controller.core.plant import SITE, Limits
from services.controller.core.proof import Measured
from services.controller.core.ranks import ranked
from services.controller.core.seen import Snapshot
from services.controller.core.stamps import elapsed_s
from services.controller.core.suspects import NOMINAL_MARGIN
from services.controller.core.wanted import AlarmWanted, Ceiling
from services.shared.vocabulary import AlarmKind, Control

DEVICE_LOST = "device_lost_"
_UNPROVEN = "They count as unknown until what reads them shows a change: it did not show the last command."
_CLOCK_GRACE_S = 300.0  # a Pi hears of the time some minutes after its link is up


def target_alarms(
    explaining: frozenset[str], state: State, ceilings: tuple[Ceiling, ...], measured: Measured, limits: Limits, now: Now
) -> tuple[AlarmWanted, ...]:
    """Past the deadline a meter shows more than the site was allowed, and more than the loads that are told as on explain."""
    if measured.kw is None or limits.control is Control.OBSERVE:
        return ()
    since = {(memory.rule, memory.scope): memory.since for memory in state.ceilings}
    on = (explaining - measured.proven_down) | _off_since(state, measured.oldest_mono_s)
    explained_kw = NOMINAL_MARGIN * sum(load.kw for load in limits.loads if load.name in on)
    for ceiling in ceilings:
        is_late = elapsed_s(since.get((ceiling.rule, ceiling.scope), now), now) >= limits.response_deadline_s
        over_kw = measured.kw - ceiling.kw - explained_kw
        if ceiling.scope == SITE and ceiling.cause is not Cause.NONE and is_late and over_kw > limits.meter_tolerance_kw:
            alarm = AlarmWanted(
                "over_target",
                AlarmKind.EMERGENCY,
                f"{measured.kw:.1f} kW are measured where {ceiling.rule} allows {ceiling.kw:.1f} kW, past the deadline.",
                f"{over_kw:.1f} kW belong to no load that is listed as on.",
                "Look for loads that are not listed, and at the meter.",
            )
            return (ranked(alarm, over_kw, state, limits),)
    return ()


def _off_since(state: State, polled_mono_s: float | None) -> frozenset[str]:
    """Loads that were found off after the meter was polled: what it shows may be theirs."""
    assert polled_mono_s is not None
    return frozenset(name for at, names in state.proven_off if at.mono_s > polled_mono_s for name in names)


def held_but_drawing(held: frozenset[str], measured: Measured, state: State, limits: Limits, now: Now) -> frozenset[str]:
    """Loads that a person's lease or lock-out holds down and whose own watts say that they work, long after they were asked."""
    lowered = {name: since for since, names in state.lowered for name in names}
    deadline_s = limits.response_deadline_s
    return frozenset(name for name in held & measured.still_on if elapsed_s(lowered.get(name, now), now) >= deadline_s)


def held_alarms(still: frozenset[str], limits: Limits) -> tuple[AlarmWanted, ...]:
    """What a person holds down and still draws."""
    on = sorted(still)
    if not on or limits.control is Control.OBSERVE:
        return ()
    names = ", ".join(on[:5]) + (f" and {len(on) - 5} more" if len(on) > 5 else "")
    return (
        AlarmWanted(
            "held_still_on",
            AlarmKind.WARNING,
            f"{counted(len(on), 'load', 'loads')} held down by a person and still drawing: {names}.",
            "A lease or a lock-out opens no outlet.",
            "Switch them off at the breaker, or release them.",
        ),
    )


def waking_alarms(state: State, picture: Picture) -> tuple[AlarmWanted, ...]:
    """Loads that were released, had the time to come back, and did not: they earn nothing and nobody would notice."""
    had_time = late(state, picture.now) | state.doubted
    if not had_time:
        return ()
    loads = [load.name for load in picture.limits.loads if load.name in had_time]
    names = ", ".join(loads[:5]) + (f" and {len(loads) - 5} more" if len(loads) > 5 else "")
    return (
        AlarmWanted(
            "loads_not_back",
            AlarmKind.WARNING,
            f"{counted(len(loads), 'load was', 'loads were')} released and did not come back: {names}.",
            _UNPROVEN if state.doubted else "They are asked again; nothing else waits for them.",
            "Look at them and at what reads them, or lock them out.",
        ),
    )


def device_alarms(
    lost: frozenset[str], snapshot: Snapshot, limits: Limits, explained: frozenset[str] = frozenset()
) -> tuple[AlarmWanted, ...]:
    """One alarm per lost device, naming the kW that cannot be confirmed; all of them lost is one emergency instead.

    `explained`: those whose loss an emergency tells already.
    """
    acting = [device.name for device in snapshot.devices if device.name in limits.lost_after_s]
    if len(lost) == len(acting) >= 2:
        return (
            AlarmWanted(
                "cannot_act",
                AlarmKind.EMERGENCY,
                f"No acting device answers: {', '.join(sorted(lost))}.",
                "Nothing can be switched and nothing can be confirmed.",
                "Check the field network's switch and power.",
            ),
        )
    return tuple(_device_alarm(name, limits) for name in sorted(lost - explained))


def clock_alarms(state: State, now: Now) -> tuple[AlarmWanted, ...]:
    """A clock that nothing holds after some minutes; control does not need it, records and planned events do."""
    if now.wall_trusted or elapsed_s(state.started, now) < _CLOCK_GRACE_S:
        return ()
    return (
        AlarmWanted(
            "clock_untrusted",
            AlarmKind.WARNING,
            "The clock is not synchronised.",
            "Control is unaffected; the times of records may be wrong and a planned event does not end by itself.",
            "Check NTP (timedatectl) and the link.",
        ),
    )


def _device_alarm(name: str, limits: Limits) -> AlarmWanted:
    kw = sum(load.kw for load in limits.loads if name in (load.soft_device, load.pdu))
    consequence = f"{kw:.0f} kW cannot be confirmed and count as still on." if kw else "Its fans are judged by their watts."
    label = "Foreman" if name == "foreman" else name
    return AlarmWanted(
        f"{DEVICE_LOST}{name}", AlarmKind.WARNING, f"{label} does not answer.", consequence, "Check its link and its power."
    )
