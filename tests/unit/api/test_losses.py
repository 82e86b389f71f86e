"""What of a service's and a device's coming and going is worth a line in the history: one for each loss, one for each return."""

from collections.abc import Iterable

from services.api.losses.happening import Happening
from services.api.losses.life import LONGEST_S, Seen
from services.api.losses.losses import Losses
from services.api.losses.often import SHORT_S
from services.shared.clock import Moment
from tests.unit.api.builders import HandClock

THERE, LOST = Seen(there=True), Seen(there=False, reason="no answer within 5 s")


def service(boot: str = "1", *, there: bool = True) -> Seen:
    return Seen(there, "" if there else "it ended", boot=boot, version="1.0.0")


class Site:
    """Looked at each second."""

    def __init__(self, losses: Losses | None = None) -> None:
        self.clock = HandClock()
        self.losses = losses or Losses()
        self.told: list[Happening] = []

    def stands(self, seconds: float, *, services: dict[str, Seen] | None = None, devices: dict[str, Seen] | None = None) -> None:
        for _ in range(int(seconds)):
            self.clock.leap(1.0)
            self.told += self.losses.look(services or {}, devices or {}, self.clock.now())

    def lines(self) -> list[str]:
        now = self.clock.now()
        found = [event for one in self.told for event in [one.event(now)]]
        self.told = []
        return [": ".join(filter(None, (event.title, "; ".join(event.reasons)))) for event in found]


def test_a_device_that_falls_silent_and_answers_again_is_two_lines_with_how_long_it_was_away() -> None:
    site = Site()
    site.stands(5, devices={"pdu-1": THERE})
    assert site.lines() == []
    site.stands(180, devices={"pdu-1": LOST})
    assert site.lines() == ["pdu-1 does not answer: no answer within 5 s"]
    site.stands(30, devices={"pdu-1": THERE})
    assert site.lines() == ["pdu-1 answers again: away for 3 min 0 s"]


def test_a_loss_is_dated_by_its_owner() -> None:
    site = Site()
    began_at = site.clock.now().wall_s - 40
    site.stands(1, devices={"pdu-1": Seen(there=False, reason="x", since_at=began_at)})
    assert [round(one.at - began_at, 3) for one in site.told] == [0.0]


