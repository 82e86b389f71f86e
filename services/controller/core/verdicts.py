"""What is judged once on the process image, before any rule is asked: signals, hours, heat, air, trips, what is measured."""

from dataclasses import dataclass

from services.controller.core import interlocks
from services.controller.core.airflow import FanVerdict, judge_fans
from services.controller.core.interval import IntervalVerdict, watch_interval
from services.controller.core.memory import Cause, Silence, State, Trip
from services.controller.core.moments import Now
from services.controller.core.plant import SITE, Limits
from services.controller.core.proof import Measured, measure
from services.controller.core.rest import must_rest
from services.controller.core.schedule import ScheduleVerdict, judge_schedules
from services.controller.core.seen import Snapshot
from services.controller.core.signals import SignalVerdict, judge_signals
from services.controller.core.silence import judge_silence, lost_devices
from services.controller.core.thermal import ThermalVerdict, judge_temperatures
from services.controller.core.wanted import Ceiling


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What every rule is asked on. `silent`: acting devices that do not answer, `lost`: for too long."""

    signal: SignalVerdict
    schedule: ScheduleVerdict
    interval: IntervalVerdict
    thermal: ThermalVerdict
    air: FanVerdict
    trips: tuple[Trip, ...]
    measured: Measured
    silent: tuple[Silence, ...]
    lost: frozenset[str]
    rest: tuple[Ceiling, ...]


def judge(state: State, snapshot: Snapshot, limits: Limits, now: Now) -> Verdicts:
    """Judge everything."""
    measured = measure(snapshot, limits, now, state.doubted)
    signal = judge_signals(state, snapshot, limits, now, limits.nominal_kw, measured)
    schedule = judge_schedules(state, limits, now)
    asked = [one for one in signal.ceilings + schedule.ceilings if one.cause is Cause.UTILITY and one.scope == SITE]
    thermal = judge_temperatures(state, snapshot, limits, now)
    silent = judge_silence(state, snapshot, limits, now)
    return Verdicts(
        signal=signal,
        schedule=schedule,
        interval=watch_interval(state, min(asked, key=lambda one: one.kw, default=None), measured, limits, now),
        thermal=thermal,
        air=judge_fans(state, snapshot, limits, now),
        trips=interlocks.merge(state.trips, interlocks.latch(state, snapshot, now) + thermal.trips),
        measured=measured,
        silent=silent,
        lost=lost_devices(silent),
        rest=must_rest(state, limits, now),
    )
