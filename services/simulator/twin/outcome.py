"""What must come out of the power, by the truth of the plant: kW off in time, each source heard, all load back.

A rule is excused while a fault hinders what it asks; then an alarm must name what is wrong.
"""

from services.controller.core.memory import Cause
from services.controller.core.plant import SITE, Limits, Load
from services.shared.vocabulary import Control
from services.simulator.twin.day import Day, PowerEvent
from services.simulator.twin.faults import ON_ACTS, ON_SENSES, Does, Falls
from services.simulator.twin.moment import Instant, Observer, is_active
from services.simulator.twin.pages import told
from services.simulator.twin.steady import Calm, NotBurning, SameAfterRestart

_ASKS = (Cause.UTILITY, Cause.TRIP, Cause.EMERGENCY, Cause.LIMIT)
_GRACE_S = 90.0  # for the last watts and for the twin's own leaps
_LASTS_S = 120.0
_DOUBTED_S = 2400.0
_DEAF_S = 150.0  # two polls of a signal and a leap
_BACK_SHARE = 0.93  # miners draw 3 % less or more than their nameplate
_QUIET_S = 3600.0
_HOUR_S = 3600.0
_HOT_C = 2.0
_ON_SIGNALS = (Falls.SIGNAL, Falls.LINK, Falls.SENSING)
_ON_CONTACTS = (Falls.FIELD, Falls.MAINS)  # a contact is read by a device of the site


class OffInTime(Observer):
    """After an ask the real kW are within it by the deadline; where a fault hinders that, an alarm stands."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._kw = float("inf")
        self._since_s = self._over_s = 0.0
        self._lacks_paths = not all(_has_path(load, limits) for load in limits.loads)
        self._hindered = self._told = False

    def observe(self, moment: Instant) -> tuple[str, ...]:
        """Compare the lowest ceiling of the site with what the loads really draw."""
        asks = [c.kw for c in moment.step.decision.ceilings if c.scope == SITE and c.cause in _ASKS]
        kw = min(asks, default=float("inf"))
        if kw < self._kw - 1e-6:
            self._since_s, self._hindered, self._told = moment.sim_s, self._lacks_paths, False
        self._kw = kw
        self._hindered |= is_active(moment, ON_ACTS + ON_SENSES)
        limits = self._limits
        excess = moment.real_kw - kw - max(limits.meter_tolerance_kw, 0.03 * limits_kw(limits))
        is_early = moment.restarted or moment.sim_s < self._since_s + limits.response_deadline_s + _GRACE_S
        if excess <= 0 or is_early:
            self._over_s = moment.sim_s
        if self._told or moment.sim_s - self._over_s < _LASTS_S:
            return ()
        alarms = [one.key for one in moment.step.decision.alarms if not one.key.startswith("signal_")]
        if self._hindered and alarms:
            return ()
        self._told = True
        why = "and no alarm names it" if self._hindered else "and no fault explains it"
        return (f"{moment.real_kw:.1f} kW draw past the deadline where {kw:.1f} kW are allowed, {why}",)


def _has_path(load: Load, limits: Limits) -> bool:
    """Whether a load may be taken off at all; one that may not hinders like a fault, and must be named like one."""
    return bool(load.soft_device) or (load.has_outlet and limits.pdu_on_curtail != "never")


class Heard(Observer):
    """A source that plainly asks for control is obeyed within two polls."""

    def __init__(self, day: Day) -> None:
        self._day = day
        self._doubted_s = float("-inf")
        self._since_s: dict[str, float] = {}

    def observe(self, moment: Instant) -> tuple[str, ...]:
        """Compare what each source says with the ceilings."""
        wrong = []
        for event in self._day.events:
            says, _ = told(self._day, event.source, moment.sim_s)
            plainly = (
                says is event and event.level.curtails and moment.sim_s >= event.begins_s and not self._excused(event, moment)
            )
            since = self._since_s.setdefault(str(event), moment.sim_s) if plainly else self._since_s.pop(str(event), moment.sim_s)
            if not plainly or moment.sim_s - since < _DEAF_S:
                continue
            lost = f"signal {event.source} lost"
            is_obeyed = any(
                c.cause is Cause.UTILITY or c.rule == lost or c.kw <= (event.target_kw or 0.0)
                for c in moment.step.decision.ceilings
            )
            if not is_obeyed and not _takes_nothing(event, moment):
                wrong.append(f"source {event.source} says {event.level.value} and nothing limits the load")
                self._since_s[str(event)] = moment.sim_s + _HOUR_S
        return tuple(wrong)

    def _excused(self, event: PowerEvent, moment: Instant) -> bool:
        """While it cannot be heard, and while a calendar that was set by weeks is not yet believed again."""
        if any(one.fault.does in (Does.CLOCK_STEPS, Does.CLOCK_1970) for one in moment.trouble.active):
            self._doubted_s = moment.sim_s
        by_contact = any(source.name == event.source and source.contact for source in moment.step.limits.sources)
        falls = _ON_SIGNALS + (_ON_CONTACTS if by_contact else ())
        return is_active(moment, falls) or moment.sim_s - self._doubted_s < _DOUBTED_S


def _takes_nothing(event: PowerEvent, moment: Instant) -> bool:
    """An ask that takes nothing away binds nothing; a small drop from what was measured may lie above the nameplates."""
    nominal = limits_kw(moment.step.limits)
    if event.drop_kw is not None:
        return event.drop_kw <= 0.05 * nominal
    return event.target_kw is not None and event.target_kw >= nominal - 1e-6


class AllBack(Observer):
    """An hour after the last fault and the last event all load runs again, as far as heat and air allow."""

    def __init__(self, day: Day) -> None:
        ends = [event.ends_s for event in day.events] + [placed.ends_s for placed in day.faults]
        self._clear_s = max(ends, default=day.begins_s)

    def end(self, moment: Instant) -> tuple[str, ...]:
        """Compare what runs with what should."""
        decision, nominal = moment.step.decision, limits_kw(moment.step.limits)
        if any(c.cause is Cause.LIMIT for c in decision.ceilings):
            nominal = decision.load.target_kw  # a breaker's limit is always there
        if moment.sim_s - self._clear_s < _QUIET_S or moment.real_kw >= _BACK_SHARE * nominal:
            return ()
        if max(moment.zones_c.values()) > moment.step.limits.max_temp_c - _HOT_C:
            return ()
        minutes = (moment.sim_s - self._clear_s) / 60
        reasons = "; ".join(decision.reasons[:3])
        return (f"{moment.real_kw:.1f} of {nominal:.1f} kW run {minutes:.0f} min after all is well: {reasons}",)


def limits_kw(limits: Limits) -> float:
    """What all loads draw by their nameplates, kW."""
    return sum(load.kw for load in limits.loads)


def outcomes(limits: Limits, day: Day) -> tuple[Observer, ...]:
    """Every rule of what must come out, for an armed site; a site that only observes promises nothing."""
    if limits.control is not Control.ARMED:
        return ()
    return OffInTime(limits), Heard(day), NotBurning(limits), AllBack(day), Calm(limits), SameAfterRestart()
