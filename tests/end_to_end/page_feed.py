"""Canned feeds for the page, built with the service's own model so that they cannot drift from it."""

from typing import Any

from services.api import dashboard as d
from services.api.history.commands import CommandRow, CommandTruth, Failure
from services.shared.messages import ChannelHealth, Drill, Lease, Limit, OpenAlarm, Trip
from services.shared.vocabulary import (
    AlarmKind,
    Control,
    FanState,
    HealthState,
    LeaseKind,
    Level,
    LoadTarget,
    Mode,
    PowerState,
    Priority,
    Proof,
    RuleKind,
    SwitchRole,
)

NOW = 1_795_388_640.0
SINCE = NOW - 900
FRESH = {"age_s": 3.0, "stale": False, "stale_after_s": 60.0}
STALE = {"age_s": 310.0, "stale": True, "stale_after_s": 60.0}


def headline(brief: str, *why: str, figures: str = "", **more: Any) -> d.Headline:
    """Where there are figures, the sentence tells the first reason and since when."""
    base = {"tone": "good", "safe": True, "curtailed": None, "back_at": None, "todo": ()}
    told = {"sentence": f"{brief} {figures}".strip(), "tells_since": bool(figures), "more": why[1:] if figures else why}
    return d.Headline(brief=brief, why=why, **base | told | more)


def sensor(name: str, label: str, value: float | None, unit: str = "Cel", **more: Any) -> d.SensorTile:
    base = {"zone": "main", "role": "", "reason": "", "measured_at": NOW - 3, "forced": False, "tone": "good"} | FRESH
    return d.SensorTile(name=name, label=label, value=value, unit=unit, **base | more)


def fan(number: int, **more: Any) -> d.FanTile:
    on = number <= 4
    power = PowerState.ON if on else PowerState.OFF
    base = {
        "commanded": power, "running": power, "proven": Proof.PROVEN, "watts": 1400.0 + 7 * number if on else 0.0,
        "hours": 1200.5 + 100 * number, "locked_out": False, "reason": "", "tone": "good",
        "state": FanState.ORDERED if on or more.get("commanded") == PowerState.ON else FanState.RESTING,
    } | FRESH  # fmt: skip
    return d.FanTile(number=number, **base | more)


def group(name: str, members: int, hashing: int, asleep: int, **more: Any) -> d.GroupTile:
    base = {
        "waking": 0, "unknown": 0, "outlets_off": 0, "target": LoadTarget.RUN if hashing else LoadTarget.SLEEP,
        "measured_kw": round(3.25 * hashing + 0.03 * asleep, 1), "metered": members, "tone": "good",
    } | more  # fmt: skip
    letters = "h" * hashing + "w" * base["waking"] + "a" * asleep + "o" * base["outlets_off"] + "u" * base["unknown"]
    return d.GroupTile(name=name, members=members, hashing=hashing, asleep=asleep, **{"states": letters} | base)


def pdu(name: str, kw: float | None, on: int, off: int = 0, unknown: int = 0, **more: Any) -> d.PduTile:
    outlets = {"outlets_on": on, "outlets_off": off, "outlets_unknown": unknown}
    return d.PduTile(name=name, kw=kw, **{"limit_kw": None, "reason": "", "tone": "good"} | outlets | FRESH | more)


def device(name: str, kind: str, owner: str = "collector", **more: Any) -> d.DeviceTile:
    base = {"state": HealthState.OK, "reason": "", "age_s": 3.0, "lost_since_at": None}
    return d.DeviceTile(name=name, kind=kind, owner=owner, **base | more)


def service(name: str, state: str = "online") -> d.ServiceTile:
    return d.ServiceTile(name=name, state=state, version="0.1.0", since_at=NOW - 86_400)


def contact(name: str, label: str, role: SwitchRole, active: bool | None = False, **more: Any) -> d.SwitchTile:
    return d.SwitchTile(name=name, label=label, role=role, active=active, **{"reason": "", "tone": "good"} | FRESH | more)


def channel(name: str) -> ChannelHealth:
    return ChannelHealth(name=name, state=HealthState.OK, reason="", waiting=0, last_delivered_at=NOW - 1200, tested_at=NOW - 600)


def signal(level: Level, **more: Any) -> d.SignalTile:
    base = {
        "effective": level, "target_kw": None, "event_id": "", "from_at": None, "until_at": None,
        "observed_at": NOW - 3, "commissioned": True, "in_service": True, "reason": "",
        "raw_text": level.value, "tone": "warning" if level.curtails else "good",
    } | FRESH  # fmt: skip
    return d.SignalTile(name="utility", level=level, **base | more)


