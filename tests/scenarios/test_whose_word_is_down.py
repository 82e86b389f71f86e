"""When a site counts as curtailed although no meter shows all of it, and when released load counts as back."""

from dataclasses import replace

import pytest

from services.controller.core.seen import LoadSeen
from services.shared.vocabulary import Level, LoadState, Mode, PowerState
from tests.plant import Site, limits, load, miner

ASKED = 200.0


def asleep(at):
    """By its word alone."""
    return LoadSeen(state=LoadState.ASLEEP, state_mono_s=at)


def opened(at):
    """By its outlet alone."""
    return LoadSeen(outlet=PowerState.OFF, outlet_mono_s=at)


def metered_down(at):
    """By its watts alone."""
    return LoadSeen(watts=40.0, watts_mono_s=at)


def silent(at):
    """Nothing says anything of it."""
    return LoadSeen()


def opened_long_ago(at):
    return opened(at - 100.0)


def curtailed(*loads, **changes):
    """The mode ten seconds after a control, as the loads are read then."""
    site = Site(limits(tuple(load(i) for i in range(len(loads))), **changes)).settle()
    site.at(ASKED, level=Level.CONTROL)
    return site.at(ASKED + 10.0, level=Level.CONTROL, loads=[one(ASKED + 10.0) for one in loads]).state.mode


@pytest.mark.parametrize("loads", [(asleep,), (opened, asleep), (metered_down, asleep), (asleep, asleep, opened, metered_down)])
def test_loads_that_all_say_they_are_down_are_curtailed_before_their_wait_is_over(loads):
    assert curtailed(*loads) is Mode.CURTAILED


@pytest.mark.parametrize("loads", [(asleep, silent), (asleep, opened_long_ago), (silent,), (opened_long_ago, asleep)])
def test_one_load_that_says_nothing_fresh_keeps_the_site_curtailing(loads):
    assert curtailed(*loads) is Mode.CURTAILING


def test_loads_that_may_run_are_not_asked_whether_they_are_down():
    assert curtailed(miner, asleep, curtail_to_kw=3.0) is Mode.CURTAILED
    assert curtailed(miner, silent, curtail_to_kw=3.0) is Mode.CURTAILING


@pytest.mark.parametrize(
    ("state", "watts", "mode"),
    [
        (LoadState.HASHING, 1499.0, Mode.RESTORING), (LoadState.HASHING, 1500.0, Mode.NORMAL),
        (LoadState.WAKING, 1500.0, Mode.NORMAL), (LoadState.WAKING, None, Mode.RESTORING), (LoadState.HASHING, None, Mode.NORMAL),
    ],
)  # fmt: skip
def test_a_released_miner_is_back_with_half_of_its_nameplate_by_its_watts_and_only_without_them_by_its_word(state, watts, mode):
    site = Site(limits(restore_step_kw=100.0)).settle()
    site.at(ASKED, level=Level.CONTROL)
    for at in (210.0, 330.0):
        site.at(at, loads=[miner(at, asleep=True)] * 10)
    read = replace(miner(340.0), state=state, watts=watts)
    assert site.at(340.0, loads=[miner(340.0)] * 9 + [read]).state.mode is mode
