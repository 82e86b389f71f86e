"""The states of the gallery in which something is lost or wrong."""

from typing import Any

from services.api import dashboard as d
from services.shared.messages import Limit, OpenAlarm, Trip
from services.shared.vocabulary import AlarmKind, HealthState, Level, Mode, Priority, RuleKind
from tests.end_to_end import page_feed
from tests.end_to_end.page_feed import NOW, SINCE, curtailed, fan, group, headline, load, normal, pdu, sensor, signal

ASKED = "utility signal: Control"
AT_ONCE = {"age_s": 312.0, "stale": True}


def unproven() -> d.Dashboard:
    """Everything was told to sleep; of one hall nothing says that it does."""
    lost = {"state": HealthState.LOST, "reason": "no answer within 2 s", "age_s": 372.0, "lost_since_at": NOW - 372}
    figures = "12 kW of 985 kW still on, 276 kW unknown."
    base = curtailed()
    return base.model_copy(update={
        "headline": headline(
            "Curtailed, unproven since 16:49: utility signal Control.", ASKED, figures=figures, tone="unknown", safe=None,
            todo=("foreman does not answer: check its power and network.",),
        ),
        "load": load(12.0, 0.0, 276.0, ready_kw=0.0),
        "groups": (*base.groups[:2], group("hall-c", 84, 0, 0, unknown=84, measured_kw=None, metered=0, tone="unknown")),
        "pdus": (*base.pdus[:6], *(pdu(f"pdu-{n}", None, 0, 0, 36, reason="no answer within 2 s", tone="unknown", **AT_ONCE)
                                   for n in (7, 8))),
        "devices": tuple(one.model_copy(update=lost) if one.name == "foreman" else one for one in base.devices),
        "missing": ("foreman: no answer for 6 min, 276 kW cannot be confirmed",),
        "alarms": _alarms(_alarm("device_lost_foreman", "foreman has not answered for 6 min.",
                                 "What its miners do is unknown.", "foreman does not answer: check its power and network.")),
    })  # fmt: skip


def tripped() -> d.Dashboard:
    """Too hot at two sensors: everything is off, all fans run, and a person must look."""
    cause = "40.6 °C at Cold aisle east and Cold aisle west"
    do = "Look at the fans of the east wall, then reset the trip."
    base = curtailed()
    return base.model_copy(update={
        "headline": headline("EMERGENCY: the load is being stopped or is stopped.", f"tripped: {cause}", tone="bad", safe=False,
                             curtailed=True, todo=(do,)),
        "mode": Mode.EMERGENCY, "reasons": (cause,), "limited_by": "trip temperature", "signals": (signal(Level.NORMAL),),
        "load": load(12.0, 0.0, 0.0, ready_kw=0.0), "phase": "emergency",
        "temperature": d.TemperatureTile(max_c=40.6, warn_c=35, shed_c=38, emergency_c=40, min_c=10, tone="bad"),
        "sensors": (
            sensor("roomalert-1/sensor-1", "Cold aisle west", 40.2, role="intake", zone="west", tone="bad"),
            sensor("roomalert-1/sensor-2", "Cold aisle east", 40.6, role="intake", zone="east", tone="bad"),
            *base.sensors[2:],
        ),
        "fans": tuple(fan(n, commanded="on", running="on", watts=1400.0 + 7 * n) for n in range(1, 10)), "fan_stage": 9,
        "limits": (Limit(rule="trip", kind=RuleKind.TRIP, scope="site", ceiling_kw=0.0, reason=cause),),
        "trips": (Trip(key="temperature", reason=cause, since_at=SINCE, present="Cold aisle east still has 40.6 °C"),),
        "alarms": _alarms(_alarm("temperature_trip", "Intake temperature above 40 °C on two sensors.", "All miners are stopped.",
                                 do, kind=AlarmKind.EMERGENCY, priority=Priority.HIGH)),
    })  # fmt: skip


def stale() -> d.Dashboard:
    """The collector has been silent for five minutes: nothing is measured any more."""
    base = normal()
    start = (
        "The collector is offline, and nothing is measured: it is started again by itself within 2 min; if not, type "
        '"sudo systemctl restart bitcoin-mine" on the Pi.'
    )
    return base.model_copy(update={
        "headline": headline("No temperature is known. The load may run.", "no rule limits the load", tone="unknown", safe=None,
                             curtailed=False, todo=(start,)),
        "load": load(978.0, 985.0, 0.0).model_copy(update=AT_ONCE),
        "temperature": base.temperature.model_copy(update={"max_c": None, "tone": "unknown"}),
        "humidity": base.humidity.model_copy(update={"max_percent": None, "tone": "unknown"}),
        "sensors": _old(base.sensors), "switches": _old(base.switches, active=None), "signals": _old(base.signals),
        "services": (base.services[0].model_copy(update={"state": "offline"}), *base.services[1:]),
        "devices": tuple(
            one.model_copy(update={"age_s": 312.0, "state": HealthState.LOST, "reason": "the collector is offline"})
            if one.owner == "collector" else one for one in base.devices
        ),
        "missing": ("temperature: no reading for 5 min", "utility: no answer for 5 min"),
        "alarms": _alarms(_alarm("service_collector", "The collector has been offline for 5 min.", "Nothing is known.", start)),
    })  # fmt: skip


def silent() -> d.Dashboard:
    """The controller is gone, and the notifier too: what devices tell the collector is all that is known."""
    base = page_feed.silent()
    gone = ("controller", "notifier")
    why = "the controller is offline"
    return base.model_copy(update={
        "headline": headline("Nothing is known of the site at present.", why, tone="unknown", safe=None, todo=(
            "Check the Pi: is it powered? A controller that ended or hangs is started again by itself within 2 min. If it is "
            'not, type "mine logs" there, which says why, and "sudo systemctl restart bitcoin-mine".',
            "Until it speaks again, look at the fans and miners themselves.",
        )),
        "services": tuple(one.model_copy(update={"state": "offline"}) if one.name in gone else one for one in base.services),
        "devices": tuple(one.model_copy(update={"age_s": 312.0}) if one.owner in gone else one for one in base.devices),
        "pdus": tuple(one.model_copy(update=AT_ONCE | {"tone": "unknown"}) for one in base.pdus), "fan_stage": None,
    })  # fmt: skip


def _old(tiles: tuple[Any, ...], **more: Any) -> tuple[Any, ...]:
    return tuple(one.model_copy(update=AT_ONCE | {"tone": "unknown", "reason": "stale"} | more) for one in tiles)


def _alarm(key: str, cause: str, consequence: str, action: str, **more: Any) -> OpenAlarm:
    base = {"kind": AlarmKind.WARNING, "priority": Priority.MEDIUM, "since_at": NOW - 312} | more
    return OpenAlarm(
        key=key, active=True, cause=cause, consequence=consequence, action=action, ended_at=None, acknowledged_by="",
        receipts=("telegram accepted at 2026-11-22T22:59:00Z (id 7)", "email accepted at 2026-11-22T22:59:02Z (id 8)"), **base,
    )  # fmt: skip


def _alarms(*alarms: OpenAlarm) -> d.AlarmsTile:
    return normal().alarms.model_copy(update={"open": len(alarms), "unacknowledged": len(alarms), "alarms": alarms})
