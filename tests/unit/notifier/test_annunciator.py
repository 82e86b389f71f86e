"""The lamp on the site calls when no provider takes an emergency, and only then."""

from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

from services.notifier.annunciator import Annunciator
from services.notifier.message import Row, Text
from services.notifier.record import Phase, Receipt, Record
from services.shared.clock import Moment
from services.shared.settings.sections import Annunciator as Choice
from services.shared.vocabulary import AlarmKind

EMERGENCY, WARNING = AlarmKind.EMERGENCY, AlarmKind.WARNING
WALL_S = 1_800_000_000.0


def at(mono_s: float) -> Moment:
    return Moment(mono_s, WALL_S + mono_s, True, "this-boot")


@dataclass
class Site:
    """An emergency, told at 0 s, and the ways by which it is told, moved by hand."""

    ways: tuple[str, ...] = ("telegram", "sms")
    choice: Choice = field(default_factory=Choice)

    def __post_init__(self) -> None:
        self.annunciator = Annunciator(self.choice)
        self.records = {"trip_smoke": told("trip_smoke", EMERGENCY, 0)}
        self.workers: dict[str, Any] = {}
        for number, name in enumerate(self.ways):
            row = Row(number, name, "to", EMERGENCY, ("trip_smoke",), Text("", "", ""), WALL_S)
            self.workers[name] = SimpleNamespace(channel=SimpleNamespace(name=name), rows={number: row}, lost_since_mono_s=None)

    def change(self, **more: Any) -> None:
        self.records["trip_smoke"] = replace(self.records["trip_smoke"], **more)

    def says(self, channel: str, delivered: bool = True) -> None:
        self.workers[channel].rows.clear()
        before = self.records["trip_smoke"].receipts
        self.change(receipts=(*before, Receipt(channel, f"{channel} said {delivered} ({len(before)})", delivered)))

    def level(self, mono_s: float, now: Moment | None = None) -> Any:
        return self.annunciator.level(self.records, SimpleNamespace(workers=self.workers), now or at(mono_s))  # type: ignore[arg-type]

    def sounds(self, *moments_s: float) -> list[bool]:
        return [self.level(mono_s).sound for mono_s in moments_s]


def told(key: str, kind: AlarmKind, mono_s: float) -> Record:
    return Record(
        key=key, source="controller", boot="b", seq=1, kind=kind, active=True, cause="smoke", consequence="", action="",
        since_at=WALL_S, began_mono_s=mono_s, phase=Phase.UNACKNOWLEDGED, told=kind, told_at=WALL_S + mono_s,
    )  # fmt: skip


def test_an_emergency_that_waits_everywhere_for_three_minutes_sounds_and_says_why() -> None:
    site = Site()
    assert site.sounds(0, 60, 179) == [False, False, False]
    level = site.level(181)
    assert (level.sound, level.since_at) == (True, WALL_S + 181)
    assert level.reason == "emergency trip_smoke: taken by none of telegram, sms"
    assert site.level(200) == level


def test_one_provider_that_took_it_is_enough_and_ends_it() -> None:
    site = Site()
    site.sounds(0)
    site.says("sms")
    assert site.sounds(1, 200, 4000) == [False, False, False]
    late = Site()
    assert late.sounds(0, 181) == [False, True]
    late.says("telegram")
    level = late.level(190)
    assert (level.sound, level.reason, level.since_at) == (False, "", None)


def test_it_stays_silent_when_an_escalation_waits_after_the_first_was_taken() -> None:
    site = Site()
    site.sounds(0)
    site.says("sms")
    site.sounds(1)
    row = Row(9, "sms", "next", EMERGENCY, ("trip_smoke",), Text("", "", ""), WALL_S)
    site.workers["sms"].rows[9] = row
    assert site.sounds(600, 4000) == [False, False]


def test_a_provider_that_refuses_for_good_has_not_taken_it() -> None:
    site = Site()
    site.sounds(0)
    site.says("telegram", delivered=False)
    site.says("sms", delivered=False)
    assert site.sounds(100, 181) == [False, True]


def test_what_was_taken_as_a_warning_is_not_yet_taken_as_an_emergency() -> None:
    site = Site()
    site.change(receipts=(Receipt("telegram", "took the warning"), Receipt("sms", "took the warning")))
    assert site.sounds(0, 181) == [False, True]
    site.says("telegram")
    assert site.sounds(182) == [False]


def test_acknowledged_shelved_or_ended_is_silent() -> None:
    for change in (
        {"phase": Phase.ACKNOWLEDGED}, {"phase": Phase.RETURNED}, {"shelved_until_at": WALL_S + 3600.0, "shelved_by": "anna"},
    ):  # fmt: skip
        site = Site()
        assert site.sounds(0, 181) == [False, True]
        site.change(**change)
        assert site.sounds(182) == [False]


def test_without_any_way_to_people_an_emergency_sounds_at_once_and_a_warning_never() -> None:
    site = Site(ways=())
    assert site.level(0).reason == "emergency trip_smoke: no way to people is set up"
    site.records = {"door": told("door", WARNING, 0)}
    assert site.sounds(1, 4000) == [False, False]


def test_ways_that_are_all_lost_for_long_get_a_moment_and_no_three_minutes() -> None:
    site = Site()
    for worker in site.workers.values():
        worker.lost_since_mono_s = -500.0
    assert site.sounds(0, 10, 21) == [False, False, True]
    site = Site()
    site.workers["sms"].lost_since_mono_s = -500.0
    assert site.sounds(0, 21, 179, 181) == [False, False, False, True]


def test_a_restart_of_the_notifier_does_not_begin_the_three_minutes_anew() -> None:
    site = Site()
    assert site.sounds(200, 219, 221) == [False, False, True]
    doubtful = Site()
    moments = [Moment(mono_s, WALL_S + 9999, False, "this-boot") for mono_s in (200.0, 221.0, 381.0)]
    assert [doubtful.level(0, moment).sound for moment in moments] == [False, False, True]


def test_asked_again_after_hours_it_waits_its_three_minutes_like_the_first_time() -> None:
    site = Site()
    site.sounds(0)
    site.says("sms")
    site.change(phase=Phase.ACKNOWLEDGED)
    site.sounds(1)
    for worker in site.workers.values():
        worker.rows[9] = Row(9, worker.channel.name, "to", EMERGENCY, ("trip_smoke",), Text("", "", ""), WALL_S)
    site.change(phase=Phase.UNACKNOWLEDGED)
    assert site.sounds(14_400, 14_500, 14_581) == [False, False, True]


def test_several_are_counted_and_the_waiting_time_is_the_operators() -> None:
    site = Site(choice=Choice(after_minutes=1))
    site.records["trip_flood"] = told("trip_flood", EMERGENCY, 0)
    assert site.sounds(0, 59) == [False, False]
    assert site.level(61).reason == "emergency trip_flood and 1 more: taken by none of telegram, sms"


def test_a_test_sounds_for_ten_seconds() -> None:
    site = Site()
    site.records.clear()
    assert site.annunciator.test("anna", at(5)) == "calls for 10 s"
    assert site.level(6).reason == "a test by anna"
    assert site.sounds(14, 16) == [True, False]


def test_the_level_is_published_on_change_and_each_half_minute() -> None:
    site = Site()
    outbox: Any = SimpleNamespace(workers=site.workers)
    said = [second for second in range(0, 240) if site.annunciator.news(site.records, outbox, at(second))]
    assert said == [0, 30, 60, 90, 120, 150, 180, 210]
