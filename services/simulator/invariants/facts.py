"""What is true of a step by definition: ages, sums, claims. Plain loops over what was seen, and nothing of the code judged."""

from collections.abc import Iterable, Iterator

from services.controller.core.memory import Hold, SourceMemory
from services.controller.core.moments import Stamp
from services.controller.core.plant import Fan, Load, Source
from services.controller.core.seen import LoadSeen, SwitchSeen, TemperatureSeen
from services.shared.vocabulary import LeaseKind, Level, LoadTarget, PowerState, SensorRole
from services.simulator.twin.step import Step

EPSILON = 1e-6


def age_s(step: Step, mono_s: float | None) -> float:
    """Seconds since a poll began; infinite when there was none."""
    return float("inf") if mono_s is None else step.now.mono_s - mono_s


def since_s(step: Step, stamp: Stamp | None) -> float:
    """Seconds since a remembered moment; infinite when there is none."""
    return age_s(step, stamp.mono_s if stamp else None)


def kw(loads: Iterable[Load]) -> float:
    """The sum of their nominal kW."""
    return sum(load.kw for load in loads)


def seen_loads(step: Step) -> Iterator[tuple[Load, LoadSeen, LoadTarget]]:
    """Every load with what was read of it and what is wanted."""
    return zip(step.limits.loads, step.snapshot.loads, step.decision.targets.loads, strict=True)


def running(step: Step, scope: str = "") -> list[Load]:
    """The loads that shall run, of a scope or of the site."""
    return [load for load, _, target in seen_loads(step) if target is LoadTarget.RUN and (not scope or scope in load.scopes)]


def running_in(step: Step, zone: str) -> list[Load]:
    """The loads of a zone that shall run."""
    return [load for load in running(step) if load.zone == zone]


def is_adopting(step: Step) -> bool:
    """Before a site without a past has adopted its loads, what is found running is wanted to run."""
    return step.before.setpoint_kw is None


def raised(step: Step) -> list[Load]:
    """The loads that were not wanted to run and now are."""
    if is_adopting(step):
        return []
    return [load for load in running(step) if load.name not in step.before.running]


def own_watts(step: Step, seen: LoadSeen) -> float | None:
    """A load's own watts where they are fresh."""
    return seen.watts if age_s(step, seen.watts_mono_s) <= step.limits.meter_max_age_s else None


def is_unmeasured(step: Step, load: Load, seen: LoadSeen) -> bool:
    """Whether nothing fresh measures this load: no site meter, no PDU meter, no own watts, no outlet read as open."""
    for meter in step.snapshot.meters:
        fresh = meter.kw is not None and age_s(step, meter.mono_s) <= step.limits.meter_max_age_s
        if fresh and (not meter.pdu or meter.pdu == load.pdu):
            return False
    is_open = seen.outlet is PowerState.OFF and age_s(step, seen.outlet_mono_s) <= step.limits.meter_max_age_s
    return own_watts(step, seen) is None and not is_open


def intakes(step: Step, zone: str) -> list[TemperatureSeen]:
    """The sensors that vote in a zone."""
    return [one for one in step.snapshot.temperatures if one.zone == zone and one.role is SensorRole.INTAKE]


def fresh_celsius(step: Step, zone: str) -> list[float]:
    """What the intakes of a zone read, where it is fresh."""
    stale_s = step.limits.temperature_stale_s
    return [one.celsius for one in intakes(step, zone) if one.celsius is not None and age_s(step, one.mono_s) <= stale_s]


def reads_anew(step: Step, zone: str, after_s: float = float("-inf")) -> bool:
    """Whether a zone has a fresh temperature, and each that it has was polled not long ago and after that moment."""
    polls = [one.mono_s for one in intakes(step, zone) if one.celsius is not None and one.mono_s is not None]
    fresh = [at for at in polls if age_s(step, at) <= step.limits.temperature_stale_s]
    return bool(fresh) and all(age_s(step, at) <= step.limits.temperature_young_s and at > after_s for at in fresh)


def zones(step: Step) -> list[str]:
    """Every zone with an intake sensor."""
    return sorted({one.zone for one in step.snapshot.temperatures if one.role is SensorRole.INTAKE})


def forces_milder(step: Step, kind: LeaseKind) -> bool:
    """The simulated site alone obeys a milder lease."""
    return step.limits.demo and any(hold.kind is kind for hold in holds(step))


def holds(step: Step) -> list[Hold]:
    """The leases that have not run out."""
    return [hold for hold in step.before.holds if not is_over(step, hold)]


def is_over(step: Step, hold: Hold) -> bool:
    """Whether a lease has run out; one of an earlier boot by a trusted calendar alone."""
    if hold.by_calendar and hold.began.wall_trusted:
        return step.now.wall_trusted and step.now.wall_s - hold.began.wall_s >= hold.seconds
    return since_s(step, hold.began) >= hold.seconds


def memory(step: Step, source: Source) -> SourceMemory:
    """What was remembered of a source before this step."""
    for one in step.before.sources:
        if one.name == source.name:
            return one
    return SourceMemory(source.name, Level.UNKNOWN, None, None, None)


def contact(step: Step, source: Source) -> SwitchSeen | None:
    """The dry contact that is this source, if it is one and was read."""
    return next((one for one in step.snapshot.switches if source.contact and one.name == source.contact), None)


def heard_age_s(step: Step, source: Source) -> float:
    """Seconds since a source said something that was understood; infinite when it never did."""
    moments = [since_s(step, memory(step, source).seen)]
    moments += [
        age_s(step, one.mono_s) for one in step.snapshot.signals if one.name == source.name and one.level is not Level.UNKNOWN
    ]
    switch = contact(step, source)
    if switch is not None and switch.active is not None:
        moments.append(age_s(step, switch.mono_s))
    return min(moments)


def in_service(step: Step, source: Source) -> bool:
    """Whether a person has not taken the source out of service, or its time out of service is over."""
    until = memory(step, source).out_until
    return until is None or step.now.mono_s >= until.mono_s


def bank(step: Step, zone: str) -> list[int]:
    """The indexes of the fans that move a zone's air: its own, else those of the whole building, else all."""
    fans = step.limits.fans
    own = [i for i, fan in enumerate(fans) if fan.zone == zone]
    return own or [i for i, fan in enumerate(fans) if not fan.zone] or list(range(len(fans)))


def is_locked(step: Step, fan: Fan) -> bool:
    """Whether a person locked the fan out."""
    return any(lock.target == f"fan-{fan.number}" for lock in step.before.lockouts)


def blows(step: Step, index: int) -> bool:
    """Whether a measurement of now shows that a fan moves air: mains there, enough watts, polled since it was switched on."""
    seen, limits = step.snapshot.fans[index], step.limits
    known = step.before.fans[index] if index < len(step.before.fans) else None
    if is_locked(step, limits.fans[index]) or (known is not None and known.wanted is PowerState.OFF):
        return False
    if limits.fan_proof_by_relay:
        return seen.relay is PowerState.ON
    if not step.snapshot.volts_good or seen.watts is None or age_s(step, seen.watts_mono_s) > limits.fan_watts_max_age_s:
        return False
    learnt_w = known.baseline_w if known else None
    since_mono_s = known.changed.mono_s if known else step.now.mono_s
    enough_w = limits.fan_min_watts if learnt_w is None else learnt_w / 2
    return seen.watts >= enough_w and seen.watts_mono_s is not None and seen.watts_mono_s >= since_mono_s
