"""When it is decided again, and what is said meanwhile: the start's end, each second, who is held down, what is still on."""

from dataclasses import replace

import pytest

from services.controller.core.memory import Hold
from services.shared.vocabulary import LeaseKind, Level, Mode
from tests.plant import Site, miner, moment, seen

ASKED_S = 300.0


def test_a_site_with_nothing_due_is_decided_again_within_a_second_and_not_without_a_pause() -> None:
    assert Site().settle().at(ASKED_S).next_due == ASKED_S + 1.0


def test_a_site_that_starts_is_decided_again_at_the_moment_its_grace_ends() -> None:
    site = Site()
    assert [site.at(at).next_due for at in (0.0, 89.5, 90.0)] == [1.0, 90.0, 91.0]


def test_a_site_that_starts_says_that_it_leaves_the_loads_as_they_are() -> None:
    decision = Site().at(1.0)
    assert decision.state.mode is Mode.STARTING
    assert decision.reasons[0] == "starting: loads as they are, fans first"


@pytest.mark.parametrize(
    ("members", "said"),
    [(("m-3",), "1 load held down by a person"), (("m-3", "m-4"), "2 loads held down by a person")],
)
def test_a_site_with_loads_that_a_person_let_sleep_says_how_many(members: tuple[str, ...], said: str) -> None:
    site = Site().settle()
    asleep = Hold("a", LeaseKind.MINERS, "ann", "dust", moment(ASKED_S), 900.0, action="sleep", members=members)
    site.state = replace(site.state, holds=(asleep,))
    decision = site.at(ASKED_S)
    assert (decision.state.mode, decision.reasons[0]) == (Mode.MANUAL, said)


def test_a_decision_that_takes_load_off_says_apart_what_is_still_on_and_any_other_says_nothing_of_it() -> None:
    site = Site().settle()
    assert site.at(ASKED_S - 1.0).still_on == ""
    decision = site.at(ASKED_S, level=Level.CONTROL)
    assert decision.still_on == "30 kW of 30 kW still on, 0 kW unknown"
    assert decision.still_on in decision.reasons


@pytest.mark.parametrize(("polled_s", "mode"), [(ASKED_S, Mode.CURTAILING), (ASKED_S + 0.1, Mode.CURTAILED)])
def test_a_meter_polled_at_the_moment_of_the_ask_proves_nothing_and_one_polled_after_it_does(polled_s: float, mode: Mode) -> None:
    site = Site().settle()
    site.at(ASKED_S, level=Level.CONTROL)
    asleep = [miner(polled_s, asleep=True) for _ in site.limits.loads]
    decision = site.at(ASKED_S + 1.0, seen(ASKED_S + 1.0, site.limits, level=Level.CONTROL, loads=asleep))
    assert (decision.state.mode, decision.load.proven) == (mode, mode is Mode.CURTAILED)
