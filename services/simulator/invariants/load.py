"""What holds of load: what forbids it, what forbids more of it, and how it may be cut."""

from datetime import datetime, timedelta

from services.controller.core.memory import Cause
from services.controller.core.plant import Load, Schedule, feeder_scope
from services.shared.vocabulary import LeaseKind, Level, LoadState, LoadTarget, OnLoss, PowerState, SwitchRole
from services.simulator.invariants import facts
from services.simulator.twin.step import Step


def nothing_runs_against_a_trip(step: Step) -> str | None:
    """While a trip or any STOP stands, nothing of what it covers shall run: of its zone after over-temperature, else of the
    whole site."""
    for trip in step.decision.state.trips:
        zone = trip.key.removeprefix("over_temperature_")
        loads = facts.running(step) if zone == trip.key else facts.running_in(step, zone)
        if loads:
            return f"{facts.kw(loads):.0f} kW shall run while tripped: {trip.reason}"
    return None


def nothing_runs_in_smoke_or_water(step: Step) -> str | None:
    """While a smoke or water contact is closed, nothing shall run, and a trip stands."""
    for switch in step.snapshot.switches:
        if switch.active and switch.role in (SwitchRole.SMOKE, SwitchRole.FLOOD):
            if facts.running(step):
                return f"{facts.kw(facts.running(step)):.0f} kW shall run while {switch.name} tells {switch.role.value}"
            if not step.decision.state.trips:
                return f"{switch.name} tells {switch.role.value} and no trip stands"
    return None


def heat_takes_load_off(step: Step) -> str | None:
    """A zone whose every fresh intake is at the shed limit or above loses a quarter of its load at least; one with two intakes
    at the emergency limit, or one intake there in two polls, is tripped."""
    if facts.forces_milder(step, LeaseKind.TEMPERATURE):
        return None
    for zone in facts.zones(step):
        celsius = facts.fresh_celsius(step, zone)
        on_kw, nominal_kw = facts.kw(facts.running_in(step, zone)), facts.kw(_of_zone(step, zone))
        if _is_too_hot(step, zone) and (on_kw or f"over_temperature_{zone}" not in {t.key for t in step.decision.state.trips}):
            return f"zone {zone} is at {max(celsius):.1f} C and is not tripped"
        if celsius and min(celsius) >= step.limits.shed_c and on_kw > 0.75 * nominal_kw + facts.EPSILON:
            return f"{on_kw:.0f} of {nominal_kw:.0f} kW shall run in zone {zone} at {min(celsius):.1f} C"
    return None


def _of_zone(step: Step, zone: str) -> list[Load]:
    return [load for load in step.limits.loads if load.zone == zone]


def _is_too_hot(step: Step, zone: str) -> bool:
    hot_before = dict(step.before.hot)
    hot = [
        one
        for one in facts.intakes(step, zone)
        if one.celsius is not None and one.celsius >= step.limits.emergency_c
        if facts.age_s(step, one.mono_s) <= step.limits.temperature_stale_s
    ]
    twice = [one for one in hot if one.mono_s is not None and one.mono_s > hot_before.get(one.sensor, one.mono_s)]
    return len(hot) >= 2 or bool(twice)


def a_blind_zone_is_shut_down(step: Step) -> str | None:
    """A zone that has had no fresh temperature for longer than its limit and the four stages after it runs nothing."""
    late_s = step.limits.temperature_lost_s + 4 * step.limits.restore_step_s
    if facts.forces_milder(step, LeaseKind.TEMPERATURE):
        return None
    for zone, since in step.before.zones:
        if zone not in step.limits.zones and not facts.intakes(step, zone):
            continue
        blind_s = facts.since_s(step, since) if since else 0.0
        if not facts.fresh_celsius(step, zone) and blind_s > late_s and facts.running_in(step, zone):
            return (
                f"zone {zone} is blind for {blind_s / 60:.0f} min and {facts.kw(facts.running_in(step, zone)):.0f} kW shall run"
            )
    return None


def a_control_is_obeyed(step: Step) -> str | None:
    """While a source in service asks for control or emergency, by page, message or contact, no more than its target runs."""
    if facts.forces_milder(step, LeaseKind.POWER_SIGNAL):
        return None
    for source in step.limits.sources:
        if not facts.in_service(step, source) or facts.heard_age_s(step, source) > source.heartbeat_s:
            continue
        switch = facts.contact(step, source)
        if switch is not None and switch.active is not None:
            asks_kw = step.limits.curtail_to_kw if switch.active else None
        else:
            asks_kw = _asks_kw(step, source.name)
        if asks_kw is not None and _exceeds(step, asks_kw):
            return f"{source.name} asks for at most {asks_kw:.0f} kW and {facts.kw(facts.running(step)):.0f} kW shall run"
    owned = {source.contact for source in step.limits.sources}
    for switch in step.snapshot.switches:
        closed = switch.role is SwitchRole.UTILITY and switch.active and switch.name not in owned
        if closed and _exceeds(step, step.limits.curtail_to_kw):
            return f"contact {switch.name} asks for control and {facts.kw(facts.running(step)):.0f} kW shall run"
    return None


def _asks_kw(step: Step, source: str) -> float | None:
    """What a source asks for by the newest that it said: a planned event only inside its time, on a trusted clock."""
    known = next((one for one in step.before.sources if one.name == source), None)
    seen = next((one for one in step.snapshot.signals if one.name == source and one.level is not Level.UNKNOWN), None)
    newest = known
    if seen is not None and facts.age_s(step, seen.mono_s) <= facts.since_s(step, known.seen if known else None):
        if seen.level.curtails and (seen.from_at is not None or seen.until_at is not None) and not step.now.wall_trusted:
            return None
        if (seen.from_at or 0.0) > step.now.wall_s or step.now.wall_s >= (seen.until_at or float("inf")):
            return None
        if seen.level.curtails and seen.drop_kw is None:
            return step.limits.curtail_to_kw if seen.target_kw is None else seen.target_kw
        return None
    if newest is None or not newest.level.curtails or newest.drop_kw is not None or newest.from_at or newest.until_at:
        return None
    return step.limits.curtail_to_kw if newest.target_kw is None else newest.target_kw


