"""Several people and programs hold the same thing at once: nobody's ask is cut short by another's, and the strictest counts."""

from dataclasses import replace
from typing import Any

import pytest

from services.controller.core import holds
from services.controller.core.decide import decide
from services.controller.core.memory import Hold
from services.controller.core.merged import MOST_OF_A_KIND
from services.controller.core.stamps import resume
from services.shared.vocabulary import LeaseKind, Level, LoadTarget, PowerState
from tests.plant import Site, intake, limits, moment, seen

ON, OFF = PowerState.ON, PowerState.OFF
RUN = LoadTarget.RUN
MINERS, FANS, HEAT, SIGNAL, RAW = (
    LeaseKind.MINERS, LeaseKind.FANS, LeaseKind.TEMPERATURE, LeaseKind.POWER_SIGNAL, LeaseKind.RAW,
)  # fmt: skip
AT = 300.0
MIN_S = 60.0


def ask(site: Site, at: float, owner: str, kind: LeaseKind, minutes: float = 60.0, **more: Any) -> None:
    site.state = holds.grant(
        site.state, Hold(f"{owner}-{at:.0f}", kind, owner, "", moment(at), minutes * MIN_S, **more), site.limits
    )


def control(site: Site, at: float, owner: str, minutes: float, kw: float | None = None) -> None:
    ask(site, at, owner, SIGNAL, minutes, level=Level.CONTROL, target_kw=kw)


def standing(site: Site) -> list[str]:
    return [hold.id for hold in site.state.holds]


def running(site: Site, at: float, **more: Any) -> list[int]:
    return [i for i, target in enumerate(site.at(at, **more).targets.loads) if target is RUN]


def test_a_programs_five_minutes_of_curtailment_do_not_shorten_an_operators_hour() -> None:
    site = Site().settle()
    control(site, AT, "operator", 60)
    control(site, AT + 60, "program", 5)
    assert standing(site) == ["operator-300", "program-360"]
    for at in range(int(AT) + 61, int(AT) + 3600, 20):
        assert not running(site, at)
    assert standing(site) == ["operator-300"]
    site.at(AT + 3600)
    assert standing(site) == []


@pytest.mark.parametrize("first", ["operator", "program"])
def test_the_lowest_kw_of_all_askers_is_the_target_whoever_asked_last(first: str) -> None:
    asked = {"operator": 0.0, "program": 15.0}
    second = next(one for one in asked if one != first)
    site = Site().settle()
    control(site, AT, first, 60, asked[first])
    site.at(AT + 1)
    control(site, AT + 2, second, 60, asked[second])
    decision = site.at(AT + 3)
    assert decision.load.target_kw == 0.0
    assert decision.reasons[:2] == ("forced signal control by operator", "forced signal control by program"), "both are told"


def test_a_milder_ask_beside_a_stricter_one_begins_no_wait_anew() -> None:
    site = Site(limits(release_s=60.0)).settle()
    control(site, AT, "operator", 60, 0.0)
    site.at(AT + 1)
    control(site, AT + 2, "program", 5, 15.0)
    for at in range(int(AT) + 3, int(AT) + 200, 10):
        site.at(at)
    site.state = holds.release(site.state, lease_id="operator-300", kind=None)
    control(site, AT + 200, "operator", 60, 0.0)  # now the newest, as deep as before
    site.at(AT + 201)
    assert [(one.rule, one.kw, one.since.mono_s) for one in site.state.ceilings] == [("lease", 0.0, AT + 1)]


def test_who_asks_again_extends_or_shortens_their_own_and_nobody_elses() -> None:
    site = Site().settle()
    control(site, AT, "operator", 60)
    control(site, AT + 1, "program", 60)
    control(site, AT + 2, "program", 5)
    assert [(hold.id, hold.seconds) for hold in site.state.holds] == [("operator-300", 3600.0), ("program-302", 300.0)]


def test_a_program_that_wakes_miners_wakes_none_that_an_operator_holds_asleep() -> None:
    site = Site().settle()
    ask(site, AT, "operator", MINERS, action="sleep", members=("m-3",))
    ask(site, AT + 1, "program", MINERS, action="sleep", members=("all",))
    ask(site, AT + 2, "program", MINERS, action="wake", members=("all",))
    for at in range(int(AT) + 3, int(AT) + 600, 10):
        awake = running(site, at)
    assert 3 not in awake and len(awake) == len(site.limits.loads) - 1
    ask(site, AT + 700, "program", MINERS, action="wake", members=("m-3",))
    assert 3 not in running(site, AT + 701)
    ask(site, AT + 710, "operator", MINERS, action="wake", members=("m-3",))
    assert [3 in running(site, at) for at in range(int(AT) + 711, int(AT) + 1100, 10)][-1], "the operator's own does"


