"""The report of a rehearsal, in the operator's words."""

from collections.abc import Iterator

from services.controller.core.plant import Limits
from services.simulator.twin.clock import clock_text
from services.simulator.twin.day import Day
from services.simulator.twin.record import LEAST_TOLERANCE, EventRecord, Record

_MOST_ALARMS = 20


def report(limits: Limits, day: Day, record: Record, violations: tuple[str, ...]) -> Iterator[str]:
    """Line by line: what was run, each event, heat, alarms, what must not be, the verdict."""
    nominal = sum(load.kw for load in limits.loads)
    pdus = len({load.pdu for load in limits.loads if load.pdu})
    yield (
        f"Rehearsed {clock_text(day.begins_s)} to {clock_text(day.ends_s)}: {len(limits.loads)} loads of {nominal:.0f} kW, "
        f"{pdus} PDUs, {len(limits.fans)} fans, seed {day.seed}."
    )
    if record.events:
        yield (
            f"  in time: at most {record.tolerance_kw:.1f} kW above what is allowed "
            f"(meter_tolerance_percent, at least {100 * LEAST_TOLERANCE:g} % of the loads' kW)"
        )
    for placed in day.faults:
        yield f"  fault: {placed}, {placed.fault.about}"
    for one in record.events:
        yield ""
        yield from _event(one, record.tolerance_kw)
    yield ""
    yield f"Hottest: {_heat(record.hottest_c)} (alarm at {limits.max_temp_c:g} C, trip at {limits.emergency_c:g} C)"
    yield from _alarms(record)
    for text in violations:
        yield f"Must not be: {text}"
    yield verdict(record, violations)


def falls_short(record: Record, violations: tuple[str, ...]) -> bool:
    """Whether any event missed its kW at the deadline, or something came out that must not."""
    return bool(violations) or any(one.excess_kw(record.tolerance_kw) for one in record.events)


def verdict(record: Record, violations: tuple[str, ...]) -> str:
    """The last line."""
    short = [one for one in record.events if one.excess_kw(record.tolerance_kw)]
    if short:
        worst = max(short, key=lambda one: one.excess_kw(record.tolerance_kw))
        groups = ", ".join(f"{one.group} {one.kw:.0f} kW" for one in worst.shortfalls) or "no single group"
        return f"Falls short by {worst.excess_kw(record.tolerance_kw):.0f} kW at the deadline: {groups}."
    if violations:
        return f"Not as it must be: {len(violations)} findings above."
    return "Makes its kW in time." if record.events else "Nothing was asked for; nothing came out that must not."


def _event(one: EventRecord, tolerance_kw: float) -> Iterator[str]:
    at = clock_text(one.event.begins_s + one.deadline_s)
    minutes = f"{one.deadline_s / 60:g} min"
    yield str(one.event)
    yield f"  heard after {one.heard_s:.0f} s" if one.heard_s is not None else "  not heard"
    if one.kw_at_deadline is None:
        yield f"  it ended before its deadline of {minutes}"
    elif excess := one.excess_kw(tolerance_kw):
        kw = f"{one.kw_at_deadline:.0f} kW at {at} where {one.target_kw:.0f} kW are allowed"
        yield f"  FALLS SHORT: {kw}, {excess:.0f} kW too much"
        for short in one.shortfalls:
            yield f"    {short.group}: {short.kw:.0f} kW of {short.loads} loads stay on ({'; '.join(short.why)})"
    else:
        kw = f"{one.kw_at_deadline:.0f} kW at {at}, {minutes} after it began"
        yield f"  in time: {kw}, where {one.target_kw:.0f} kW are allowed"
    yield f"  reached for good after {one.reached_s:.0f} s" if one.reached_s is not None else "  never reached"
    if one.worst_interval is not None:
        began, mean = one.worst_interval
        yield f"  worst settlement interval after the deadline: mean {mean:.0f} kW from {clock_text(began)}"
    yield f"  hottest in it: {_heat(one.hottest_c)}"
    back = f"after {one.restored_s / 60:.0f} min" if one.restored_s is not None else "not by the end"
    yield f"  all load back: {back}"


def _heat(hottest_c: dict[str, float]) -> str:
    return ", ".join(f"{zone} {celsius:.1f} C" for zone, celsius in hottest_c.items()) or "no zone"


def _alarms(record: Record) -> Iterator[str]:
    yield "Alarms:" if record.alarms else "Alarms: none"
    for number, (at, kind, cause) in enumerate(record.alarms.values()):
        if number == _MOST_ALARMS:
            yield f"  and {len(record.alarms) - _MOST_ALARMS} more"
            return
        yield f"  {clock_text(at)} {kind}: {cause}"
