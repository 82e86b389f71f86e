"""What holds of what is told: a reason, a measurement behind every claim, nothing unknown called off."""

from services.shared.vocabulary import Mode, RuleKind
from services.simulator.invariants import facts
from services.simulator.twin.step import Step


def every_decision_has_a_reason(step: Step) -> str | None:
    """No decision is without a reason, and the rule that limits has a name."""
    decision = step.decision
    if not decision.reasons or not all(reason.strip() for reason in decision.reasons) or not decision.limited_by:
        return f"{decision.state.mode.value} without a reason"
    return None


def unknown_is_never_off(step: Step) -> str | None:
    """What nothing fresh measures counts in full as unknown, never as zero and never as off."""
    unknown_kw = facts.kw(load for load, seen, _ in facts.seen_loads(step) if facts.is_unmeasured(step, load, seen))
    if step.decision.load.unknown_kw < unknown_kw - facts.EPSILON:
        return f"{unknown_kw:.0f} kW are measured by nothing fresh and {step.decision.load.unknown_kw:.0f} kW are told as unknown"
    return None


def measured_is_what_a_fresh_meter_says(step: Step) -> str | None:
    """The measured kW come from fresh meters alone, and none of what they show is left out."""
    told, limits = step.decision.load, step.limits
    fresh = [m for m in step.snapshot.meters if m.kw is not None and facts.age_s(step, m.mono_s) <= limits.meter_max_age_s]
    if any(not meter.pdu for meter in fresh):
        shown_kw = max(0.0, next(m.kw for m in fresh if not m.pdu and m.kw is not None) - limits.meter_base_kw)
    else:
        metered = {meter.pdu for meter in fresh}
        own = [facts.own_watts(step, seen) for load, seen, _ in facts.seen_loads(step) if load.pdu not in metered]
        if not fresh and all(watts is None for watts in own):
            return None if told.measured_kw is None else f"{told.measured_kw:.1f} kW are told and nothing fresh measures"
        shown_kw = sum(meter.kw or 0.0 for meter in fresh) + sum(watts or 0.0 for watts in own) / 1000
    if told.measured_kw is None or told.measured_kw < shown_kw - 0.001:
        return f"fresh meters show {shown_kw:.1f} kW and {told.measured_kw} kW are told"
    return None


def proven_is_measured_after_the_ask(step: Step) -> str | None:
    """Curtailed is called proven only by meters polled after the ask that show the load within what is allowed, with nothing
    unknown; an acknowledgement is no proof."""
    told = step.decision.load
    claims = told.proven or (step.decision.state.mode is Mode.CURTAILED and "proven by measurement" in step.decision.reasons)
    if not claims:
        return None
    if told.unknown_kw > 0 or told.measured_kw is None or facts.age_s(step, told.measured_mono_s) > step.limits.meter_max_age_s:
        return f"proven with {told.unknown_kw:.0f} kW unknown and {told.measured_kw} kW measured"
    owed_kw = _owed_kw(step)
    if owed_kw is not None and told.measured_kw > owed_kw + step.limits.meter_tolerance_kw + facts.EPSILON:
        return f"proven at {told.measured_kw:.1f} kW where {owed_kw:.1f} kW are allowed"
    asks = [one.since.mono_s for one in step.decision.state.ceilings]
    asked_mono_s = max(asks, default=float("-inf")) if told.proven else min(asks, default=float("-inf"))
    if told.measured_mono_s is not None and told.measured_mono_s <= asked_mono_s:
        return "proven by a poll that began before the ask"
    return None


def _owed_kw(step: Step) -> float | None:
    """What must be shown: what all rules leave; what makes up for minutes past is asked for beyond the target and not owed."""
    told = step.decision.load
    asked = [one for one in step.decision.ceilings if one.kw < told.nominal_kw - facts.EPSILON and one.cause != "none"]
    if not asked:
        return None
    makes_up = any(one.kind is RuleKind.INTERVAL for one in step.decision.ceilings)
    if not makes_up:
        return told.target_kw
    on_site = min((one.kw for one in asked if one.scope == "site"), default=told.nominal_kw)
    zones = {load.zone: sum(one.kw for one in step.limits.loads if one.zone == load.zone) for load in step.limits.loads}
    left = {zone: min([kw, *(one.kw for one in asked if one.scope == f"zone {zone}")]) for zone, kw in zones.items()}
    return min(on_site, sum(left.values()))


def curtailed_says_how_it_is_known(step: Step) -> str | None:
    """Curtailed is told with its proof, or as unproven with the kW that are unknown."""
    if step.decision.state.mode is Mode.CURTAILED and not any("proven" in reason for reason in step.decision.reasons):
        return "curtailed without a word of proof"
    return None


def trips_and_controls_are_alarms(step: Step) -> str | None:
    """Every standing trip is an emergency alarm."""
    told = {alarm.key for alarm in step.decision.alarms if alarm.kind == "emergency"}
    silent = [trip.key for trip in step.decision.state.trips if f"trip_{trip.key}" not in told]
    return f"no emergency alarm for {', '.join(silent)}" if silent else None