def test_a_milder_signal_on_the_simulated_site_takes_back_nobodys_control() -> None:
    site = Site(limits(demo=True)).settle()
    control(site, AT, "operator", 60, 0.0)
    ask(site, AT + 1, "program", SIGNAL, level=Level.NORMAL)
    decided = site.at(AT + 2)
    assert RUN not in decided.targets.loads and decided.signals[0].reason != "forced by a debug lease"
    site.state = holds.release(site.state, lease_id="operator-300", kind=None)
    assert site.at(AT + 3, level=Level.CONTROL).signals[0].reason == "forced by a debug lease"


@pytest.mark.parametrize("demo", [False, True])
def test_of_several_forced_temperatures_the_hottest_counts_whoever_forced_it_last(demo: bool) -> None:
    for first, second in ((36.0, 30.0), (30.0, 36.0)):
        site = Site(limits(demo=demo)).settle()
        ask(site, AT, "operator", HEAT, celsius=first)
        ask(site, AT + 1, "program", HEAT, celsius=second)
        at = AT + 2
        sensors = (intake(25.0, at, "ra/s1"), intake(25.0, at, "ra/s2"))
        assert site.at(at, seen(at, site.limits, temperatures=sensors)).temperature_max_c == 36.0


def test_of_two_stages_of_fans_the_higher_runs_and_a_fan_that_one_wants_on_is_on() -> None:
    site = Site(limits(fans=3)).settle()
    ask(site, AT, "operator", FANS, fan_stage=3)
    ask(site, AT + 1, "program", FANS, fan_stage=1)
    assert max(floor.stage for floor in site.at(AT + 2).floors if floor.rule == "lease") == 3
    ask(site, AT + 3, "operator", FANS, fans=((1, ON),))
    ask(site, AT + 4, "program", FANS, fans=((1, OFF), (2, OFF)))
    ask(site, AT + 5, "program", FANS, fans=((2, ON),), fan_stage=2)
    told = [(hold.owner, hold.fan_stage, hold.fans) for hold in site.state.holds]
    assert told == [
        ("operator", 3, ()), ("operator", None, ((1, ON),)), ("program", None, ((1, OFF),)), ("program", 2, ((2, ON),)),
    ]  # fmt: skip


def test_a_program_that_asks_for_fans_each_minute_fills_no_memory() -> None:
    site = Site(limits(fans=3)).settle()
    for minute in range(100):
        ask(site, AT + minute, "program", FANS, fans=((1, ON),), fan_stage=2)
    assert standing(site) == ["program-399"]
    for number in range(100):
        ask(site, AT + number, f"program {number}", FANS, fans=((1, ON),))
    assert len(standing(site)) == MOST_OF_A_KIND


def test_a_release_by_kind_ends_everybodys_and_by_id_one_persons() -> None:
    site = Site(limits(fans=3)).settle()
    control(site, AT, "operator", 60)
    control(site, AT + 1, "program", 5)
    ask(site, AT + 2, "operator", RAW, sensor="pdu-1")
    assert [one.id for one in holds.release(site.state, lease_id="program-301", kind=None).holds] == [
        "operator-300", "operator-302",
    ]  # fmt: skip
    assert [one.id for one in holds.release(site.state, lease_id=None, kind=SIGNAL).holds] == ["operator-302"]


def test_raw_answers_that_two_people_look_at_go_on_for_the_one_who_looks_longer() -> None:
    site = Site().settle()
    ask(site, AT, "ann", RAW, 60, sensor="pdu-1")
    ask(site, AT + 1, "bob", RAW, 5, sensor="pdu-1")
    site.at(AT + 400)
    assert standing(site) == ["ann-300"]


@pytest.mark.parametrize("boot", ["the same", "another"])
def test_after_a_restart_both_stand_and_the_strictest_counts(boot: str) -> None:
    site = Site().settle()
    control(site, AT, "operator", 60, 0.0)
    control(site, AT + 1, "program", 5, 15.0)
    again = moment(AT + 2) if boot == "the same" else moment(AT + 2, boot=boot)
    site.state = resume(site.state, again)
    decided = decide(site.state, seen(AT + 3, site.limits), site.limits, replace(again, mono_s=AT + 3))
    assert [hold.owner for hold in decided.state.holds] == ["operator", "program"]
    assert decided.load.target_kw == 0.0
