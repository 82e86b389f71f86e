"""What only the notifier sees: silent services, an absent broker, a channel that takes nothing."""

from dataclasses import dataclass, field
from typing import Any

from services.notifier import alarms
from services.notifier.lifesign import LifeSign
from services.notifier.record import Record
from services.notifier.rules import Rules
from services.notifier.watch import Circumstances, Watch
from services.shared.bus import Arrival, Foreign
from services.shared.clock import Clock
from services.shared.messages import Alarm, ChannelHealth, Presence
from services.shared.vocabulary import HealthState
from tests.unit.notifier.words import EMERGENCY, RULES, Owner, at


@dataclass
class Way:
    """A channel's worker, as far as it is looked at."""

    lost_since_mono_s: float | None = None
    rows: dict[int, Any] = field(default_factory=lambda: {1: "waits"})
    refuses_since_mono_s: float | None = None
    last_delivered_at: float | None = None
    check_failed: str = ""
    test_failed: str = ""
    reason: str = ""

    @property
    def health(self) -> ChannelHealth:
        return ChannelHealth(
            name="telegram", state=HealthState.OK, reason=self.reason, waiting=1, last_delivered_at=self.last_delivered_at
        )


class Night:
    """A watch, and who pings."""

    def __init__(self, records: tuple[Record, ...] = ()) -> None:
        self.watch = Watch("own-boot", records)
        self.broker_lost: float | None = None
        self.way = Way()
        self.store_fault: str | None = None
        self.watcher: LifeSign | None = None

    def ping(self, *services: str, mono_s: float) -> None:
        for service in services:
            self.watch.roll.take_ping(Foreign(f"mine/1/mine/ping/{service}-1234-5678", b"", mono_s, False, False))

    def presence(self, service: str, state: Any, mono_s: float, boot: str = "boot-1", retained: bool = False) -> None:
        message = Presence(state=state, version="1", source=service, boot=boot)
        self.watch.roll.take_presence(message, Arrival(mono_s, retained, retained))

    def look(self, mono_s: float) -> dict[str, Alarm]:
        seen = Circumstances(self.broker_lost, {"telegram": self.way}, self.store_fault, self.watcher)  # type: ignore[dict-item]
        return {alarm.key: alarm for alarm in self.watch.levels(at(mono_s), seen)}


EVERYONE = ("collector", "controller", "api")


def test_a_service_that_is_silent_for_a_minute_is_lost_and_its_next_word_ends_it() -> None:
    night = Night()
    assert night.look(0) == {}
    for second in range(0, 120, 5):
        night.ping("collector", "api", mono_s=second)
        if second < 30:
            night.ping("controller", mono_s=second)
        found = night.look(second)
        assert set(found) == ({"service_lost_controller"} if second == 85 else set())
        if found:
            assert found["service_lost_controller"].active and found["service_lost_controller"].kind is EMERGENCY
    night.ping(*EVERYONE, mono_s=121)
    assert [(alarm.key, alarm.active) for alarm in night.look(122).values()] == [("service_lost_controller", False)]


def test_a_service_that_left_without_a_word_is_lost_unless_it_is_back_at_once() -> None:
    night = Night()
    night.ping(*EVERYONE, mono_s=0)
    night.look(0)
    night.presence("api", "offline", 10)
    night.presence("collector", "offline", 10)
    night.presence("collector", "online", 15, boot="boot-2")
    assert night.look(19) == {}
    assert set(night.look(20)) == {"service_lost_api"}


def test_while_the_broker_is_away_nobody_is_silent_and_after_a_minute_it_is_told() -> None:
    night = Night()
    night.ping(*EVERYONE, mono_s=0)
    night.look(0)
    night.broker_lost = 10.0
    assert night.look(69) == {}
    assert set(night.look(70)) == {"broker_lost"}
    assert night.look(500) == {}
    night.broker_lost = None
    assert [(alarm.key, alarm.active) for alarm in night.look(501).values()] == [("broker_lost", False)]
    assert night.look(560) == {}
    assert len(night.look(561)) == 3, "connected for a minute and still nobody is heard"


def test_what_stood_when_an_earlier_process_ended_stands_until_the_opposite_is_seen() -> None:
    old = alarms.heard(None, Owner("notifier", "old-boot").says("service_lost_api"), at(0), RULES)
    assert old is not None
    night = Night((old,))
    assert all(alarm.active for alarm in night.look(1).values())
    night.ping(*EVERYONE, mono_s=2)
    assert [(alarm.key, alarm.active) for alarm in night.look(3).values()] == [("service_lost_api", False)]