def load(measured_kw: float, target_kw: float, unknown_kw: float, **more: Any) -> d.LoadTile:
    base = {
        "setpoint_kw": target_kw, "nominal_kw": 985.0, "ready_kw": measured_kw, "interval_kw": None, "interval_limit_kw": None,
        "interval_minutes": 15.0,
    } | FRESH  # fmt: skip
    return d.LoadTile(measured_kw=measured_kw, target_kw=target_kw, unknown_kw=unknown_kw, **base | more)


def normal() -> d.Dashboard:
    """Everything as it should be."""
    return d.Dashboard(
        time=NOW, clock_trusted=True, timezone="America/Chicago", simulated=False, site="humboldt-1", version="0.1.0",
        broker_connected=True,
        headline=headline("Safe. The load may run.", "no rule limits the load", curtailed=False),
        mode=Mode.NORMAL, since_at=SINCE, control=Control.ARMED, phase="run", reasons=("no rule limits the load",), limited_by="",
        state_age_s=0.4, state_stale=False, forced=False, signals=(signal(Level.NORMAL),),
        load=load(978.0, 985.0, 0.0, ready_kw=960.0),
        temperature=d.TemperatureTile(max_c=29.4, warn_c=35, shed_c=38, emergency_c=40, min_c=10, tone="good"),
        humidity=d.HumidityTile(max_percent=41.0, limit_percent=80.0, tone="good"),
        sensors=(
            sensor("roomalert-1/sensor-1", "Cold aisle west", 28.25, role="intake", zone="west"),
            sensor("roomalert-1/sensor-2", "Cold aisle east", 29.4, role="intake", zone="east"),
            sensor("roomalert-1/sensor-3", "Hot aisle", 44.1, role="exhaust"),
            sensor("roomalert-1/sensor-1-humidity", "Cold aisle west", 41.0, "%RH", zone="west"),
            sensor("iotawatt-1/voltage", "voltage", 121.6, "V", zone=""),
        ),
        switches=(
            contact("roomalert-1/switch-1", "Utility relay", SwitchRole.UTILITY),
            contact("roomalert-1/switch-2", "Door", SwitchRole.DOOR),
            contact("roomalert-1/switch-3", "Flood", SwitchRole.FLOOD),
            contact("roomalert-1/switch-4", "Smoke", SwitchRole.SMOKE),
        ),
        fan_stage=4, fans=tuple(fan(number) for number in range(1, 10)),
        groups=(group("hall-a", 108, 108, 0), group("hall-b", 108, 108, 0), group("hall-c", 84, 84, 0)),
        pdus=(pdu("pdu-1", 117.6, 36, limit_kw=140.0), *(pdu(f"pdu-{n}", 117.0 + n, 36) for n in range(2, 9))),
        limits=(), leases=(), lockouts=(), trips=(), would_do=(), missing=(),
        drills=(
            Drill(device="pdu-1", at=SINCE, proven=True, seconds=12.0, how="outlet 24"),
            *(Drill(device=name, at=None, proven=False, seconds=None, how="") for name in ("foreman", "relay-1")),
        ),
        alarms=d.AlarmsTile(known=True, open=0, unacknowledged=0, alarms=(), channels=(channel("telegram"), channel("email"))),
        services=tuple(service(name) for name in ("collector", "controller", "notifier", "api")),
        devices=(
            device("utility", "signal"), device("roomalert-1", "room_alert"), device("iotawatt-1", "iotawatt"),
            device("foreman", "foreman", "controller", age_s=11.0), device("pdu-1", "snmp_pdu", "controller"),
            device("relay-1", "modbus_fans", "controller"),
        ),
        history=d.HistoryTile(ok=True, reason=""),
    )  # fmt: skip


def silent() -> d.Dashboard:
    """The controller and the notifier say nothing."""
    quiet = normal()
    nothing = dict.fromkeys(d.LoadTile.model_fields) | {"stale": True, "stale_after_s": 60, "interval_minutes": 15}
    return quiet.model_copy(update={
        "headline": headline("Nothing is known of the site at present.", tone="unknown", safe=None),
        "state_stale": True, "mode": None, "since_at": None, "control": None, "limited_by": None, "forced": None,
        "fans": (), "groups": (), "load": d.LoadTile(**nothing),
        "alarms": quiet.alarms.model_copy(update={"known": False, "open": None, "unacknowledged": None}),
    })  # fmt: skip


