"""What a second machine finds wrong with itself, and by which ways that is told."""

from dataclasses import dataclass
from typing import Any

from services.cli.own_faults import WHERE, Listening, OwnFaults, told_by_what_is_left
from services.notifier.record import Phase, Receipt
from services.notifier.rules import Rules
from services.notifier.watch import Circumstances
from services.shared.settings.sections import AlarmChoice
from tests.unit.notifier.test_heartbeat import record
from tests.unit.notifier.test_watch import Way
from tests.unit.notifier.words import EMERGENCY, at


@dataclass
class Chat:
    """A chat, as far as it is looked at."""

    is_deaf: bool | None = None
    reason: str = ""
    deaf_since_mono_s: float | None = None


class Machine:
    """Its own faults, one channel, and what it said."""

    def __init__(self, records: tuple[Any, ...] = ()) -> None:
        self.said: list[str] = []
        self.own = OwnFaults(records, self.said.append)
        self.way = Way(rows={})
        self.store_fault: str | None = None
        self.chat = Chat()
        self.listening = Listening(self.chat)

    def look(self, mono_s: float, *, linked: bool = True) -> dict[str, Any]:
        chat = self.listening.look(at(mono_s), linked=linked)
        seen = Circumstances(None, {"telegram": self.way}, self.store_fault, None, chat)  # type: ignore[dict-item]
        return {alarm.key: alarm for alarm in self.own.levels(at(mono_s), seen)}


def test_a_channel_that_refuses_us_is_an_alarm_at_once_that_names_the_machine_and_its_end_is_said() -> None:
    machine = Machine()
    assert machine.look(0) == {}
    machine.way.check_failed = "answers 401"
    alarm = machine.look(1)["channel_lost_telegram"]
    assert alarm.active and alarm.cause == f"{WHERE}Messages by telegram cannot go out: answers 401."
    assert "page" not in alarm.action and "notifier" not in alarm.action
    assert machine.own.standing == {"channel_lost_telegram": alarm.cause}
    machine.way.check_failed = ""
    assert not machine.look(2)["channel_lost_telegram"].active
    assert machine.own.standing == {}
    assert [line.partition("Z ")[2] for line in machine.said] == [alarm.cause, f"Ended: {alarm.cause}"]


def test_nobody_listens_for_services_on_a_machine_that_has_none() -> None:
    machine = Machine()
    assert [machine.look(second) for second in range(0, 1000, 100)] == [{}] * 10


def test_a_telegram_that_is_not_reached_while_the_site_is_makes_its_chat_deaf_after_ten_minutes() -> None:
    machine = Machine()
    machine.chat.is_deaf, machine.chat.reason = True, "does not listen: no connection"
    assert machine.look(0) == {}
    assert machine.look(599) == {}
    assert "the chat does not listen: no connection" in machine.look(600)["chat_deaf"].cause
    machine.chat.is_deaf, machine.chat.reason = False, ""
    assert not machine.look(601)["chat_deaf"].active


def test_a_link_of_our_own_that_is_down_is_no_deaf_chat() -> None:
    machine = Machine()
    machine.chat.is_deaf = True
    assert machine.look(0) == {}
    assert machine.look(300, linked=False) == {}
    assert machine.look(899) == {}
    assert machine.look(1498) == {}
    assert set(machine.look(1499)) == {"chat_deaf"}


def test_its_file_that_cannot_be_written_is_told_by_its_own_name() -> None:
    machine = Machine()
    machine.store_fault = "alerts.db cannot be written (disk full)"
    cause = machine.look(0)["alerts_database"].cause
    assert cause == f"{WHERE}its own record: watch.db cannot be written (disk full)"


def test_an_emergency_that_no_channel_took_for_ten_minutes_is_said_once_until_somebody_has_it() -> None:
    machine = Machine()
    silent = record("site_silent", told=EMERGENCY, kind=EMERGENCY)
    for second in (0, 599, 600, 700):
        machine.own.look_at([silent], at(second))
        assert bool(machine.own.untold) == (second >= 600)
    assert [line.partition("Z ")[2] for line in machine.said] == [
        "NOBODY WAS TOLD of site_silent: for 10 min no channel has taken it"
    ]
    for changes in ({"receipts": (Receipt("sms", "taken", True),)}, {"phase": Phase.ACKNOWLEDGED}):
        machine.own.look_at([record("site_silent", told=EMERGENCY, kind=EMERGENCY, **changes)], at(800))
        assert machine.own.untold == ()


def test_where_sms_alone_is_left_a_lost_channel_goes_by_it_and_what_the_operator_chose_goes_before() -> None:
    assert told_by_what_is_left(["telegram", "email", "sms"], {}) == {}
    assert told_by_what_is_left(["telegram"], {}) == {}
    left = told_by_what_is_left(["telegram", "sms"], {})
    assert Rules(left).of("channel_lost_telegram").channels == ("sms",)
    assert Rules(left).of("channel_lost_sms").channels == ()
    chosen = {"channel_lost_*": AlarmChoice(channels=("webhook",))}
    assert told_by_what_is_left(["telegram", "sms"], chosen) == chosen
