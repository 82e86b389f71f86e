"""What must stand before load is raised. A load is raised when it shall run and did not shall a moment ago."""

from services.controller.core.orders import Act
from services.controller.core.plant import Load, Source
from services.shared.vocabulary import LeaseKind, OnLoss
from services.simulator.invariants import facts
from services.simulator.twin.step import Step


def nothing_is_raised_on_a_silent_signal(step: Step) -> str | None:
    """No load is raised while a source in service is silent beyond its heartbeat or was never understood, unless its loss is
    declared to let the site run."""
    if not facts.raised(step) or facts.forces_milder(step, LeaseKind.POWER_SIGNAL):
        return None
    for source in step.limits.sources:
        if _is_silent(step, source):
            return f"{_told(step)} raised while {source.name} is silent"
    return None


def nothing_is_raised_in_a_blind_zone(step: Step) -> str | None:
    """No load is raised in a zone that has temperature sensors and no fresh intake temperature."""
    if facts.forces_milder(step, LeaseKind.TEMPERATURE):
        return None
    for load in facts.raised(step):
        if _is_blind(step, load):
            return f"{load.name} raised while zone {load.zone} is blind"
    return None


def nothing_is_raised_on_an_old_temperature(step: Step) -> str | None:
    """No load is raised in a zone with temperature sensors before every temperature that counts there was read not long ago."""
    if facts.forces_milder(step, LeaseKind.TEMPERATURE):
        return None
    zones = {load.zone for load in facts.raised(step)}
    old = [zone for zone in facts.zones(step) if zone in zones and not facts.reads_anew(step, zone)]
    return f"{_told(step)} raised on an old temperature of zone {old[0]}" if old else None


def nothing_is_raised_where_air_is_unproven(step: Step) -> str | None:
    """No load is raised beyond what measured, running fans of its zone carry; one fan of a bank is a spare, but not
    of two in a zone."""
    if not step.limits.fans:
        return None
    for zone in {load.zone for load in facts.raised(step)}:
        bank = facts.bank(step, zone)
        proven = sum(facts.blows(step, index) for index in bank)
        zones = {one.zone for one in step.limits.loads if facts.bank(step, one.zone) == bank}
        nominal_kw = sum(one.kw for one in step.limits.loads if one.zone in zones)
        on_kw = sum(one.kw for one in facts.running(step) if one.zone in zones)
        has_spare = not step.limits.fans[bank[0]].zone or len(bank) >= 3
        carried_kw = nominal_kw * min(1.0, proven / max(1, len(bank) - has_spare))
        if on_kw > carried_kw + facts.EPSILON:
            return f"{_told(step)} raised on {proven} of {len(bank)} proven fans"
    return None


def load_returns_in_stages(step: Step) -> str | None:
    """Load returns after the start's grace and after a release that has stood, one stage at a time, each after its pause."""
    loads, limits = facts.raised(step), step.limits
    if not loads:
        return None
    if facts.since_s(step, step.before.started) < limits.start_grace_s:
        return f"{_told(step)} raised within the start's grace"
    if step.before.clear_since is None or facts.since_s(step, step.before.clear_since) < limits.release_s:
        return f"{_told(step)} raised before the release has stood"
    if facts.since_s(step, step.before.stepped) < limits.restore_step_s:
        return f"{_told(step)} raised before the last stage has settled"
    if facts.kw(loads) > limits.restore_step_kw + facts.EPSILON:
        return f"{facts.kw(loads):.0f} kW raised at once, a stage is {limits.restore_step_kw:.0f} kW"
    return None


def load_that_came_back_too_often_rests(step: Step) -> str | None:
    """No load is raised that came back as often as is allowed within an hour, before it has rested."""
    often, limits = step.limits.returns_per_hour, step.limits
    lately = [one for one in step.before.returned if facts.since_s(step, one) < 3600.0]
    if not often or len(lately) < often or not facts.raised(step):
        return None
    rested_s = facts.since_s(step, step.before.load_off_since)
    if rested_s >= limits.rest_s:
        return None
    return f"{_told(step)} raised {rested_s:.0f} s after it came off, though it came back {len(lately)} times within the hour"


def no_order_wakes_what_might_not_be_raised(step: Step) -> str | None:
    """No order wakes a load or closes its outlet, though it shall run, within the start's grace, while a signal is silent, while
    its zone is blind, or while no fan of its zone is proven."""
    for load in step.limits.loads:
        order = next((one for one in step.orders if one.target == load.name and one.act in (Act.WAKE, Act.OUTLET_ON)), None)
        why = _why_not(step, load) if order else None
        if order and why:
            return f"{order.act.value} {load.name} {why}"
    return None


def _why_not(step: Step, load: Load) -> str | None:
    if facts.since_s(step, step.before.started) < step.limits.start_grace_s:
        return "within the start's grace"
    for source in step.limits.sources:
        if _is_silent(step, source) and not facts.forces_milder(step, LeaseKind.POWER_SIGNAL):
            return f"while {source.name} is silent"
    if _is_blind(step, load) and not facts.forces_milder(step, LeaseKind.TEMPERATURE):
        return f"while zone {load.zone} is blind"
    if step.limits.fans and not any(facts.blows(step, index) for index in facts.bank(step, load.zone)):
        return "on no proven fan"
    return None


def _is_silent(step: Step, source: Source) -> bool:
    age_s = facts.heard_age_s(step, source)
    excused = age_s < float("inf") and source.on_loss is OnLoss.RUN
    return facts.in_service(step, source) and age_s > source.heartbeat_s and not excused


def _is_blind(step: Step, load: Load) -> bool:
    remembered = {name for name, _ in step.before.zones} & step.limits.zones
    has_sensors = bool(facts.intakes(step, load.zone)) or load.zone in remembered
    return has_sensors and not facts.fresh_celsius(step, load.zone)


def _told(step: Step) -> str:
    return ", ".join(load.name for load in facts.raised(step))