def test_a_device_that_comes_and_goes_for_a_day_is_a_line_an_hour_that_says_how_often_and_for_how_long() -> None:
    site = Site()
    for _ in range(86_400 // 40):
        site.stands(20, devices={"pdu-1": LOST})
        site.stands(20, devices={"pdu-1": THERE})
    told = site.told
    assert sum(one.absences for one in told) > 86_400 // 40 - 100
    lines = site.lines()
    assert len(lines) <= 30
    assert lines[-1] == "pdu-1 answers again: was away 90 times, 30 min in all"


def test_a_controller_that_begins_anew_each_5_minutes_is_never_lost_and_a_line_an_hour() -> None:
    site = Site()
    site.stands(300, services={"controller": service("0")})
    for start in range(24 * 12):
        site.stands(2, services={"controller": service(f"{start}", there=False)})
        site.stands(298, services={"controller": service(f"{start + 1}")})
    assert {one.act for one in site.told} == {"began"}
    away_s = [one.seconds for one in site.told if one.seconds]
    assert sum(away_s) >= 2 * 24 * 11 and max(away_s) == 24.0
    lines = site.lines()
    assert len(lines) <= 28
    assert lines[-1] == "controller began anew 12 times: was away 12 times, 24 s in all; version 1.0.0"


def test_what_is_up_50_of_52_seconds_is_never_told_as_lost_for_long() -> None:
    site = Site()
    site.stands(52, services={"controller": service()}, devices={"pdu-1": THERE})
    for start in range(400):
        site.stands(2, services={"controller": service(f"{start}", there=False)}, devices={"pdu-1": LOST})
        site.stands(50, services={"controller": service(f"{start + 1}")}, devices={"pdu-1": THERE})
    spans_ms = [(one.seconds, spell) for one in site.told for spells in one.spells.values() for spell in spells]
    assert len(spans_ms) > 600
    assert {until_ms - from_ms for _, (from_ms, until_ms) in spans_ms} == {2000}
    assert max(one.seconds or 0.0 for one in site.told) < 3600 * 2 / 52 + 3


def test_a_long_loss_of_what_comes_and_goes_is_told_while_it_lasts_and_dated_when_it_began() -> None:
    site = Site()
    for _ in range(8):
        site.stands(2, devices={"pdu-1": LOST})
        site.stands(60, devices={"pdu-1": THERE})
    site.told.clear()
    began_at = site.clock.now().wall_s + 1
    site.stands(1_000, devices={"pdu-1": LOST})
    assert [(one.act, one.at) for one in site.told] == [("lost", began_at)]
    site.stands(30, devices={"pdu-1": THERE})
    assert site.lines()[1:] == ["pdu-1 answers again: was away 6 times, 16 min in all"]


def test_what_came_and_went_is_told_when_it_is_quiet_again() -> None:
    site = Site()
    for _ in range(5):
        site.stands(2, devices={"pdu-1": LOST})
        site.stands(60, devices={"pdu-1": THERE})
    assert len(site.lines()) == 6
    site.stands(3_600, devices={"pdu-1": THERE})
    assert site.lines() == ["pdu-1 answers again: was away 2 times, 4 s in all"]
    site.stands(7_200, devices={"pdu-1": THERE})
    assert site.lines() == []


def test_a_service_that_is_killed_and_started_again_at_once_is_one_line() -> None:
    site = Site()
    site.stands(20, services={"notifier": service("1")})
    assert site.lines() == ["notifier began anew: version 1.0.0"]
    site.stands(4, services={"notifier": service("1", there=False)})
    site.stands(30, services={"notifier": service("2")})
    assert site.lines() == ["notifier began anew: away for 4 s; version 1.0.0"]


def test_a_start_that_came_too_fast_to_see_the_end_before_it_is_dated_by_itself() -> None:
    site = Site()
    site.stands(100, services={"notifier": service("1")})
    site.lines()
    site.stands(40, services={"notifier": service("2")})
    assert [site.clock.now().wall_s - one.at for one in site.told] == [39.0]
    assert site.lines() == ["notifier began anew: version 1.0.0"]


def test_a_service_that_stays_away_is_lost_after_seconds_and_its_return_says_for_how_long() -> None:
    site = Site()
    site.stands(20, services={"notifier": service("1")})
    site.lines()
    site.stands(SHORT_S + 1, services={"notifier": service("1", there=False)})
    assert site.lines() == ["notifier lost: it ended"]
    site.stands(49, services={"notifier": service("1", there=False)})
    site.stands(40, services={"notifier": service("2")})
    assert site.lines() == ["notifier back: away for 1 min 0 s; version 1.0.0"]


def test_a_service_that_is_silent_for_seconds_and_goes_on_is_no_line() -> None:
    site = Site()
    site.stands(20, services={"notifier": service()})
    site.lines()
    for _ in range(20):
        site.stands(5, services={"notifier": service(there=False)})
        site.stands(25, services={"notifier": service()})
    assert site.lines() == []


def test_a_service_that_ends_at_each_start_is_one_loss() -> None:
    site = Site()
    site.stands(20, services={"api": service(), "controller": service()})
    site.lines()
    for start in range(60):
        site.stands(4, services={"controller": service(f"{start}", there=False)})
        site.stands(6, services={"controller": service(f"{start + 1}")})
    assert site.lines() == ["controller lost: it ended"]
    returned_at = site.clock.now().wall_s - 6 + 1
    site.stands(400, services={"controller": service("60")})
    assert [one.at for one in site.told] == [returned_at]
    assert site.lines() == ["controller back: was away 60 times, 4 min 0 s in all; version 1.0.0"]


def test_what_ended_at_each_start_is_back_when_it_stays_for_a_minute() -> None:
    site = Site()
    for start in range(60):
        site.stands(4, services={"controller": service(f"{start}", there=False)})
        site.stands(6, services={"controller": service(f"{start + 1}")})
    site.told.clear()
    site.stands(LONGEST_S - 6, services={"controller": service("60")})
    assert site.told == []
    site.stands(1, services={"controller": service("60")})
    assert [one.act for one in site.told] == ["back"]


def test_a_restart_of_all_services_is_one_line() -> None:
    site = Site()
    names = ("api", "collector", "controller", "notifier")
    for second, _ in enumerate(names, 1):
        site.stands(3, services={name: service("2") for name in names[:second]})
    site.stands(30, services={name: service("2") for name in names})
    assert site.lines() == ["api, collector, controller and notifier began anew: version 1.0.0"]


def remembered(told: Iterable[Happening], now: Moment) -> Site:
    losses = Losses()
    for one in told:
        losses.remember(one, now)
    return Site(losses)


def test_a_new_process_of_the_api_tells_nothing_twice_and_ends_what_an_earlier_one_began() -> None:
    site = Site()
    site.stands(20, services={"notifier": service()}, devices={"pdu-1": THERE, "pdu-2": LOST})
    after = remembered(site.told, site.clock.now())
    after.clock.leap(20)
    after.stands(30, services={"notifier": service()}, devices={"pdu-1": THERE, "pdu-2": LOST})
    assert after.lines() == []
    after.stands(30, services={"notifier": service()}, devices={"pdu-1": THERE, "pdu-2": THERE})
    (line,) = after.lines()
    assert line.startswith("pdu-2 answers again: away for 50 s")


def test_a_new_process_of_the_api_knows_that_what_was_lost_came_back() -> None:
    site = Site()
    for seen in (THERE, LOST, THERE):
        site.stands(20, devices={"pdu-2": seen})
    after = remembered(site.told, site.clock.now())
    after.stands(20, devices={"pdu-2": THERE})
    after.stands(5, devices={"pdu-2": LOST})
    after.stands(20, devices={"pdu-2": THERE})
    assert after.lines() == ["pdu-2 does not answer: no answer within 5 s", "pdu-2 answers again: away for 5 s"]


def test_a_lost_device_that_is_taken_out_of_the_configuration_is_no_loss_any_more() -> None:
    site = Site()
    site.stands(2, devices={"pdu-2": LOST})
    site.told += site.losses.gone(frozenset({"pdu-1"}), site.clock.now())
    site.told += site.losses.gone(frozenset({"pdu-1"}), site.clock.now())
    assert site.lines()[1:] == ["pdu-2 is read no more: it is not in the configuration any more"]


def test_a_broker_that_is_away_for_long_is_lost_and_comes_back() -> None:
    site = Site()
    for connected, seconds in ((True, 5), (False, 5), (True, 30), (False, 60), (True, 30)):
        for _ in range(seconds):
            site.clock.leap(1.0)
            site.told += site.losses.look_at_broker(connected, site.clock.now())
    assert site.lines() == ["broker lost: while it is away no service hears another", "broker back: away for 1 min 0 s"]
