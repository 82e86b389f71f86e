"""What a rehearsal measures by the truth of the plant: kW against each event's target, heat, restoring, alarms."""

from dataclasses import dataclass, field

from services.controller.core.memory import Cause
from services.controller.core.plant import Limits, Load
from services.shared.vocabulary import LoadTarget
from services.simulator.twin.day import Day, PowerEvent
from services.simulator.twin.moment import Instant, Observer

LEAST_TOLERANCE = 0.02
"""Of the loads' nominal kW: so near to its target an event is made, also where `meter_tolerance_percent` is less."""
_BACK_SHARE = 0.95
_INTERVAL_S = 900.0


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What of a load group still drew at the deadline although it should not, kW, how many loads, and what hinders them."""

    group: str
    kw: float
    loads: int
    why: tuple[str, ...]


@dataclass(slots=True)
class EventRecord:
    """One event that asks for load. kW are what the loads really draw; seconds count from the event's begin."""

    event: PowerEvent
    deadline_s: float
    target_kw: float
    before_kw: float = 0.0
    heard_s: float | None = None
    reached_s: float | None = None
    kw_at_deadline: float | None = None
    shortfalls: tuple[Shortfall, ...] = ()
    worst_interval: tuple[float, float] | None = None
    """Its begin (seconds after midnight) and its mean, kW."""
    restored_s: float | None = None
    hottest_c: dict[str, float] = field(default_factory=dict)

    def excess_kw(self, tolerance_kw: float) -> float:
        """How far above its target the load was at the deadline; 0 within the tolerance."""
        over = (self.kw_at_deadline or 0.0) - self.target_kw
        return over if over > tolerance_kw else 0.0


class Record(Observer):
    """Watches a day. `alarms` are (first moment, kind, key, cause)."""

    def __init__(self, limits: Limits, day: Day) -> None:
        self._limits = limits
        self._day = day
        self._last: Instant | None = None
        self._interval_s = limits.interval_s or _INTERVAL_S
        self._means: dict[tuple[int, float], float] = {}
        self.tolerance_kw = max(limits.meter_tolerance_kw, LEAST_TOLERANCE * sum(load.kw for load in limits.loads))
        self.hottest_c: dict[str, float] = {}
        self.alarms: dict[str, tuple[float, str, str]] = {}
        self.events = [self._begun(event) for event in day.events if event.level.curtails]

    def observe(self, moment: Instant) -> tuple[str, ...]:
        """Measure a moment."""
        for zone, celsius in moment.zones_c.items():
            self.hottest_c[zone] = max(celsius, self.hottest_c.get(zone, celsius))
        for alarm in moment.step.decision.alarms:
            self.alarms.setdefault(alarm.key, (moment.sim_s, alarm.kind.value, alarm.cause))
        for number, record in enumerate(self.events):
            self._measure(number, record, moment)
        self._last = moment
        return ()

    def end(self, _: Instant) -> tuple[str, ...]:
        """The worst interval of each event, once all is known."""
        for number, record in enumerate(self.events):
            means = [(kws / self._interval_s, at) for (of, at), kws in self._means.items() if of == number]
            if means:
                worst, at = max(means)
                record.worst_interval = (at, worst)
        return ()

    def _begun(self, event: PowerEvent) -> EventRecord:
        nominal = sum(load.kw for load in self._limits.loads)
        target = self._limits.curtail_to_kw if event.target_kw is None else event.target_kw
        if event.drop_kw is not None:
            target = max(0.0, nominal - event.drop_kw)
        return EventRecord(event, self._limits.response_deadline_s, min(target, nominal))

    def _measure(self, number: int, record: EventRecord, moment: Instant) -> None:
        event, sim_s = record.event, moment.sim_s
        if sim_s < event.begins_s:
            record.before_kw = moment.real_kw
            if event.drop_kw is not None:
                record.target_kw = max(0.0, moment.real_kw - event.drop_kw)
            return
        if sim_s >= event.ends_s:
            if record.restored_s is None and moment.real_kw >= _BACK_SHARE * record.before_kw:
                record.restored_s = sim_s - event.ends_s
            return
        self._measure_load(number, record, moment)
        for zone, celsius in moment.zones_c.items():
            record.hottest_c[zone] = max(celsius, record.hottest_c.get(zone, celsius))

    def _measure_load(self, number: int, record: EventRecord, moment: Instant) -> None:
        event, sim_s = record.event, moment.sim_s
        if record.heard_s is None and any(c.cause is Cause.UTILITY for c in moment.step.decision.ceilings):
            record.heard_s = sim_s - event.begins_s
        if moment.real_kw > record.target_kw + self.tolerance_kw:
            record.reached_s = None
        elif record.reached_s is None:
            record.reached_s = sim_s - event.begins_s
        if record.kw_at_deadline is None and sim_s >= event.begins_s + record.deadline_s:
            record.kw_at_deadline = moment.real_kw
            record.shortfalls = self._shortfalls(moment) if record.excess_kw(self.tolerance_kw) else ()
        self._sum_interval(number, event, moment)

    def _sum_interval(self, number: int, event: PowerEvent, moment: Instant) -> None:
        """The load since the last moment, in the settlement interval that lies wholly between deadline and end."""
        last = self._last
        if last is None:
            return
        began = moment.sim_s // self._interval_s * self._interval_s
        first = event.begins_s + self._limits.response_deadline_s
        if began >= first and began + self._interval_s <= event.ends_s:
            key = (number, began)
            since = max(last.sim_s, began)
            self._means[key] = self._means.get(key, 0.0) + moment.real_kw * (moment.sim_s - since)

    def _shortfalls(self, moment: Instant) -> tuple[Shortfall, ...]:
        groups: dict[str, list[tuple[Load, float]]] = {}
        for load, target in zip(self._limits.loads, moment.step.decision.targets.loads, strict=True):
            watts = moment.plant.miner_watts(load.name)
            if target is not LoadTarget.RUN and watts > self._limits.asleep_watts:
                groups.setdefault(load.group, []).append((load, watts / 1000))
        found = [
            Shortfall(group, sum(kw for _, kw in pairs), len(pairs), _why([load for load, _ in pairs], moment))
            for group, pairs in groups.items()
        ]
        return tuple(sorted(found, key=lambda one: -one.kw))


def _why(loads: list[Load], moment: Instant) -> tuple[str, ...]:
    """The faults that strike their paths now; none: it only takes longer."""
    parts = {
        part for load in loads for part in (load.soft_device, load.pdu, f"miner:{load.name}", f"outlet:{load.pdu}/{load.outlet}")
    }
    faults = [one for one in moment.trouble.active if parts & set(one.strikes)]
    texts = dict.fromkeys(f"{one.fault.name} on {one.on}" for one in faults)
    return tuple(texts) or ("no fault: sleep and outlets take longer than the deadline leaves",)
