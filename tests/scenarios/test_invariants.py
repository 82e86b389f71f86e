"""What must hold whatever comes: random sequences of levels, losses, heat, requests, restarts on the small plant."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.controller.core import holds
from services.controller.core.banks import banks_of
from services.controller.core.decide import decide
from services.controller.core.memory import Cause, Hold, Phase, State
from services.controller.core.orders import LedgerView, Sent, path_of
from services.controller.core.plant import Source
from services.controller.core.reconcile import reconcile
from services.controller.core.seen import DeviceSeen, LoadSeen, SwitchSeen
from services.controller.core.stamps import resume
from services.shared.vocabulary import LeaseKind, Level, LoadKind, LoadTarget, OnLoss, PowerState, Proof, SwitchRole
from tests.plant import fan, intake, limits, load, miner, moment, pdu_meter, seen, signal

_STATE = TypeAdapter(State)
LOADS = (
    *(load(i) for i in range(4)),
    load(4, protected=True),
    load(5, pdu="", outlet=None),
    load(6, kind=LoadKind.OUTLET, soft_device="", priority=8),
    load(7, priority=1, efficiency_j_th=18.0),
)

steps = st.lists(
    st.fixed_dictionaries(
        {
            "for_s": st.sampled_from([1.0, 7.0, 31.0, 61.0, 130.0, 400.0, 1000.0]),
            "level": st.sampled_from([*Level, None]),
            "target_kw": st.sampled_from([None, None, 0.0, 9.0, 21.0]),
            "watts": st.sampled_from(["obey", "obey", "obey", "stay", "none", "old"]),
            "meter": st.sampled_from([None, 0.2, 12.0, 24.0]),
            "celsius": st.sampled_from([12.0, 25.0, 25.0, 36.0, 38.4, 39.5, 41.0, None]),
            "fan_watts": st.sampled_from([1500.0, 1500.0, 1500.0, 0.0, None]),
            "volts": st.sampled_from([True, True, True, False, None]),
            "smoke": st.sampled_from([False, False, False, False, True]),
            "devices": st.booleans(),
            "request": st.sampled_from(["", "", "", "", "stop", "reset", "sleep", "control", "lock", "restart", "reboot"]),
        }
    ),
    min_size=1,
    max_size=14,
)


class Plant:
    """Loads that do what the last targets said, or not; a clock that leaps; the orders' memory."""

    def __init__(self, site):
        self.limits = site
        self.mono_s, self.boot = 0.0, "boot-0"
        self.state = State(Phase.STARTING, started=self.now())
        self.previous = None
        self.running = [True] * len(site.loads)
        self.heard = None
        self.last = {}

    def now(self):
        return moment(self.mono_s, boot=self.boot)

    def snapshot(self, step):
        at = self.mono_s
        if step["level"] is not None and step["level"] is not Level.UNKNOWN:
            self.heard = signal(step["level"], at, target_kw=step["target_kw"])
        loads = [self._load(i, step, at) for i in range(len(self.limits.loads))]
        celsius = step["celsius"]
        return seen(
            at,
            self.limits,
            level=None,
            signals=(self.heard,) if self.heard else (),
            loads=loads,
            fans=tuple(fan(at, step["fan_watts"]) for _ in self.limits.fans),
            temperatures=(intake(celsius, at, "ra/s1"), intake(celsius, at, "ra/s2")),
            switches=(SwitchSeen("hall", SwitchRole.SMOKE, step["smoke"], at),),
            meters=() if step["meter"] is None else (pdu_meter(step["meter"], at),),
            devices=(
                DeviceSeen("foreman", "foreman", at if step["devices"] else None),
                DeviceSeen("pdu-1", "snmp_pdu", at if step["devices"] else None),
            ),
            volts_good=step["volts"],
        )

    def _load(self, index, step, at):
        runs = self.running[index]
        if step["watts"] == "none":
            return LoadSeen()
        if step["watts"] == "old":
            return miner(at - 500.0, asleep=not runs)
        return miner(at, asleep=not runs, watts=3000.0 if step["watts"] == "stay" else None)

    def ask(self, step, snapshot):
        verb, now = step["request"], self.now()
        try:
            if verb == "stop":
                self.state = holds.stop(self.state, "op", "", now)
            elif verb == "reset" and self.state.trips:
                self.state = holds.reset(self.state, self.state.trips[0].key, snapshot, self.limits, now)
            elif verb == "sleep":
                hold = Hold("a", LeaseKind.MINERS, "op", "", now, 300.0, action="sleep", members=("m-0",))
                self.state = holds.grant(self.state, hold, self.limits)
            elif verb == "control":
                hold = Hold("b", LeaseKind.POWER_SIGNAL, "op", "", now, 300.0, level=Level.CONTROL)
                self.state = holds.grant(self.state, hold, self.limits)
            elif verb == "lock":
                self.state = holds.lock_out(self.state, "fan-1", "op", "", self.limits, now)
        except holds.HoldRefused as refusal:
            assert str(refusal)
        if verb in ("restart", "reboot"):
            self.boot = f"{self.boot}x" if verb == "reboot" else self.boot
            self.mono_s = 3.0 if verb == "reboot" else self.mono_s
            self.heard = None if verb == "reboot" else self.heard
            self.last = {}
            self.state = resume(self.state, self.now())
        return verb in ("restart", "reboot")

    def obey(self, decision):
        for index, target in enumerate(decision.targets.loads):
            self.running[index] = target is LoadTarget.RUN
        self.state, self.previous = decision.state, decision


