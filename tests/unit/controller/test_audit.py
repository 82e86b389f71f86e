"""What ends or begins without anybody asking is found in the audit."""

from dataclasses import replace

from services.controller.audit import Turns, by_itself, by_restart
from services.controller.core.memory import Drilled, Hold, Phase, SourceMemory, State, Trip
from services.controller.core.stamps import resume
from services.controller.core.wanted import Ceiling
from services.shared.vocabulary import LeaseKind, Level, Mode, RuleKind
from tests.plant import Site, limits, moment, seen

STATE = State(Phase.FREE, started=moment(0.0))
LEASE = Hold("l-1", LeaseKind.MINERS, "anna", "noise", moment(10.0), 60.0, action="wake", members=("m-1",))


def titles(events):
    return [event.title for event in events]


def test_a_lease_that_ends_by_time_is_told_with_its_owner():
    (told,) = by_itself(replace(STATE, holds=(LEASE,)), STATE, moment(70.0))
    assert told.title == "lease miners of anna ended: its time is over"
    assert (told.kind, told.who, told.reasons) == ("audit", "anna", ("noise",))


def test_a_lease_that_goes_on_is_not_told():
    assert not titles(by_itself(replace(STATE, holds=(LEASE,)), replace(STATE, holds=(LEASE,)), moment(20.0)))


def test_a_lease_that_a_new_boot_ends_is_told_and_one_that_goes_on_is_not():
    sleep = replace(LEASE, id="l-2", action="sleep")
    stored = replace(STATE, holds=(LEASE, sleep))
    now = moment(20.0, boot="next")
    assert titles(by_restart(stored, resume(stored, now), now)) == [
        "lease miners of anna ended: the computer has restarted, and it would raise load"
    ]
    assert not titles(by_restart(stored, resume(stored, moment(20.0)), moment(20.0)))


def test_a_trip_is_told_when_it_latches_and_not_again():
    tripped = replace(STATE, trips=(Trip("temperature main", "41 C", moment(5.0)),))
    assert titles(by_itself(STATE, tripped, moment(5.0))) == ["trip temperature main latched: 41 C"]
    assert not titles(by_itself(tripped, tripped, moment(6.0)))


def test_a_source_whose_time_out_of_service_is_over_is_told():
    source = SourceMemory("utility", Level.NORMAL, None, None, None, out_until=moment(60.0), out_by="anna: false stop")
    out, back = replace(STATE, sources=(source,)), replace(STATE, sources=(replace(source, out_until=None, out_by=""),))
    (told,) = by_itself(out, back, moment(60.0))
    assert told.title == "source utility is in service again: its time out is over" and told.who == "anna: false stop"
    assert not titles(by_itself(out, out, moment(50.0)))


def test_a_drill_is_told_with_what_it_showed():
    hold = replace(LEASE, kind=LeaseKind.DRILL, action="sleep")
    after = replace(STATE, drilled=(Drilled("foreman", 1.0, True, 12.0, "asleep after 12 s"),))
    events = list(by_itself(replace(STATE, holds=(hold,)), after, moment(20.0)))
    assert titles(events) == ["lease drill of anna ended: it is done", "drill of foreman: asleep after 12 s"]
    assert (events[1].device, events[1].seconds) == ("foreman", 12.0)


def test_a_drill_that_a_trip_ended_is_told_with_that():
    tripped = replace(STATE, trips=(Trip("stop", "x", moment(5.0)),))
    drilling = replace(tripped, holds=(replace(LEASE, kind=LeaseKind.DRILL, action="sleep"),))
    assert titles(by_itself(drilling, tripped, moment(20.0))) == ["lease drill of anna ended: a trip stands"]


class Return:
    """Decisions under a lease, or of a return, in which fans are waited for; `told` are the titles of what was news."""

    def __init__(self, mode: Mode) -> None:
        self.site, self.turns, self.told = Site(limits()).settle(), Turns(), []
        self.lease = () if mode is Mode.RESTORING else (Ceiling(RuleKind.LEASE, "lease", 700.0, "forced signal"),)
        self.before = replace(self.site.state, mode=mode)

    def at(self, mono_s, *waits, setpoint_kw=100.0):
        """`waits`: a scope, and what the fans that are proven there carry, kW."""
        decision = self.site.decision
        holding = tuple(Ceiling(RuleKind.AIR_UNPROVEN, "airflow unproven", kw, "", scope=scope) for scope, kw in waits)
        limiting = (self.lease or holding or (Ceiling(RuleKind.RAMP, "ramp", 0.0, ""),))[0]
        decision = replace(
            decision,
            state=self.before,
            ceilings=self.lease + holding,
            limited_by=limiting.rule,
            limited_kind=limiting.kind,
            load=replace(decision.load, setpoint_kw=setpoint_kw),
        )
        snapshot = seen(mono_s, self.site.limits)
        self.told += titles(self.turns.of(self.before, decision, snapshot, moment(mono_s)))


def test_fans_that_start_one_after_the_other_under_a_lease_or_in_a_return_are_no_decision_each():
    for mode, title in ((Mode.CURTAILED, "limited by lease"), (Mode.RESTORING, "limited by ramp")):
        it = Return(mode)
        it.at(0)
        for n in range(12):
            it.at(2.0 * n + 1, ("zone:east", 50.0 * n), ("zone:west", 0.0))
            it.at(2.0 * n + 2, *((("zone:east", 50.0 * n),) if n % 2 else ()))
        it.at(29.0)
        assert it.told == [title], mode


def test_a_fan_that_a_return_goes_on_waiting_for_is_told_once_and_so_is_each_stage():
    it = Return(Mode.RESTORING)
    it.at(0)
    for second in range(1, 120):
        it.at(float(second), ("zone:west", 0.0))
    assert it.told == ["limited by ramp", "limited by airflow unproven"]
    it.at(120, setpoint_kw=200.0)
    it.at(121, setpoint_kw=200.0)
    assert it.told[2:] == ["limited by ramp"]
