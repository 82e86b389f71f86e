"""A small plant for tests of the core: limits with plain figures, snapshots in one line, a clock that leaps."""

from dataclasses import replace
from typing import Any

from services.controller.core.decide import decide
from services.controller.core.memory import Phase, State
from services.controller.core.moments import Now
from services.controller.core.plant import Fan, Limits, Load, Pace, Source
from services.controller.core.seen import DeviceSeen, FanSeen, LoadSeen, MeterSeen, SignalSeen, Snapshot, TemperatureSeen
from services.controller.core.wanted import Decision
from services.shared.vocabulary import Control, Level, LoadKind, LoadState, OnLoss, PowerState, SensorRole

BOOT = "this-boot"


def moment(mono_s: float, *, boot: str = BOOT, trusted: bool = True) -> Now:
    """A moment; the calendar runs beside the monotonic clock from a fixed day."""
    return Now(mono_s, 1_790_000_000.0 + mono_s, trusted, boot)


def load(index: int, **changes: Any) -> Load:
    """Miner `m-0`, `m-1` and so on: 3 kW, Foreman, outlet of pdu-1."""
    base = Load(f"m-{index}", LoadKind.FOREMAN, "rack-1", "main", 3.0, 5, None, "foreman", "pdu-1", index + 1, False)
    return replace(base, **changes)


def limits(loads: tuple[Load, ...] | None = None, fans: int = 0, **changes: Any) -> Limits:
    """Ten miners of 3 kW behind Foreman and one PDU, one signal, armed; defaults as shipped."""
    loads = tuple(load(i) for i in range(10)) if loads is None else loads
    nominal = sum(one.kw for one in loads)
    base = Limits(
        control=Control.ARMED,
        demo=False,
        loads=loads,
        fans=tuple(Fan(n, "relay-1", True, 120.0 + 10 * n) for n in range(1, fans + 1)),
        sources=(Source("utility", 900.0, OnLoss.CURTAIL),),
        paces={
            "foreman": Pace(1.0, 40, 300.0, retry_s=10.0),
            "pdu-1": Pace(0.5, 1, 10.0),
            "relay-1": Pace(0.05, 1, 10.0, retry_s=1.0),
        },
        device_kinds={"foreman": "foreman", "pdu-1": "snmp_pdu"},
        lost_after_s={"foreman": 300.0, "pdu-1": 120.0},
        curtail_to_kw=0.0,
        hard_cut_on_loss=False,
        pdu_on_curtail="fallback",
        response_deadline_s=600.0,
        thermal_soft_wait_s=60.0,
        release_s=120.0,
        restore_step_kw=max(3.0, nominal / 10),
        restore_step_s=30.0,
        start_grace_s=90.0,
        asleep_watts=200.0,
        meter_tolerance_kw=nominal * 0.07,
        meter_max_age_s=60.0,
        meter_base_kw=0.0,
        site_limit_kw=None,
        max_temp_c=35.0,
        min_temp_c=10.0,
        max_humidity=80.0,
        shed_c=38.0,
        emergency_c=40.0,
        single_sensor_margin_c=1.0,
        temperature_lost_s=600.0,
        temperature_stale_s=120.0,
        zones=frozenset(),
        fan_start_spacing_s=8.0,
        fan_min_on_s=60.0,
        fan_min_off_s=120.0,
        fan_stage_start_c=22.0,
        fan_hysteresis_c=1.0,
        fan_lag_s=300.0,
        fan_min_watts=150.0,
        fan_proof_by_relay=False,
        fan_spin_up_s=30.0,
        fan_watts_max_age_s=60.0,
        fans_on_smoke="",
        keep_order=tuple(sorted(range(len(loads)), key=lambda i: (loads[i].priority, loads[i].efficiency_j_th or 1e9, i))),
    )
    return replace(base, **changes)


def miner(mono_s: float, *, asleep: bool = False, watts: float | None = None, outlet: PowerState = PowerState.ON) -> LoadSeen:
    """A miner read at a moment: hashing at 3,000 W unless told otherwise."""
    state = LoadState.ASLEEP if asleep else LoadState.HASHING
    drawn = (40.0 if asleep else 3000.0) if watts is None else watts
    return LoadSeen(state, mono_s, outlet, mono_s, drawn, mono_s)


def signal(level: Level, mono_s: float | None, **changes: Any) -> SignalSeen:
    """What the utility's page said at a moment."""
    return replace(SignalSeen("utility", level, mono_s, 1_790_000_000.0 + (mono_s or 0.0)), **changes)


def intake(celsius: float | None, mono_s: float, sensor: str = "ra/s1", zone: str = "main") -> TemperatureSeen:
    """An intake temperature."""
    return TemperatureSeen(sensor, zone, SensorRole.INTAKE, celsius, mono_s)


def fan(mono_s: float, watts: float | None = 1500.0, relay: PowerState = PowerState.ON) -> FanSeen:
    """A fan whose relay lets it run, with what it draws."""
    return FanSeen(relay, mono_s, watts, mono_s)


def seen(at: float, site: Limits, *, level: Level | None = Level.NORMAL, loads: Any = None, **changes: Any) -> Snapshot:
    """Everything fresh at a moment: hashing miners, running fans, both devices answering."""
    base = Snapshot(
        signals=(signal(level, at),) if level else (),
        loads=tuple(miner(at) for _ in site.loads) if loads is None else tuple(loads),
        fans=tuple(fan(at) for _ in site.fans),
        devices=(DeviceSeen("foreman", "foreman", at), DeviceSeen("pdu-1", "snmp_pdu", at)),
        volts_good=True,
    )
    return replace(base, **changes)


def pdu_meter(kw: float, mono_s: float) -> MeterSeen:
    """The sum of pdu-1."""
    return MeterSeen("pdu-1", "pdu-1", kw, mono_s)


class Site:
    """A site that is decided for, again and again, on a clock that leaps."""

    def __init__(self, site: Limits | None = None) -> None:
        self.limits = site or limits()
        self.state = State(Phase.STARTING, started=moment(0.0))
        self.decision: Decision | None = None

    def at(self, mono_s: float, snapshot: Snapshot | None = None, **more: Any) -> Decision:
        """Decide at a moment; everything fresh and normal unless told otherwise."""
        self.decision = decide(self.state, snapshot or seen(mono_s, self.limits, **more), self.limits, moment(mono_s))
        self.state = self.decision.state
        return self.decision

    def settle(self, until_s: float = 200.0) -> "Site":
        """Run through the start's grace with everything normal."""
        at = 0.0
        while at < until_s:
            self.at(at)
            at += 10.0
        return self