def test_an_alarm_of_an_owner_that_began_anew_and_forgot_it_is_over_after_a_minute() -> None:
    night = Night()
    record = alarms.heard(None, Owner("controller", "boot-1").says("hot"), at(0), RULES)
    assert record is not None
    night.presence("controller", "online", 0, "boot-1")
    assert not night.watch.is_forsaken(record, at(500))
    night.presence("controller", "online", 600, "boot-2")
    assert not night.watch.is_forsaken(record, at(659))
    assert night.watch.is_forsaken(record, at(660))
    again = alarms.heard(record, Owner("controller", "boot-2").says("hot"), at(610), RULES)
    assert again is not None and not night.watch.is_forsaken(again, at(700))


def test_a_channel_that_takes_nothing_for_ten_minutes_is_told_and_so_is_its_return() -> None:
    night = Night()
    night.way.lost_since_mono_s = 0.0
    for second in range(0, 600, 5):
        night.ping(*EVERYONE, mono_s=second)
        assert night.look(second) == {}
    night.ping(*EVERYONE, mono_s=600)
    assert set(night.look(600)) == {"channel_lost_telegram"}
    night.way.lost_since_mono_s, night.way.last_delivered_at = None, 1.0
    assert [(alarm.key, alarm.active) for alarm in night.look(601).values()] == [("channel_lost_telegram", False)]


def test_a_file_that_cannot_be_written_is_told() -> None:
    night = Night()
    night.store_fault = "disk full"
    assert "disk full" in night.look(0)["alerts_database"].cause
    night.store_fault = None
    assert not night.look(1)["alerts_database"].active


def test_a_provider_that_refuses_us_is_told_at_once_though_nothing_waits_and_its_return_too() -> None:
    night = Night()
    night.way.rows.clear()
    night.way.check_failed = "Telegram does not know this token"
    found = night.look(0)
    assert found["channel_lost_telegram"].active
    assert "Telegram does not know this token" in found["channel_lost_telegram"].cause
    assert night.look(1) == {}
    night.way.check_failed = ""
    assert [(alarm.key, alarm.active) for alarm in night.look(2).values()] == [("channel_lost_telegram", False)]


def test_a_reason_that_changes_is_no_news() -> None:
    night = Night()
    night.way.lost_since_mono_s = 0.0
    night.ping(*EVERYONE, mono_s=600)
    night.way.reason = "no answer within 15 s"
    assert set(night.look(600)) == {"channel_lost_telegram"}
    night.way.reason = "HTTP 502"
    assert night.look(601) == {}


def sign(period_s: float, began_mono_s: float = 0.0) -> LifeSign:
    one = LifeSign("http://127.0.0.1:1/key", period_s, Clock("yes"), lambda _: (), lambda _: "")
    one._began_mono_s = began_mono_s
    return one


def test_an_outside_watcher_that_is_not_reached_for_three_periods_is_told_and_its_return_too() -> None:
    night = Night()
    night.watcher = sign(300.0)
    night.watcher.door.fault = "no answer within 15 s"
    night.ping(*EVERYONE, mono_s=850)
    assert night.look(899) == {}
    found = night.look(900)
    assert "no answer within 15 s" in found["not_reaching_watcher"].cause
    assert "127.0.0.1" not in str(found)
    night.watcher.door.last_mono_s = 901.0
    assert [(alarm.key, alarm.active) for alarm in night.look(902).values()] == [("not_reaching_watcher", False)]


def test_that_the_watcher_is_not_reached_outlives_a_restart_until_it_is_or_nobody_watches_any_more() -> None:
    old = alarms.heard(None, Owner("notifier", "old-boot").says("not_reaching_watcher"), at(0), Rules())
    assert old is not None
    night = Night((old,))
    night.watcher = sign(300.0)
    assert all(alarm.active for alarm in night.look(1).values())
    night.watcher = None
    assert [(alarm.key, alarm.active) for alarm in night.look(2).values()] == [("not_reaching_watcher", False)]


def test_a_lost_broker_is_dated_by_the_last_that_came_through_it() -> None:
    night = Night()
    night.ping(*EVERYONE, mono_s=0)
    night.look(0)
    night.broker_lost = 10.0
    assert night.look(70)["broker_lost"].since_at == at(10).wall_s


def test_a_channel_and_an_outside_watcher_are_lost_since_they_last_took_something() -> None:
    night = Night()
    night.way.lost_since_mono_s = 100.0
    night.watcher = sign(300.0)
    night.watcher.door.last_mono_s = 50.0
    night.ping(*EVERYONE, mono_s=949)
    found = night.look(950)
    assert found["channel_lost_telegram"].since_at == at(100).wall_s
    assert found["not_reaching_watcher"].since_at == at(50).wall_s
