"""What holds of fans: what is called proven, how many run, how they start and stop."""

from services.controller.core.memory import FanMemory
from services.controller.core.wanted import Floor
from services.shared.vocabulary import LeaseKind, PowerState, Proof
from services.simulator.invariants import facts
from services.simulator.twin.step import Step


def proven_air_is_measured(step: Step) -> str | None:
    """A fan is called proven only by its own watts, fresh, polled since it was switched on, with the mains there; it is called
    broken only on such a measurement too."""
    for index, (fan, figures) in enumerate(zip(step.limits.fans, step.decision.fans, strict=True)):
        seen = step.snapshot.fans[index]
        if figures.proof is Proof.PROVEN and not figures.locked_out and not facts.blows(step, index):
            return f"fan {fan.number} is called proven and no measurement says so"
        fresh = seen.watts is not None and facts.age_s(step, seen.watts_mono_s) <= step.limits.fan_watts_max_age_s
        if figures.proof is Proof.DISPROVED and not (fresh and step.snapshot.volts_good):
            return f"fan {fan.number} is called broken on no fresh measurement"
    return None


def most_fans_broken_stops_their_load(step: Step) -> str | None:
    """Where more than half of the fans that serve a zone are measured as standing still, nothing of that zone runs."""
    for zone in {load.zone for load in step.limits.loads}:
        bank = [index for index in facts.bank(step, zone) if not _is_locked(step, index)]
        broken = sum(step.decision.fans[index].proof is Proof.DISPROVED for index in bank)
        if broken > len(bank) / 2 and facts.running_in(step, zone):
            on_kw = facts.kw(facts.running_in(step, zone))
            return f"{broken} of {len(bank)} fans stand still and {on_kw:.0f} kW of {zone} shall run"
    return None


def load_has_a_fan(step: Step) -> str | None:
    """While any load shall run at least one fan that may run is wanted on, at the latest once the spacing of starts is over."""
    spaced = facts.since_s(step, step.before.last_fan_start) >= step.limits.fan_start_spacing_s
    may = [i for i, fan in enumerate(step.limits.fans) if not facts.is_locked(step, fan)]
    on = [i for i in may if step.decision.targets.fans[i] is PowerState.ON]
    if may and not on and spaced and facts.running(step):
        return f"{facts.kw(facts.running(step)):.0f} kW shall run and no fan is wanted on"
    return None


def heat_and_blindness_ask_for_all_fans(step: Step) -> str | None:
    """A zone at the alarm temperature or above, or without a fresh temperature, asks for every fan that serves it."""
    if facts.forces_milder(step, LeaseKind.TEMPERATURE):
        return None
    for zone in facts.zones(step):
        celsius = facts.fresh_celsius(step, zone)
        if celsius and min(celsius) < step.limits.max_temp_c:
            continue
        asked = max(
            (floor.stage for floor in step.decision.floors if set(_serving(step, floor)) >= set(facts.bank(step, zone))),
            default=0,
        )
        if asked < len(facts.bank(step, zone)):
            return f"zone {zone} is {'hot' if celsius else 'blind'} and only {asked} fans are asked for"
    return None


def the_highest_floor_is_kept(step: Step) -> str | None:
    """No fan stops while fewer would be left than the highest floor asks for; a missing one starts once the spacing is over."""
    if _stops_for_smoke(step):
        return None
    started, stopped = _changed(step, PowerState.ON), _changed(step, PowerState.OFF)
    spaced = facts.since_s(step, step.before.last_fan_start) >= step.limits.fan_start_spacing_s
    for floor in step.decision.floors:
        serving = _serving(step, floor)
        good = [i for i in serving if _counts(step, i)]
        resting = [i for i in serving if step.decision.targets.fans[i] is PowerState.OFF and not _is_locked(step, i)]
        if len(good) >= floor.stage:
            continue
        if any(i in stopped and not _is_locked(step, i) for i in serving):
            return f"a fan stops although {floor.rule} asks for {floor.stage} and {len(good)} are left"
        if resting and spaced and not started:
            return f"{floor.rule} asks for {floor.stage} fans, {len(good)} run, and none is started"
    return None


def fan_starts_are_spaced(step: Step) -> str | None:
    """Never two fans start at once, nor within the spacing; a fail-safe start is spaced like any other."""
    started = _changed(step, PowerState.ON)
    if len(started) > 1:
        return f"{len(started)} fans start at once"
    if started and facts.since_s(step, step.before.last_fan_start) < step.limits.fan_start_spacing_s:
        return "a fan starts within the spacing of the last start"
    return None


def a_fan_runs_its_dwell_time(step: Step) -> str | None:
    """A fan stops only after its dwell time, unless it is locked out or smoke stops it."""
    if _stops_for_smoke(step):
        return None
    for index in _changed(step, PowerState.OFF):
        known = _known(step, index)
        if not _is_locked(step, index) and facts.since_s(step, known.changed) < step.limits.fan_min_on_s:
            return f"fan {step.limits.fans[index].number} stops before its dwell time"
    return None


def fans_are_lowered_on_new_temperatures_alone(step: Step) -> str | None:
    """A fan stops only on temperatures of its zones that were read not long ago, and after any fan beside it switched last;
    but for a lock-out and for smoke."""
    if _stops_for_smoke(step) or facts.forces_milder(step, LeaseKind.TEMPERATURE):
        return None
    for index in _changed(step, PowerState.OFF):
        for zone in facts.zones(step):
            beside = facts.bank(step, zone)
            if index not in beside or _is_locked(step, index):
                continue
            own = [i for i in beside if step.limits.fans[i].zone == step.limits.fans[index].zone]
            if not facts.reads_anew(step, zone, max(_known(step, i).changed.mono_s for i in own)):
                return f"fan {step.limits.fans[index].number} stops on an old temperature of zone {zone}"
    return None


def a_locked_out_fan_never_starts(step: Step) -> str | None:
    """A fan that is locked out is never wanted on, whatever asks for air."""
    for index, fan in enumerate(step.limits.fans):
        if facts.is_locked(step, fan) and step.decision.targets.fans[index] is PowerState.ON:
            return f"fan {fan.number} is locked out and wanted on"
    return None


def _serving(step: Step, floor: Floor) -> list[int]:
    if floor.scope == "site":
        return list(range(len(step.limits.fans)))
    return facts.bank(step, floor.scope.removeprefix("zone "))


def _known(step: Step, index: int) -> FanMemory:
    fans = step.before.fans
    return fans[index] if index < len(fans) else FanMemory(PowerState.ON, step.before.started)


def _changed(step: Step, to: PowerState) -> list[int]:
    wanted = step.decision.targets.fans
    return [i for i in range(len(step.limits.fans)) if wanted[i] is to and _known(step, i).wanted is not to]


def _is_locked(step: Step, index: int) -> bool:
    return facts.is_locked(step, step.limits.fans[index])


def _counts(step: Step, index: int) -> bool:
    broken = step.decision.fans[index].proof is Proof.DISPROVED
    return step.decision.targets.fans[index] is PowerState.ON and not broken and not _is_locked(step, index)


def _stops_for_smoke(step: Step) -> bool:
    return step.limits.fans_on_smoke == "off" and any(trip.key == "smoke" for trip in step.decision.state.trips)
