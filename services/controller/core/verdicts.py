"""Every rule asked once, on the same process image: what each says of load, air, heat and signals."""

from dataclasses import dataclass

from services.controller.core import alarms, interlocks
from services.controller.core.fans import FanVerdict, judge_fans
from services.controller.core.memory import Cause, State, Trip
from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.proof import Measured, measure
from services.controller.core.seen import Snapshot
from services.controller.core.signals import SignalVerdict, judge_signals
from services.controller.core.thermal import ThermalVerdict, judge_temperatures
from services.controller.core.wanted import Ceiling


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What all rules say. `ceilings` are those of every rule, whether or not they bind."""

    signal: SignalVerdict
    thermal: ThermalVerdict
    air: FanVerdict
    trips: tuple[Trip, ...]
    measured: Measured
    lost: frozenset[str]
    nominal_kw: float
    ceilings: tuple[Ceiling, ...]


def judge(state: State, snapshot: Snapshot, limits: Limits, now: Now) -> Verdicts:
    """Ask every rule."""
    nominal_kw = sum(load.kw for load in limits.loads)
    signal = judge_signals(state, snapshot, limits, now, nominal_kw)
    thermal = judge_temperatures(state, snapshot, limits, now)
    air = judge_fans(state, snapshot, limits, now, nominal_kw)
    trips = interlocks.merge(state.trips, interlocks.latch(state, snapshot, now) + thermal.trips)
    ceilings = (
        interlocks.trip_ceilings(trips)
        + thermal.ceilings
        + air.ceilings
        + interlocks.switch_ceilings(snapshot, limits)
        + signal.ceilings
        + _site_limit(limits, nominal_kw)
    )
    lost = alarms.lost_devices(state, snapshot, limits, now)
    return Verdicts(signal, thermal, air, trips, measure(snapshot, limits, now), lost, nominal_kw, ceilings)


def _site_limit(limits: Limits, nominal_kw: float) -> tuple[Ceiling, ...]:
    if limits.site_limit_kw is None or limits.site_limit_kw >= nominal_kw:
        return ()
    return (Ceiling("site limit", limits.site_limit_kw, f"site limit {limits.site_limit_kw:.0f} kW", Cause.LIMIT),)