def orders_of(plant, decision, snapshot):
    orders, due = reconcile(decision.targets, snapshot, LedgerView(dict(plant.last)), plant.limits, plant.now())
    assert due >= plant.mono_s
    for order in orders:
        plant.last[order.target, path_of(order.act)] = Sent(order, plant.mono_s, done=True)
    return orders


def drive(site, sequence):
    """Every decision of a sequence, with what came before it; two cycles per step, the second a second later."""
    plant = Plant(site)
    for step in sequence:
        plant.mono_s += step["for_s"]
        for asks in (True, False):
            snapshot = plant.snapshot(step)
            if asks and plant.ask(step, snapshot):
                snapshot = plant.snapshot(step)
            began, previous = plant.state, plant.previous
            decision = decide(plant.state, snapshot, plant.limits, plant.now())
            orders = orders_of(plant, decision, snapshot)
            plant.obey(decision)
            yield plant, began, previous, decision, orders
            plant.mono_s += 1.0


def raised(previous, decision):
    pairs = zip(previous.targets.loads, decision.targets.loads, strict=True)
    return {index for index, (before, after) in enumerate(pairs) if before is not LoadTarget.RUN and after is LoadTarget.RUN}


def _is_adopting(previous):
    """Before the first adoption only what already runs is wanted to run: see the test of the first decisions."""
    return previous is None or previous.state.setpoint_kw is None


def opened(previous, decision):
    before = previous.targets.loads if previous else (LoadTarget.RUN,) * len(decision.targets.loads)
    pairs = enumerate(zip(before, decision.targets.loads, strict=True))
    return {index for index, (old, new) in pairs if old is not LoadTarget.OFF and new is LoadTarget.OFF}


@settings(derandomize=True, max_examples=120, deadline=None)
@given(steps)
def test_every_decision_has_its_reason_its_shape_and_survives_the_ledger(sequence):
    for plant, _, _, decision, orders in drive(limits(LOADS, fans=3), sequence):
        assert decision.reasons and all(decision.reasons) and decision.limited_by
        assert len(decision.targets.loads) == len(plant.limits.loads)
        assert len(decision.targets.fans) == len(decision.fans) == len(plant.limits.fans)
        assert decision.load.setpoint_kw <= decision.load.target_kw + 1e-6
        assert decision.next_due > plant.mono_s
        assert decision.state.mode_since is not None
        assert _STATE.validate_json(_STATE.dump_json(decision.state)) == decision.state
        assert len({(order.target, path_of(order.act)) for order in orders}) == len(orders)
        assert decide(decision.state, plant.snapshot(sequence[-1]), plant.limits, plant.now()).reasons


