"""One decision as the bus knows it: the controller's whole state in one message."""

from math import floor

from services.controller.core.fans import life_h
from services.controller.core.interlocks import cause_present
from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.seen import Snapshot
from services.controller.core.stamps import told_at
from services.controller.core.wanted import Decision
from services.controller.core.zones import is_fresh
from services.controller.leases import lease_message
from services.shared import messages as m
from services.shared.vocabulary import LeaseKind, SensorRole

_JITTER_S = 0.01  # of the calendar beside the monotonic clock: an end on the full minute is not told as the minute before


def state_message(
    decision: Decision, snapshot: Snapshot, would: tuple[str, ...], missing: tuple[str, ...], limits: Limits, now: Now
) -> m.State:
    """Mode, reasons, limits, signals, load, fans, holds, drills. `would`: what observe would do; `missing`: not set up."""
    state, load = decision.state, decision.load
    boot_wall_s = now.wall_s - now.mono_s
    return m.State(
        mode=state.mode,
        since_at=told_at(state.mode_since, now) if state.mode_since else now.wall_s,
        control=limits.control,
        reasons=decision.reasons,
        still_on=decision.still_on,
        limited_by=decision.limited_by,
        limited_kind=decision.limited_kind,
        phase=state.phase.value,
        limits=tuple(
            m.Limit(rule=c.rule, kind=c.kind, scope=c.scope, ceiling_kw=c.kw, reason=c.reason, clause=c.clause)
            for c in decision.ceilings
        ),
        signals=tuple(
            m.SignalView(
                name=s.name, level=s.level, effective=s.effective, target_kw=s.target_kw, event_id=s.event_id,
                from_at=s.from_at, until_at=s.until_at, observed_mono_s=s.mono_s,
                observed_at=s.wall_s, commissioned=s.commissioned, in_service=s.in_service, reason=s.reason,
            )
            for s in decision.signals
        ),
        load=m.LoadSummary(
            measured_kw=_rounded(load.measured_kw),
            measured_at=boot_wall_s + load.measured_mono_s if load.measured_mono_s is not None else None,
            measured_mono_s=load.measured_mono_s,
            target_kw=round(load.target_kw, 1),
            setpoint_kw=round(load.setpoint_kw, 1),
            unknown_kw=round(load.unknown_kw, 1),
            nominal_kw=round(load.nominal_kw, 1),
            proven=load.proven,
            tolerance_kw=round(load.tolerance_kw, 1),
            ready_kw=round(load.ready_kw, 1),
            interval_kw=_rounded(load.interval_kw),
            interval_ends_at=told_at(state.interval.began, now) + limits.interval_s if state.interval else None,
        ),
        temperature_max_c=decision.temperature_max_c,
        temperature_mono_s=_temperature_mono_s(decision.temperature_max_c, snapshot, limits, now),
        fan_stage=state.fan_stage,
        fans=_fans(decision, snapshot, limits, now),
        leases=tuple(lease_message(hold, now) for hold in state.holds),
        lockouts=tuple(
            m.Lockout(target=x.target, owner=x.owner, reason=x.reason, since_at=told_at(x.since, now)) for x in state.lockouts
        ),
        trips=tuple(
            m.Trip(
                key=x.key,
                reason=x.reason,
                since_at=told_at(x.since, now),
                present=cause_present(x.key, snapshot, limits, now, state.holds) or "",
            )
            for x in state.trips
        ),
        drills=_drills(decision, limits),
        would_do=would,
        missing=missing,
        forced=any(hold.kind is not LeaseKind.RAW for hold in state.holds),
        back_at=None if decision.back_at is None else float(floor(decision.back_at + _JITTER_S)),
        decided_mono_s=now.mono_s,
    )  # fmt: skip


def _temperature_mono_s(celsius: float | None, snapshot: Snapshot, limits: Limits, now: Now) -> float | None:
    """When the poll of the hottest intake began; where several show the same, of the oldest: never younger than it is."""
    if celsius is None:
        return None
    intakes = (one for one in snapshot.temperatures if one.role is SensorRole.INTAKE and one.celsius == celsius)
    return min((s.mono_s for s in intakes if s.mono_s is not None and is_fresh(s.mono_s, limits, now)), default=None)


def _drills(decision: Decision, limits: Limits) -> tuple[m.Drill, ...]:
    last = {one.device: one for one in decision.state.drilled}
    return tuple(
        m.Drill(device=device, at=one.at, proven=one.proven, seconds=one.seconds, how=one.how)
        if (one := last.get(device))
        else m.Drill(device=device, at=None, proven=False, seconds=None, how="")
        for device in limits.device_kinds
    )


def _fans(decision: Decision, snapshot: Snapshot, limits: Limits, now: Now) -> tuple[m.FanView, ...]:
    rows = zip(limits.fans, decision.targets.fans, snapshot.fans, decision.fans, decision.state.fans, strict=True)
    return tuple(
        m.FanView(
            number=fan.number, commanded=wanted, running=seen.relay, proven=figures.proof, watts=seen.watts,
            read_mono_s=seen.watts_mono_s if seen.watts_mono_s is not None else seen.relay_mono_s,
            locked_out=figures.locked_out, reason=figures.reason if fan.wired else f"no wiring; {figures.reason}",
            state=figures.state, hours=round(life_h(memory, now), 1),
        )
        for fan, wanted, seen, figures, memory in rows
    )  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
