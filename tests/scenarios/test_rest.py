"""Load that comes back and goes off again and again rests: what chatters must not wear out power supplies."""

from services.controller.core.stamps import resume
from services.shared.vocabulary import Level, LoadTarget, Mode
from tests.plant import Site, limits, miner, moment

RUN = LoadTarget.RUN


def chatter(site, begins, seconds, period=300.0):
    """A signal that asks for control for half of each period; how often load came back."""
    came_back, ran = 0, True
    for at in range(int(begins), int(begins + seconds), 10):
        level = Level.CONTROL if (at - begins) % period < period / 2 else Level.NORMAL
        runs = RUN in site.at(float(at), level=level, loads=[miner(at, asleep=not ran) for _ in range(10)]).targets.loads
        came_back += runs and not ran
        ran = runs
    return came_back


def test_load_that_came_back_six_times_within_an_hour_rests_and_the_site_says_so():
    site = Site(limits(returns_per_hour=6)).settle()
    assert chatter(site, 300.0, 2700.0) == 6
    assert any("came back 6 times within the hour" in reason for reason in site.decision.reasons)
    assert chatter(site, 3000.0, 900.0) == 1, "one return after a rest of 15 minutes"


def test_after_a_quarter_of_an_hour_without_a_fall_load_returns():
    site = Site(limits(returns_per_hour=6)).settle()
    chatter(site, 300.0, 2400.0)
    fell = site.state.load_off_since.mono_s
    asleep = [miner(fell, asleep=True) for _ in range(10)]
    assert RUN not in site.at(fell + 890.0, loads=asleep).targets.loads
    assert RUN in site.at(fell + 901.0, loads=asleep).targets.loads


def test_a_site_that_is_told_not_to_rest_follows_every_turn():
    site = Site(limits(returns_per_hour=0)).settle()
    assert chatter(site, 300.0, 3600.0) == 12


def test_a_control_takes_load_off_at_once_however_often_it_came():
    site = Site(limits(returns_per_hour=1)).settle()
    assert chatter(site, 300.0, 300.0) == 1
    assert RUN not in site.at(700.0, level=Level.CONTROL).targets.loads


def test_a_restart_does_not_forget_how_often_load_came_back():
    site = Site(limits(returns_per_hour=3)).settle()
    chatter(site, 300.0, 1200.0)
    site.state = resume(site.state, moment(1510.0))
    asleep = [miner(1510.0, asleep=True) for _ in range(10)]
    for at in range(1510, 2000, 10):
        decision = site.at(float(at), loads=asleep)
    assert RUN not in decision.targets.loads
    assert decision.state.mode is Mode.RESTORING
    assert decision.limited_by == "rest"