def announced() -> d.Dashboard:
    """The load may run still; the utility has told when it will not."""
    event = {"effective": Level.ALERT, "target_kw": 400.0, "event_id": "e-7", "from_at": NOW + 3600, "until_at": NOW + 18_000}
    return normal().model_copy(update={"signals": (signal(Level.CONTROL, **event),)})


def curtailed() -> d.Dashboard:
    """The utility asked, and the load is off and proven."""
    why = ("utility signal: Control",)
    figures = "12 kW of 985 kW still on, within the meter's tolerance of 20 kW, 0 kW unknown. Back at the earliest 18:49."
    return normal().model_copy(update={
        "headline": headline("Safe. Curtailed since 16:49: utility signal Control.", *why, figures=figures, curtailed=True,
                             tolerance_kw=20.0, back_at=SINCE + 7_200),
        "mode": Mode.CURTAILED, "reasons": why, "limited_by": "signal utility", "phase": "curtailed",
        "signals": (signal(Level.CONTROL, target_kw=0.0, raw_text="Full Load Control"),),
        "load": load(12.0, 0.0, 0.0, ready_kw=0.0, interval_kw=8.5, interval_limit_kw=15.0, interval_ends_at=NOW + 420),
        "groups": (group("hall-a", 108, 0, 108), group("hall-b", 108, 0, 108), group("hall-c", 84, 0, 84)),
        "pdus": (pdu("pdu-1", 1.1, 36, limit_kw=140.0), *(pdu(f"pdu-{n}", 1.1, 36) for n in range(2, 9))),
        "limits": (Limit(rule="signal utility", kind=RuleKind.SIGNAL, scope="site", ceiling_kw=0.0, reason=why[0]),),
    })  # fmt: skip


