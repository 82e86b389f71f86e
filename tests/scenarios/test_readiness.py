"""What the site could take off: on paper before the contract's deadline, and at this moment."""

from dataclasses import replace

from services.controller.core.plant import Pace
from services.controller.core.readiness import reachable
from services.shared.vocabulary import LoadKind
from tests.plant import Site, limits, load, miner, pdu_meter, seen


def test_three_hundred_calls_at_one_a_second_and_a_minute_to_sleep_are_within_ten_minutes() -> None:
    site = limits(tuple(load(i) for i in range(300)))
    reach = reachable(replace(site, paces={**site.paces, "foreman": Pace(1.0, 40, 300.0, effect_s=60.0)}))
    assert (reach.in_time_kw, reach.short_kw, reach.last_s) == (900.0, 0.0, 359.0)


def test_what_is_called_after_the_deadline_is_the_shortfall_and_the_largest_are_called_first() -> None:
    loads = tuple(load(i, kw=1.0 if i else 9.0) for i in range(10))
    site = limits(loads, response_deadline_s=60.0)
    reach = reachable(replace(site, paces={"foreman": Pace(10.0, 1, 60.0, effect_s=30.0)}))
    assert (reach.in_time_kw, reach.short_kw) == (12.0, 6.0)


def test_a_load_without_sleep_goes_by_its_outlet_and_one_without_either_not_at_all() -> None:
    loads = (
        load(0, kind=LoadKind.OUTLET, soft_device=""),
        load(1, kind=LoadKind.OUTLET, soft_device="", protected=True),
        load(2),
    )
    reach = reachable(limits(loads))
    assert [path.device for path in reach.hard] == ["pdu-1"]
    assert (reach.none_kw, reach.in_time_kw) == (3.0, 6.0)
    assert reachable(limits(loads, pdu_on_curtail="never")).none_kw == 6.0
    assert reachable(limits(())).last_s == 0.0


def test_ready_is_what_draws_answers_and_is_metered() -> None:
    site = Site().settle()
    assert site.at(200.0).load.ready_kw == 30.0
    unmetered = [replace(miner(210.0), watts=None) for _ in site.limits.loads]
    assert site.at(210.0, loads=unmetered).load.ready_kw == 0.0
    assert site.at(220.0, loads=[replace(one, state_mono_s=220.0) for one in unmetered],
                   meters=(pdu_meter(30.0, 220.0),)).load.ready_kw == 30.0  # fmt: skip
    asleep = [miner(230.0, asleep=i < 4) for i in range(10)]
    assert site.at(230.0, loads=asleep).load.ready_kw == 18.0


def test_nothing_is_ready_where_no_path_answers() -> None:
    site = Site(limits(pdu_on_curtail="never")).settle()
    assert site.at(900.0, devices=()).load.ready_kw == 30.0, "never asked is not lost"
    silent = tuple(replace(one, last_ok_mono_s=200.0) for one in seen(0.0, site.limits).devices)
    assert site.at(910.0, devices=silent).load.ready_kw == 0.0
