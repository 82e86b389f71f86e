"""The air that is left: a limit says that it is for air, and a zone that stands still returns on all of its fans."""

from services.controller.core import holds
from services.controller.core.wanted import Decision
from services.shared.vocabulary import Mode, RuleKind
from tests.plant import moment
from tests.scenarios.hall import Hall, two_zones

EAST, WEST = (1, 2, 3), (4, 5)


def warm_hall(zone: str) -> Hall:
    """Two zones with all load on, the one so warm that all of its fans run."""
    site = Hall(two_zones())
    site.until(900.0)
    site.celsius[zone] = 34.9
    site.until(1200.0)
    return site


def lock_out(site: Hall, *fans: int) -> None:
    for number in fans:
        site.state = holds.lock_out(site.state, f"fan-{number}", "electrician", "belt", site.limits, moment(site.now_s))


def unlock(site: Hall, *fans: int) -> None:
    for number in fans:
        site.state = holds.unlock(site.state, f"fan-{number}")


def limit_for_air(decision: Decision) -> tuple[Mode, RuleKind, str, float]:
    """The mode, what is said to limit, and the one ceiling that missing air sets."""
    (ceiling,) = [one for one in decision.ceilings if one.rule == "airflow"]
    assert ceiling.kind is decision.limited_kind
    return decision.state.mode, decision.limited_kind, ceiling.scope, ceiling.kw


def test_one_of_two_fans_that_stands_limits_its_zone_for_air() -> None:
    site = warm_hall("west")
    site.dead = {4}
    assert limit_for_air(site.until(1300.0)) == (Mode.THERMAL_LIMIT, RuleKind.AIRFLOW, "zone west", 7.0)


def test_most_fans_of_a_zone_that_stand_are_an_emergency_for_air() -> None:
    site = warm_hall("east")
    site.dead = {1, 2}
    assert limit_for_air(site.until(1300.0)) == (Mode.EMERGENCY, RuleKind.AIRFLOW, "zone east", 0.0)


def test_a_zone_whose_fans_are_all_locked_out_is_limited_for_air() -> None:
    site = warm_hall("west")
    lock_out(site, *WEST)
    assert limit_for_air(site.until(1300.0)) == (Mode.THERMAL_LIMIT, RuleKind.AIRFLOW, "zone west", 0.0)
    assert (site.running("east"), site.running("west")) == (5, 0)


def test_no_load_returns_to_a_zone_that_stood_still_on_the_first_fans_that_are_given_back_to_it() -> None:
    site = Hall(two_zones())
    site.until(900.0)
    lock_out(site, *EAST)
    site.until(1500.0)
    assert (site.running("east"), site.running("west")) == (0, 5)
    unlock(site, *EAST)
    while not site.on().issuperset(EAST):
        decision = site.step()
        assert site.now_s < 1600.0 and site.running("east") == 0, f"load on {site.on()}"
    (held,) = [one for one in decision.ceilings if one.scope == "zone east"]
    assert held.reason == "2 of 3 fans of zone east proven: a zone that stands still returns on all of them"
    site.step()
    assert site.running("east") == 1
