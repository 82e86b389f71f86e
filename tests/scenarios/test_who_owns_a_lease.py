"""A lease is its person's or program's, wherever they ask from; and there is always room for a stricter ask."""

from typing import Any

import pytest

from services.controller.core import holds
from services.controller.core.memory import Hold, Lockout, Phase, State
from services.controller.core.merged import MOST_OF_A_KIND, SEVERAL
from services.controller.core.still_held import still_held
from services.shared.vocabulary import LeaseKind, Level, PowerState
from tests.plant import Site, limits, load, moment

ON, OFF = PowerState.ON, PowerState.OFF
MINERS, FANS, HEAT, SIGNAL, RAW = (
    LeaseKind.MINERS, LeaseKind.FANS, LeaseKind.TEMPERATURE, LeaseKind.POWER_SIGNAL, LeaseKind.RAW,
)  # fmt: skip
AT = 300.0
SITE = limits(tuple(load(i) for i in range(60)), fans=3)
NEW = State(Phase.FREE, started=moment(0.0))


def lease(kind: LeaseKind, id_: str, owner: str = "", *, seconds: float = 3600.0, at: float = AT, **more: Any) -> Hold:
    return Hold(id_, kind, owner or f"program-{id_} (token, 10.0.0.{len(id_)})", "test", moment(at), seconds, **more)


def granted(*asked: Hold, state: State = NEW) -> State:
    for one in asked:
        state = holds.grant(state, one, SITE)
    return state


def curtail(id_: str, kw: float | None, **more: Any) -> Hold:
    return lease(SIGNAL, id_, level=Level.CONTROL, target_kw=kw, **more)


def by_id(state: State) -> dict[str, Hold]:
    return {one.id: one for one in state.holds}


def test_ann_wakes_from_another_address_what_she_put_to_sleep() -> None:
    site = Site().settle()
    asleep = lease(MINERS, "a", "ann (session, 192.168.1.7)", action="sleep", members=("all",))
    site.state = holds.grant(site.state, asleep, site.limits)
    assert not site.at(AT + 1).state.running
    awake = lease(MINERS, "b", "ann (token, 10.0.0.4)", at=AT + 2, action="wake", members=("all",))
    site.state = holds.grant(site.state, awake, site.limits)
    for at in range(int(AT) + 3, int(AT) + 900, 10):
        decision = site.at(at)
    assert len(decision.state.running) == 10
    assert [(one.id, one.owner) for one in decision.state.holds] == [("b", "ann (token, 10.0.0.4)")], "the record says from where"


def test_a_wake_that_does_nothing_is_answered_with_who_still_holds() -> None:
    asleep = lease(MINERS, "a", "ann (session, 192.168.1.7)", action="sleep", members=("m-1", "m-2"))
    awake = lease(MINERS, "b", "bob (session, 192.168.1.7)", action="wake", members=("m-1", "m-2", "m-3"))
    state = granted(asleep, awake)
    told = "2 of 3 loads stay asleep, held by lease a of ann (session, 192.168.1.7); the lease to wake stands"
    assert still_held(state, awake, SITE) == told
    assert still_held(state, asleep, SITE) == still_held(granted(awake), awake, SITE) == ""
    locked = State(
        Phase.FREE, moment(0.0), lockouts=(Lockout("pdu-1/4", "eve", "", moment(AT)), Lockout("m-9", "eve", "", moment(AT)))
    )
    assert "1 of 3 loads stay asleep, held by the lock-out of pdu-1/4 by eve;" in still_held(locked, awake, SITE)
    many = granted(*(lease(MINERS, f"h{n}", action="sleep", members=("m-1",)) for n in range(5)), awake)
    assert ", lease h2 of program-h2 (token, 10.0.0.2) and 2 more; " in still_held(many, awake, SITE)


def test_neither_who_asks_to_wake_nor_who_woke_the_same_is_told_as_one_who_holds() -> None:
    asleep = lease(MINERS, "a", "ann (session, 192.168.1.7)", action="sleep", members=("m-1",))
    own = [lease(MINERS, f"own-{name}", "bob (session, 192.168.1.8)", action="sleep", members=(name,)) for name in ("m-1", "m-5")]
    others = lease(MINERS, "c", "eve (session, 192.168.1.9)", action="wake", members=("m-1",))
    awake = lease(MINERS, "b", "bob (session, 192.168.1.8)", action="wake", members=("m-1", "m-2"))
    told = "1 of 2 loads stay asleep, held by lease a of ann (session, 192.168.1.7); the lease to wake stands"
    assert still_held(granted(asleep, *own, others, awake), awake, SITE) == told