@settings(derandomize=True, max_examples=150, deadline=None)
@given(steps)
def test_nothing_is_raised_under_a_full_control_a_trip_or_unproven_air(sequence):
    for plant, _, previous, decision, _ in drive(limits(LOADS, fans=3), sequence):
        if _is_adopting(previous) or not (up := raised(previous, decision)):
            continue
        asked = [one for one in decision.signals if one.effective.curtails and one.target_kw in (None, 0.0)]
        assert not asked, f"raised {up} while {asked}"
        assert not decision.state.trips, f"raised {up} while {decision.state.trips}"
        proven = sum(one.proof is Proof.PROVEN and not one.locked_out for one in decision.fans)
        carried = banks_of(plant.limits)[0].carries_kw(proven)
        more = decision.load.setpoint_kw > previous.load.setpoint_kw + 1e-6
        assert not more or decision.load.setpoint_kw <= carried + 1e-6, f"raised {up} on {proven} proven fans"


@settings(derandomize=True, max_examples=120, deadline=None)
@given(steps)
def test_load_returns_by_at_most_one_stage_at_a_time(sequence):
    for plant, _, previous, decision, _ in drive(limits(LOADS, fans=3), sequence):
        if not _is_adopting(previous):
            assert decision.load.setpoint_kw <= previous.load.setpoint_kw + plant.limits.restore_step_kw + 1e-6


@settings(derandomize=True, max_examples=120, deadline=None)
@given(steps, st.sampled_from(["fallback", "always", "never"]))
def test_an_outlet_opens_only_where_and_when_it_may(sequence, on_curtail):
    site = replace(limits(LOADS, fans=3), pdu_on_curtail=on_curtail)
    for plant, _, previous, decision, orders in drive(site, sequence):
        for index, target in enumerate(decision.targets.loads):
            assert target is not LoadTarget.OFF or plant.limits.loads[index].has_outlet
        protected = {one.name for one in plant.limits.loads if not one.has_outlet}
        assert not [order for order in orders if order.act.value.startswith("outlet") and order.target in protected]
        causes = {ceiling.cause for ceiling in decision.ceilings}
        if not causes - {Cause.SIGNAL_LOST, Cause.THERMAL, Cause.NONE}:
            assert not opened(previous, decision), f"outlets open for {causes}"


@settings(derandomize=True, max_examples=60, deadline=None)
@given(steps)
def test_the_first_decisions_adopt_the_loads_and_wake_nobody(sequence):
    site = limits(LOADS, fans=3, sources=(Source("utility", 900.0, OnLoss.CURTAIL),))
    plant = Plant(site)
    plant.running = [False, True] * 4
    for step in sequence:
        plant.mono_s += min(step["for_s"], 80.0 / len(sequence))
        snapshot = plant.snapshot({**step, "watts": "obey"})
        decision = decide(plant.state, snapshot, site, plant.now())
        assert not [i for i, target in enumerate(decision.targets.loads) if target is LoadTarget.RUN and not plant.running[i]]
        plant.state = decision.state


@settings(derandomize=True, max_examples=60, deadline=None)
@given(steps)
def test_at_least_one_fan_is_wanted_while_load_is_on_and_starts_are_spaced(sequence):
    start_s = None
    for plant, _, previous, decision, _ in drive(limits(LOADS, fans=3), sequence):
        locked = sum(one.locked_out for one in decision.fans)
        if decision.load.setpoint_kw > 0 and locked < 3:
            assert PowerState.ON in decision.targets.fans
        if previous is not None:
            pairs = zip(previous.targets.fans, decision.targets.fans, strict=True)
            starts = sum(before is PowerState.OFF and after is PowerState.ON for before, after in pairs)
            assert starts <= 1
            if starts and start_s is not None and plant.mono_s > start_s:
                assert plant.mono_s - start_s >= plant.limits.fan_start_spacing_s
            start_s = plant.mono_s if starts else start_s