def _exceeds(step: Step, limit_kw: float) -> bool:
    return facts.kw(facts.running(step)) > limit_kw + facts.EPSILON


def a_lost_signal_curtails(step: Step) -> str | None:
    """A source in service that was silent for longer than its heartbeat curtails, where its loss is declared to."""
    grace = facts.since_s(step, step.before.started) < step.limits.start_grace_s
    if grace or facts.forces_milder(step, LeaseKind.POWER_SIGNAL):
        return None
    for source in step.limits.sources:
        lost = source.heartbeat_s < facts.heard_age_s(step, source) < float("inf")
        if (
            lost
            and source.on_loss is OnLoss.CURTAIL
            and facts.in_service(step, source)
            and _exceeds(step, step.limits.curtail_to_kw)
        ):
            return f"{source.name} is lost and {facts.kw(facts.running(step)):.0f} kW shall run"
    return None


def what_a_person_holds_down_stays_down(step: Step) -> str | None:
    """A load that is locked out, by its name, outlet or group, never runs, nor one that anybody's newest lease holds asleep."""
    locked = {lock.target for lock in step.before.lockouts}
    wishes = [hold for hold in facts.holds(step) if hold.kind is LeaseKind.MINERS]
    for load in facts.running(step):
        if locked & {load.name, load.group, f"{load.pdu}/{load.outlet}"}:
            return f"{load.name} shall run although it is locked out"
        newest = {hold.asker: hold.action for hold in wishes if {"all", load.name, load.group} & set(hold.members)}
        if "sleep" in newest.values():
            return f"{load.name} shall run although a lease holds it asleep"
    return None


def a_forced_signal_is_obeyed(step: Step) -> str | None:
    """A lease that forces control leaves at most its target, until its end."""
    for hold in facts.holds(step):
        if hold.kind is LeaseKind.POWER_SIGNAL and hold.level is not None and hold.level.curtails:
            allowed_kw = step.limits.curtail_to_kw if hold.target_kw is None else hold.target_kw
            if _exceeds(step, allowed_kw):
                return f"a lease forces at most {allowed_kw:.0f} kW and {facts.kw(facts.running(step)):.0f} kW shall run"
    return None


def breakers_and_the_contract_are_kept(step: Step) -> str | None:
    """What shall run fits the site's limit, every feeder's, and the contract's control hours."""
    limits = step.limits
    if limits.site_limit_kw is not None and _exceeds(step, limits.site_limit_kw):
        return f"{facts.kw(facts.running(step)):.0f} kW shall run, the site's limit is {limits.site_limit_kw:.0f} kW"
    for feeder in limits.feeders:
        on_kw = facts.kw(facts.running(step, feeder_scope(feeder.name)))
        if on_kw > feeder.limit_kw + facts.EPSILON:
            return f"{on_kw:.0f} kW shall run behind {feeder.name}, it carries {feeder.limit_kw:.0f} kW"
    for schedule in limits.schedules:
        if step.now.wall_trusted and _is_in(schedule, step) and _exceeds(step, schedule.kw):
            return f"{facts.kw(facts.running(step)):.0f} kW shall run within the hours {schedule.name}"
    return None


def _is_in(schedule: Schedule, step: Step) -> bool:
    moment = datetime.fromtimestamp(step.now.wall_s, step.limits.timezone)
    minute = moment.hour * 60 + moment.minute
    begins, ends = schedule.from_minute, schedule.until_minute
    if begins <= ends:
        return moment.weekday() in schedule.weekdays and begins <= minute < ends
    yesterday = (moment - timedelta(days=1)).weekday()
    return (moment.weekday() in schedule.weekdays and minute >= begins) or (yesterday in schedule.weekdays and minute < ends)


def the_lowest_ceiling_is_in_force(step: Step) -> str | None:
    """The ceiling in force is the lowest of all rules, on the site and in every zone and feeder, and it has a name."""
    moving = [one for one in step.decision.ceilings if one.cause is not Cause.NONE]
    for ceiling in moving:
        on_kw = facts.kw(facts.running(step, ceiling.scope))
        if on_kw > ceiling.kw + facts.EPSILON:
            return f"{on_kw:.0f} kW shall run in {ceiling.scope} where {ceiling.rule} allows {ceiling.kw:.0f} kW"
    lowest_kw = min((one.kw for one in moving if one.scope == "site"), default=float("inf"))
    if step.decision.load.target_kw > lowest_kw + facts.EPSILON:
        return f"{step.decision.load.target_kw:.0f} kW are told as allowed, a rule allows {lowest_kw:.0f} kW"
    return None


def the_start_adopts_and_wakes_nobody(step: Step) -> str | None:
    """Within the start's grace a site without a past stays as it is found: nothing that is asleep or cut is wanted to run.

    Afterwards the ramp raises every load, those too, as far as no rule, lease or lock-out holds it down.
    """
    if not facts.is_adopting(step):
        return None
    for load, seen, target in facts.seen_loads(step):
        if target is LoadTarget.RUN and (seen.state is LoadState.ASLEEP or seen.outlet is PowerState.OFF):
            return f"{load.name} is found down and shall run before the site is adopted"
    return None