def test_a_program_that_comes_from_a_new_address_each_minute_has_one_lease() -> None:
    state = granted(*(curtail(str(n), 100.0, owner=f"program (token, 10.0.0.{n})") for n in range(100)))
    assert list(by_id(state)) == ["99"]
    assert len(granted(*(curtail(str(n), 9.0, owner=f"debug listener (local, 10.0.0.{n})") for n in range(9))).holds) == 1


def test_a_curtailment_is_never_refused_for_the_number_of_those_that_stand() -> None:
    full = granted(*(curtail(str(n), 50.0 + n, seconds=100.0 * (n + 1)) for n in range(MOST_OF_A_KIND)))
    state = granted(curtail("operator", 0.0, owner="ann (session, 192.168.1.7)"), state=full)
    assert len(state.holds) == MOST_OF_A_KIND
    standing = by_id(state)
    assert (standing["operator"].target_kw, standing["operator"].seconds) == (0.0, 3600.0)
    assert "49" not in standing, "the two mildest are one"
    assert (standing["48"].target_kw, standing["48"].seconds, standing["48"].owner) == (98.0, 5000.0, SEVERAL), (
        "none ends earlier"
    )
    again = granted(*(curtail(f"more-{n}", 110.0) for n in range(100)), state=state)
    assert by_id(again)["operator"] == standing["operator"] and len(again.holds) == MOST_OF_A_KIND
    deepest = granted(*(curtail(f"deep-{n}", None) for n in range(100)), state=state)
    assert not any(one.target_kw for one in deepest.holds), "as deep as is configured"


def test_a_load_that_somebody_let_sleep_is_not_woken_to_make_room() -> None:
    held = [lease(MINERS, str(n), action="sleep", members=(f"m-{n}",)) for n in range(MOST_OF_A_KIND - 1)]
    awake = lease(MINERS, "wake", action="wake", members=("all",))
    full = granted(awake, *held)
    one_more = granted(lease(MINERS, "x", action="sleep", members=("m-55",)), state=full)
    assert "wake" not in by_id(one_more), "that holds nothing"
    two_more = granted(lease(MINERS, "y", action="sleep", members=("m-56",), seconds=60.0), state=one_more)
    asleep = {name for one in two_more.holds for name in one.members}
    assert asleep == {*(f"m-{n}" for n in range(MOST_OF_A_KIND - 1)), "m-55", "m-56"}
    assert len(two_more.holds) == MOST_OF_A_KIND and sum(one.owner == SEVERAL for one in two_more.holds) == 1


def test_fans_that_somebody_wants_on_stay_on_and_the_higher_stage_stays() -> None:
    few = (lease(FANS, "a", fans=((1, ON), (2, OFF))), lease(FANS, "b", fan_stage=1, fans=((2, ON),)))
    rest = (lease(FANS, f"s{n}", fan_stage=3) for n in range(MOST_OF_A_KIND - 2))
    state = granted(*few, *rest, lease(FANS, "new", fans=((3, OFF),)))
    both = by_id(state)["b"]
    assert (both.fans, both.fan_stage, "a" in by_id(state)) == (((1, ON), (2, ON)), 1, False)
    assert "new" not in by_id(granted(lease(FANS, "newer", fan_stage=1), state=state)), "one that wants none on goes first"


@pytest.mark.parametrize("sensors", [("", ""), ("ra/s1", "ra/s2")])
def test_of_many_forced_temperatures_the_hottest_stay(sensors: tuple[str, str]) -> None:
    asked = (lease(HEAT, str(n), celsius=20.0 + n, sensor=sensors[n % 2], seconds=5000.0 - n) for n in range(51))
    standing = by_id(granted(*asked))
    assert (len(standing), "50" in standing, "0" in standing) == (MOST_OF_A_KIND, True, False)
    one_sensor = sensors[0] == sensors[1]
    assert (standing["1"].celsius, standing["1"].seconds) == (21.0, 5000.0 if one_sensor else 4999.0)


def test_of_those_who_look_at_raw_answers_the_one_who_would_end_first_makes_room() -> None:
    standing = by_id(granted(*(lease(RAW, str(n), sensor="pdu-1", seconds=5000.0 - n) for n in range(51))))
    assert (len(standing), "49" in standing, "50" in standing) == (MOST_OF_A_KIND, False, True)


def test_a_milder_level_of_the_simulated_site_makes_room_first() -> None:
    state = State(Phase.FREE, moment(0.0), holds=(lease(SIGNAL, "mild", level=Level.NORMAL), lease(SIGNAL, "none")))
    state = granted(*(curtail(str(n), 30.0) for n in range(MOST_OF_A_KIND)), state=state)
    assert len(state.holds) == MOST_OF_A_KIND and not {"mild", "none"} & {*by_id(state)}