def trouble() -> d.Dashboard:
    """Much at once: a stale sensor, unknown load, a disproved fan, a lost PDU, a trip, a forced value."""
    why = ("tripped: 40.6 °C at Cold aisle east and Cold aisle west", "pdu-2 does not answer: its load counts as still on")
    todo = ("Look at the fans of the east wall, then reset the trip.", "pdu-2 does not answer: check its power and network.")
    alarm = OpenAlarm(
        key="temperature_trip", kind=AlarmKind.EMERGENCY, active=True, cause="Intake temperature above 40 °C on two sensors",
        consequence="All miners are stopped", action="Look at the fans of the east wall, then reset the trip.", since_at=SINCE,
        ended_at=None, acknowledged_by="", priority=Priority.HIGH, escalated=2,
        receipts=tuple(f"{way} accepted at 2026-11-22T23:04:00Z (id 0)" for way in ("telegram", "email", "sms")),
    )  # fmt: skip
    warned = alarm.model_copy(update={
        "key": "fan_3", "kind": AlarmKind.WARNING, "cause": "Fan 3 draws 12 W while its relay lets current through",
        "action": "Check the breaker and the belt of fan 3.", "acknowledged_by": "Ruth", "priority": Priority.LOW,
        "state": "acknowledged", "acknowledged_until_at": NOW + 3_600, "escalated": 0,
        "receipts": ("telegram refused at 2026-11-22T22:58:00Z (no route)",),
    })  # fmt: skip
    over = tuple(
        warned.model_copy(update={"key": f"door_{i}", "active": False, "cause": f"Door {i} was open.", "ended_at": SINCE + i})
        for i in range(5)
    )
    aside = warned.model_copy(update={
        "key": "door", "state": "shelved", "cause": "The door is open.", "acknowledged_by": "", "shelved_by": "Ben",
        "shelved_until_at": NOW + 1_800, "receipts": (),
    })  # fmt: skip
    base = curtailed()
    disproved = fan(3, proven=Proof.DISPROVED, watts=12.0, tone="bad", reason="12 W for 40 s, learnt 1421 W")
    unproven = fan(4, proven=Proof.UNPROVEN, tone="warning", reason="its watts are old", **STALE)
    lost = fan(7, running=PowerState.UNKNOWN, proven=Proof.UNPROVEN, watts=None, age_s=None, stale=True, tone="unknown")
    special = {3: disproved, 4: unproven, 7: lost}
    unplugged = {"reason": "no sensor is plugged in", "age_s": None, "stale": True}
    silent = {"state": HealthState.LOST, "reason": "no answer within 2 s", "age_s": 372.0, "lost_since_at": NOW - 372}
    lease = Lease(
        id="l1", kind=LeaseKind.TEMPERATURE, owner="Ruth", reason="drill", from_at=SINCE, until_at=NOW + 900, payload="{}"
    )
    return base.model_copy(update={
        "headline": headline("EMERGENCY: the load is being stopped or is stopped.", *why, tone="bad", safe=False, todo=todo),
        "mode": Mode.EMERGENCY, "reasons": why, "limited_by": "trip temperature", "forced": True, "leases": (lease,),
        "load": load(131.0, 0.0, 117.0),
        "temperature": d.TemperatureTile(max_c=40.6, warn_c=35, shed_c=38, emergency_c=40, min_c=10, tone="bad"),
        "humidity": d.HumidityTile(max_percent=None, limit_percent=80.0, tone="unknown"),
        "sensors": (
            sensor("roomalert-1/sensor-1", "Cold aisle west", 40.2, role="intake", zone="west", tone="bad", forced=True),
            sensor("roomalert-1/sensor-2", "Cold aisle east", 40.6, role="intake", zone="east", tone="bad"),
            sensor("roomalert-1/sensor-3", "Hot aisle", 44.1, role="exhaust", tone="unknown", **STALE),
            sensor("roomalert-1/sensor-1-humidity", "Cold aisle west", None, "%RH", zone="west", tone="unknown", **unplugged),
        ),
        "switches": (
            contact("roomalert-1/switch-2", "Door", SwitchRole.DOOR, True, tone="warning"),
            contact("roomalert-1/switch-4", "Smoke", SwitchRole.SMOKE, None, tone="unknown", reason="switched off in the unit"),
        ),
        "fans": tuple(special.get(number, fan(number)) for number in range(1, 10)), "fan_stage": 9,
        "groups": (group("hall-a", 108, 0, 108), group("hall-b", 108, 4, 96, unknown=6, waking=2, tone="unknown"),
                   group("hall-c", 84, 0, 54, unknown=18, measured_kw=None, metered=0, outlets_off=12, tone="unknown")),
        "pdus": (base.pdus[0], pdu("pdu-2", 1.1, 0, 0, 36, reason="no answer within 2 s", tone="unknown", **STALE),
                 *base.pdus[2:]),
        "trips": (Trip(key="temperature", reason="40.6 °C at Cold aisle east and Cold aisle west", since_at=SINCE),),
        "missing": ("pdu-2: no answer for 6 min, 117 kW cannot be confirmed", "fan 7: its relay is unknown"),
        "alarms": base.alarms.model_copy(update={"open": 3, "unacknowledged": 1, "alarms": (aside, warned, alarm, *over)}),
        "devices": (*base.devices, device("pdu-2", "snmp_pdu", "controller", **silent)),
        "services": (*base.services[:2], service("notifier", "offline"), base.services[3]),
        "clock_trusted": False,
    })  # fmt: skip


def command(device: str, act: str, sent: int, **more: Any) -> CommandRow:
    """How some commands fared in the last day."""
    base = {
        "since": "2026-11-21T23:04:00.000Z", "until": "2026-11-22T23:04:00.000Z", "acknowledged": sent, "confirmed": sent,
        "refused": 0, "failed": 0, "expired": 0, "superseded": 0, "open": 0, "oldest_open_at": None, "renewals_failed": 0,
        "share_confirmed": 1.0,
        "p50_s": 11.4, "p95_s": 48.0, "max_s": 61.0, "acknowledged_p50_s": 0.4, "acknowledged_p95_s": 0.9, "last_failure": None,
    }  # fmt: skip
    return CommandRow(device=device, act=act, sent=sent, **base | more)


def commands() -> CommandTruth:
    """A day with one curtailment, and a PDU that does not do what it says."""
    words = "outlet 7 still draws 3.2 kW after 60 s"
    failure = Failure(at="2026-11-22T22:58:00.000Z", target="miner-107", phase="expired", words=words)
    some = {"confirmed": 9, "expired": 2, "open": 1, "share_confirmed": 9 / 11, "last_failure": failure}
    rows = (
        command("foreman", "sleep", 300),
        command("pdu-1", "outlet_off", 12, **some),
        command("relay-1", "fan_on", 4, p50_s=2.5),
    )
    return CommandTruth(since=rows[0].since, until=rows[0].until, truncated=False, rows=rows)
