"""The chat with people, against a Bot API on real sockets: who is answered, what is done, and how often."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from services.notifier.channels.base import Failed
from services.notifier.channels.telegram_buttons import data_of
from services.notifier.channels.telegram_line import Line
from services.notifier.chat.answering import Talker
from services.notifier.chat.asking import Asking
from services.notifier.chat.chat import Chat, Pace
from services.notifier.chat.command import Answer
from services.notifier.chat.updates import FACT
from services.notifier.store import Store
from services.shared.messages import Lease, Reply, Trip
from services.shared.vocabulary import AlarmKind, LeaseKind
from services.simulator.site import Faults
from tests.drivers.chat_house import ANNA, BOB, GROUP, HOST, PACE, STRANGER, TOKEN, House, record
from tests.integration.api_running import state
from tests.waiting import until

pytestmark = pytest.mark.asyncio
REFUSED = Reply(request_id="", accepted=False, reason="no such load")


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    await house.open()
    yield house
    await house.close()


# --- who is answered -----------------------------------------------------------------------------------------------------


async def test_a_stranger_gets_nothing_anywhere_and_the_log_has_it_without_the_words(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    house.desk.stands(record("hot"))
    house.sink.say("/status my secret words", STRANGER, GROUP)
    house.sink.say("/stop", STRANGER, STRANGER)
    await house.ask("/ack")
    listed, data = house.buttons()[0]
    house.sink.press(listed, data, STRANGER)
    house.sink.press(listed, f"stop:{STRANGER}:{house.clock.now().wall_s:.0f}", STRANGER)
    await house.heard_all()
    assert house.said(GROUP) == house.said(STRANGER) == []
    assert not [one for one in house.sink.inbox.all() if one["kind"] == "answer"]
    assert house.desk.asked == [] and house.requests == []
    lines = [line for line in caplog.messages if str(STRANGER) in line]
    assert len(lines) == 1 and "secret" not in caplog.text


async def test_whoever_is_on_the_list_is_answered_in_a_group_too(house: House) -> None:
    assert "No open alarms" in await house.ask("/status", BOB, GROUP)
    assert "No open alarms" in await house.ask("/status@Mine_Demo_Bot", ANNA, GROUP)
    house.sink.say("/status@other_bot", ANNA, GROUP)
    house.sink.say("what is this", ANNA, GROUP)
    await house.heard_all()
    assert len(house.said(GROUP)) == 2


async def test_a_channel_a_bot_and_garbage_are_passed_over(house: House) -> None:
    waiting = house.sink.updates
    await until(lambda: waiting.polls)
    house.sink.say("/stop", ANNA, GROUP, sender_chat={"id": -100, "type": "channel", "title": "x"})
    house.sink.say("/stop", ANNA, ANNA, **{"from": {"id": ANNA, "is_bot": True, "first_name": "x"}})
    waiting.add_raw({"update_id": 5000, "message": {"from": {"id": ANNA}, "chat": [], "text": 4}})
    waiting.add_raw({"update_id": 5001, "callback_query": {"from": {"id": ANNA}, "data": None}})
    waiting.add_raw({"update_id": 5002, "channel_post": {"text": "/stop", "chat": {"id": GROUP}}})
    waiting.add_raw({"update_id": 5003, "message": None})
    await until(lambda: house.store.facts is not None and house.chat.reason == "" and not waiting._waiting)
    assert house.requests == [] and house.said() == []


async def test_forwarded_and_edited_commands_are_not_carried_out(house: House) -> None:
    house.lease()
    assert "forwarded" in await house.ask(
        "/curtail 30", forward_origin={"type": "hidden_user", "date": 1, "sender_user_name": "x"}
    )
    assert "edited" in await house.ask("/curtail 30", kind="edited_message")
    assert house.requests == []


# --- what is too old -----------------------------------------------------------------------------------------------------


async def test_what_was_written_while_the_pi_was_offline_does_not_act(house: House) -> None:
    await house.heard_all()
    await house.end()
    now_at = house.clock.now().wall_s
    for words in ("/curtail 30", "/release x", "/stop"):
        house.sink.say(words, ANNA, ANNA, date=now_at - 3_600)
    await house.begin()
    await until(lambda: len(house.said()) == 2)
    assert house.said()[-1].startswith("/stop was written over 2 minutes ago: too old to act on. Send it again")
    assert house.requests == []
    assert "Stop the whole site now?" in await house.ask("/stop")


async def test_without_a_trusted_clock_only_what_comes_while_it_listens_is_fresh(house: House) -> None:
    await house.end()
    house.clock.trusted, house.clock.ahead_s = False, -1e9
    house.sink.say("/curtail 30", ANNA, ANNA, date=house.clock.now().wall_s + 1e9 - 86_400)
    await house.begin()
    await until(house.said)
    assert "too old" in house.said()[0] and house.requests == []
    house.lease()
    assert (await house.ask("/curtail 30")).startswith("Curtailing to 0 kW")
    assert "not trusted" in await house.ask("/curtail until 18:00")


# --- alarms --------------------------------------------------------------------------------------------------------------


async def test_the_button_below_an_incident_acknowledges_it_and_no_later_one(house: House) -> None:
    house.desk.stands(record("hot", "i-1"), record("hotter", "i-1"), record("door", "i-2"))
    await house.ask("/help")
    message = house.sink.chat(ANNA)[-1]["message_id"]
    assert await house.press(message, data_of("i-1", ("hot", "hotter")), BOB) == "Acknowledged: hot, hotter"
    assert [one.acknowledged_by for one in house.desk.records.values()] == ["8 (telegram)", "8 (telegram)", ""]
    assert await house.press(message, data_of("i-1", ())) == "Acknowledged before, by 8 (telegram)"
    house.desk.stands(record("hot", "i-3"), record("hotter", "i-3"))
    assert "over" in await house.press(message, data_of("i-1", ()))
    assert not house.desk.records["hot"].acknowledged_by


async def test_ack_lists_and_takes_a_number_as_the_person_saw_it(house: House) -> None:
    house.desk.stands(record("door"), record("hot"), record("smoke", kind=AlarmKind.EMERGENCY))
    told = await house.ask("/ack")
    assert [line.partition(":")[0] for line in told.splitlines()[1:]] == ["1. smoke", "2. door", "3. hot"]
    assert len(house.buttons()) == 3
    house.desk.stands(record("fire", kind=AlarmKind.EMERGENCY))
    assert await house.ask("/ack 1") == "Acknowledged: smoke."
    assert "smoke was acknowledged by anna (telegram) before" in await house.ask("/ack smoke")
    assert "the list has 3" in await house.ask("/ack 9")
    assert "no open alarm nonsense" in await house.ask("/ack nonsense")
    assert "allowed is /ack" in await house.ask("/ack hot door")


async def test_a_restart_between_an_update_and_its_end_loses_no_acknowledgement_and_repeats_no_command(house: House) -> None:
    house.desk.stands(record("hot"))
    house.answers["lease"] = None
    before = house.store.facts.get(FACT)
    house.sink.say("/curtail 30", ANNA, ANNA)
    await until(lambda: house.requests)
    await house.end()  # killed while the controller had not answered yet
    assert before is None
    await house.begin()
    await house.heard_all()
    assert len(house.requests) == 1
    await house.end()
    house.sink.say("/ack hot", ANNA, ANNA)
    house.faults.set("telegram", "reset")  # nothing can be answered
    await house.begin()
    house.faults.clear()
    await until(lambda: house.desk.records["hot"].acknowledged_by)
    await house.heard_all()
    assert [one[0] for one in house.desk.asked] == ["acknowledge"]


async def test_an_acknowledgement_that_was_not_written_down_as_handled_comes_again_and_changes_nothing(house: House) -> None:
    house.desk.stands(record("hot"))
    await house.heard_all()
    await house.end()
    house.sink.updates.add_raw({"update_id": 9_000, "message": {
        "message_id": 77, "date": int(house.clock.now().wall_s), "text": "/ack hot", "from": {"id": ANNA}, "chat": {"id": ANNA},
    }})  # fmt: skip
    original = house.desk.acknowledge

    async def killed(key: str, who: str) -> str | None:
        await original(key, who)
        await asyncio.Event().wait()  # as a kill: nothing after it happens
        return None

    house.desk.acknowledge = killed  # type: ignore[method-assign]
    await house.begin()
    await until(lambda: house.desk.records["hot"].acknowledged_by)
    await house.end()
    house.desk.acknowledge = original  # type: ignore[method-assign]
    await house.begin()
    await until(lambda: any("before" in words for words in house.said()))
    assert house.desk.records["hot"].acknowledged_by == "anna (telegram)"


async def test_silence_is_for_a_time_of_a_key_a_pattern_or_all_warnings(house: House) -> None:
    assert (await house.ask("/silence 60")).startswith("Silent until ")
    assert "device_lost_*" in await house.ask("/silence 2h device_lost_*")
    assert await house.ask("/silence off device_lost_*") == "Told again: device_lost_*. Still silent: *."
    assert await house.ask("/silence off *") == "Told again: all warnings. Nothing is silent any more."
    assert house.desk.asked == [
        ("shelve", "*", 60.0, "anna (telegram)"),
        ("shelve", "device_lost_*", 120.0, "anna (telegram)"),
        ("unshelve", "device_lost_*", "anna (telegram)"),
        ("unshelve", "*", "anna (telegram)"),
    ]
    assert "How long?" in await house.ask("/silence")
    assert "'soon'" in await house.ask("/silence soon")


async def test_silence_says_what_still_comes_and_what_nobody_knows(house: House) -> None:
    house.desk.stands(record("hot", kind=AlarmKind.EMERGENCY))
    assert "signal_* (warnings only; emergencies are shelved by their exact key)" in await house.ask("/silence 30 signal_*")
    assert (await house.ask("/silence 30 trip_*")).startswith("Not silenced: trip_* names trips alone, which are emergencies")
    assert "hot. /silence off hot" in await house.ask("/silence 30 HOT")
    assert house.desk.asked[-1] == ("shelve", "hot", 30.0, "anna (telegram)")
    assert "no alarm of this name is known (open now: hot)" in await house.ask("/silence 30 nonsense")


async def test_test_sends_by_each_way_and_tells_what_the_provider_said(house: House) -> None:
    house.answers["test"] = Reply(request_id="", accepted=True, reason="done", result='{"receipt": "message 5"}')
    told = await house.ask("/test")
    assert told.splitlines() == [f"{name}: accepted by the provider (message 5)" for name in ("telegram", "email")]
    house.answers["test"] = REFUSED
    assert await house.ask("/test SMS") == "sms: NOT sent: no such load"
    assert "telegram, email, sms" in await house.ask("/test pigeon")


# --- the load ------------------------------------------------------------------------------------------------------------


async def test_curtail_hold_and_release_go_to_the_controller_under_the_persons_name(house: House) -> None:
    house.lease(reason="noted; control is observe, so nothing is commanded")
    told = await house.ask("/curtail 30 min 200 kW")
    assert told.startswith("Curtailing to 200 kW until ") and "/release bf1ce76d15b5 ends it" in told and "observe" in told
    await house.ask("/curtail 90")
    await house.ask("/hold 15 row-a row-b,row-c", BOB)
    await house.ask("/hold 1h")
    await house.ask("/release bf1ce76d15b5")
    wishes = [(one.verb, one.who, json.loads(one.payload)) for one in house.requests]
    signal: dict[str, Any] = {"kind": "power_signal", "level": "control", "target_kw": 200.0, "minutes": 30.0}
    sleep = {"kind": "miners", "action": "sleep", "members": ["row-a", "row-b", "row-c"], "minutes": 15.0}
    assert wishes == [
        ("lease", "anna (telegram)", signal),
        ("lease", "anna (telegram)", {**signal, "target_kw": 0.0, "minutes": 90.0}),
        ("lease", "8 (telegram)", sleep),
        ("lease", "anna (telegram)", {**sleep, "members": ["all"], "minutes": 60.0}),
        ("release", "anna (telegram)", {"id": "bf1ce76d15b5"}),
    ]
    assert all(0 < one.expires_at - house.clock.now().wall_s <= 10 for one in house.requests)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("/curtail", "How long?"), ("/curtail until", "How long?"), ("/curtail 25:00", "allowed is"),
        ("/curtail 0", "allowed is"), ("/curtail 1441", "allowed is"), ("/curtail -5", "allowed is"),
        ("/curtail nan", "allowed is"), ("/curtail 30 lots", "0 to 100000 kW"), ("/curtail 30 200 5", "0 to 100000 kW"),
        ("/hold 30 " + "x" * 101, "allowed are names"), ("/release a b", "allowed is /release"), ("/jump", "/curtail"),
        ("hello", "/help"), ("/why 14:05 15:06 16:07", "allowed is /why"),
    ],
)  # fmt: skip
async def test_wrong_input_is_told_with_what_is_allowed(house: House, words: str, part: str) -> None:
    assert part in await house.ask(words)
    assert house.requests == []


async def test_nobody_answers_and_that_is_said(house: House) -> None:
    house.answers["lease"] = None
    assert (await house.ask("/curtail 30")).startswith("No answer from the controller within 0.5 s")
    house.answers["lease"] = REFUSED
    assert await house.ask("/hold 30 nothing") == "Refused: no such load"
    house.connected = False
    assert "The broker is away: nothing was asked" in await house.ask("/curtail 30")
    assert len(house.requests) == 2


async def test_release_lists_what_is_held_with_buttons_that_grow_old(house: House) -> None:
    assert "unknown" in await house.ask("/release")
    held = Lease(
        id="abc123", kind=LeaseKind.MINERS, owner="ruth", reason="dust", from_at=0.0, until_at=2e9, payload="{}"
    )  # fmt: skip
    house.state = state(leases=(held,))
    assert "abc123 miners until 2033-" in await house.ask("/release")
    message, data = house.buttons()[0]
    house.clock.ahead_s = 601
    assert "too old" in await house.press(message, data)
    house.clock.ahead_s = 0
    assert await house.press(message, data) == "Releasing abc123"
    await until(lambda: "Released: abc123." in house.said())
    assert json.loads(house.requests[-1].payload) == {"id": "abc123"}


# --- the stop ------------------------------------------------------------------------------------------------------------


async def test_a_stop_is_carried_out_once_the_same_person_confirms_it(house: House) -> None:
    assert "Stop the whole site now?" in await house.ask("/stop", ANNA, GROUP)
    (message, yes), (_, no) = house.buttons(GROUP)
    assert "Only the person who sent /stop" in await house.press(message, yes, BOB)
    assert "Only the person who sent /stop" in await house.press(message, no, BOB)
    assert house.requests == []
    assert await house.press(message, yes) == "Stopping"
    await until(lambda: any(words.startswith("ORDERED") for words in house.said(GROUP)))
    assert [(one.verb, one.who) for one in house.requests] == [("stop", "anna (telegram)")]
    await until(lambda: house.said(GROUP)[0] == "Stopping, confirmed by anna (telegram).")
    assert "reply_markup" not in house.sink.messages[message]


async def test_a_confirmed_stop_outlives_a_kill_and_an_old_confirmation_does_not(house: House) -> None:
    house.answers["stop"] = None
    await house.ask("/stop")
    message, yes = house.buttons()[0]
    house.sink.press(message, yes, ANNA)
    await until(lambda: house.requests)
    await house.end()  # killed before anybody answered
    del house.answers["stop"]
    await house.begin()
    await until(lambda: any(words.startswith("ORDERED") for words in house.said()))
    assert [one.verb for one in house.requests] == ["stop", "stop"]
    await house.end()
    house.sink.press(message, yes, ANNA)
    house.clock.ahead_s = 3_600
    await house.begin()
    await house.heard_all()
    assert house.said()[0].startswith("Stopping, confirmed by") and len(house.requests) == 2


async def test_a_stop_that_is_taken_back_or_confirmed_too_late_stops_nothing(house: House) -> None:
    await house.ask("/stop")
    (message, _), (_, no) = house.buttons()
    assert await house.press(message, no) == "Nothing is stopped"
    await until(lambda: house.said()[-1].startswith("Not stopped"))
    await house.ask("/stop")
    message, yes = house.buttons()[0]
    house.clock.ahead_s = 61
    assert await house.press(message, yes) == "Too late"
    await until(lambda: house.said()[-1].startswith("NOT stopped"))
    assert house.requests == []


async def test_an_answered_stop_stays_answered(house: House) -> None:
    await house.ask("/stop")
    (message, yes), (_, no) = house.buttons()
    assert await house.press(message, yes) == "Stopping"
    await until(lambda: house.said()[-1].startswith("ORDERED"))
    assert (await house.press(message, no)).startswith("Answered before: Stopping, confirmed")
    house.clock.ahead_s = 61
    assert (await house.press(message, yes)).startswith("Answered before: Stopping, confirmed")
    await house.heard_all()
    assert house.said()[0] == "Stopping, confirmed by anna (telegram)." and len(house.requests) == 1


async def test_a_stop_that_was_taken_back_is_not_confirmed_by_its_old_button(house: House) -> None:
    await house.ask("/stop")
    (message, yes), (_, no) = house.buttons()
    await house.press(message, no)
    assert (await house.press(message, yes)).startswith("Answered before: Not stopped")
    await until(lambda: house.said()[0].startswith("Not stopped"))
    assert "reply_markup" not in house.sink.messages[message]
    await house.end()
    await house.begin()
    assert (await house.press(message, yes)).startswith("Answered before: Not stopped")
    await house.heard_all()
    assert house.requests == []


async def test_a_stop_goes_past_a_dead_broker_straight_to_the_controller(house: House) -> None:
    asked: list[Any] = []

    async def stop(request: web.Request) -> web.Response:
        asked.append(await request.json())
        return web.json_response({"stopped": True, "reason": "noted; control is observe, so nothing is commanded"})

    app = web.Application()
    app.router.add_post("/stop", stop)
    runner = web.AppRunner(app)
    await runner.setup()
    house.connected = False
    await house.ask("/stop")
    message, yes = house.buttons()[0]
    await house.press(message, yes)
    await until(lambda: house.said()[-1].startswith("NOT STOPPED. The broker is away"))
    assert house.said()[-1].endswith("Stop the site by hand. It may still be carried out when they answer again.")
    await web.TCPSite(runner, HOST, house.controller_port).start()
    await house.ask("/stop")
    message, yes = house.buttons()[0]
    await house.press(message, yes)
    await until(lambda: house.said()[-1].startswith("ORDERED"))
    assert asked[0]["who"] == "anna (telegram)"
    assert "The controller says: noted; control is observe, so nothing is commanded." in house.said()[-1]
    await runner.cleanup()


# --- what is asked -------------------------------------------------------------------------------------------------------


async def test_status_tells_what_the_site_does_with_ages_and_what_is_not_known(house: House) -> None:
    assert "[mine] Alive, but the controller was not heard" in await house.ask("/status")
    house.desk.stands(record("hot"))
    house.state = state()  # of no host's boot: its age is not known
    assert "[mine] Alive: curtailed, armed (age unknown)" in await house.ask("/status")
    boot = house.clock.now().host_boot
    house.state = state(host_boot=boot, decided_mono_s=house.clock.now().mono_s - 61)
    assert "[mine] Alive, but the controller is silent (its last decision 1 min 1 s ago)" in await house.ask("/status")
    held = Lease(id="abc123", kind=LeaseKind.MINERS, owner="ruth", reason="dust", from_at=0.0, until_at=2e9, payload="{}")
    trip = Trip(key="stop", reason="emergency stop by anna (telegram)", since_at=0.0)
    house.state = state(host_boot=boot, leases=(held,), trips=(trip,))
    told = await house.ask("/status")
    for part in (
        "[mine] Alive: curtailed, armed (0 s ago)", "Load 4 kW of 990 kW (0 s ago), target 0 kW", "Of 12 kW nobody knows",
        "Temperature 24.5 C", "the utility asks for control", "Signal utility: control", "Open alarms: 1", "hot is bad",
        "Channel email does not work: no answer", "Held by ruth until 2033-05-17 22:33 CDT: miners (abc123)",
        "Tripped: emergency stop by anna (telegram) (mine reset stop)",
    ):  # fmt: skip
        assert part in told


async def test_curtail_says_which_lease_it_takes_the_place_of_and_which_stands_beside_it(house: House) -> None:
    house.lease()
    alone = await house.ask("/curtail 30 200")
    assert "takes the place" not in alone and "stands too" not in alone
    held = Lease(
        id="abc123", kind=LeaseKind.POWER_SIGNAL, owner="anna (telegram)", reason="", from_at=0.0, until_at=2e9, payload="{}"
    )
    other = held.model_copy(update={"id": "def456", "owner": "ruth"})
    house.state = state(leases=(held, held.model_copy(update={"id": "asleep", "kind": LeaseKind.MINERS})))
    own = await house.ask("/curtail 30 100")
    assert "It takes the place of abc123 by anna (telegram) until 2033-05-17 22:33 CDT." in own and "stands too" not in own
    house.state = state(leases=(held.model_copy(update={"owner": "anna (session, 192.168.1.7)"}),))
    assert "takes the place of abc123 by anna (session, 192.168.1.7)" in await house.ask("/curtail 30 100"), "it is hers as well"
    house.state = state(leases=(held, other))
    both = await house.ask("/curtail 30 100")
    assert "takes the place of abc123 by anna (telegram)" in both
    assert " def456 by ruth until 2033-05-17 22:33 CDT stands too: the lowest counts." in both


class Turns(Faults):
    """Telegram asks for a pause so many times."""

    left = 0

    def value(self, device: str, kind: str) -> float | str | None:
        if kind != "rate_limit" or not self.left:
            return super().value(device, kind)
        self.left -= 1
        return 1.0


async def test_an_answer_waits_its_turn_where_several_were_asked_for_at_once(tmp_path: Path) -> None:
    house = House(tmp_path)
    turns = house.sink._faults = Turns()
    house.port = await house.sink.start(HOST, 0)
    turns.left, line = 4, Line(house.settings().notifications)
    await Talker(line).say(ANNA, Answer("because"))
    assert house.said() == ["because"] and turns.left == 0
    await line.close()
    await house.sink.stop()


async def test_why_is_asked_of_the_api_and_a_long_answer_is_cut_at_a_line(house: House) -> None:
    lines = "\n".join(f"line {number} of the answer" for number in range(1_000))
    house.answers["why"] = Reply(request_id="", accepted=True, reason="done", result=json.dumps({"text": lines}))
    told = await house.ask("/why 14:05")
    assert told.startswith("line 0 of") and told.endswith("of the answer\n...") and len(told) <= 4_096
    assert json.loads(house.requests[0].payload) == {"at": "14:05"}
    await house.ask("/why")
    assert json.loads(house.requests[1].payload) == {}
    house.answers["why"] = None
    assert "No answer from the api" in await house.ask("/why")


async def test_the_app_offers_the_commands(house: House) -> None:
    await until(lambda: house.sink.commands)
    names = [one["command"] for one in house.sink.commands]
    assert names == ["status", "why", "ack", "curtail", "hold", "release", "silence", "test", "stop", "help"]
    told = await house.ask("/help")
    assert all(f"/{name}" in told for name in names)


# --- Telegram itself -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("asked_s", "pause_s"), [(-5.0, 1.0), (0.0, 1.0), (float("nan"), 1.0), (7.0, 7.0), (1e9, 3_600.0)])
async def test_no_figure_in_an_answer_makes_the_chat_rush_or_sleep_for_ever(house: House, asked_s: float, pause_s: float) -> None:
    assert house.chat._pause_s(Failed("a pause", retry_after_s=asked_s)) == pause_s


async def test_a_button_with_a_broken_sign_is_answered_and_leaves_no_fault(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await house.ask("/help")
    message, at = house.sink.chat(ANNA)[-1]["message_id"], int(house.clock.now().wall_s)
    assert (await house.press(message, f"rel:\ud800:{at}")).startswith("Releasing ?")
    await until(lambda: house.said()[-1].startswith("Released: ?"))
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


async def test_another_poller_is_a_reason_and_it_goes_on_when_that_ends(house: House, tmp_path: Path) -> None:
    await house.heard_all()
    other = House(tmp_path / "other")
    other.port, other.sink = house.port, house.sink
    await other.begin()
    await until(lambda: "409" in house.chat.reason)
    deaf_since_s = house.chat.deaf_since_mono_s
    assert house.chat.is_deaf and deaf_since_s is not None
    for number in range(5):
        house.sink.say(f"hello {number}", ANNA, ANNA)  # whoever polls just then hears it; that is no end
    await until(lambda: len(house.said()) + len(other.said()) >= 6)
    assert house.chat.deaf_since_mono_s == deaf_since_s
    await other.end()
    await until(lambda: house.chat.is_deaf is False)
    assert house.chat.reason == "" and house.chat.deaf_since_mono_s is None
    await house.heard_all()


async def test_polls_that_fail_while_telegram_takes_messages_are_a_deaf_chat_and_a_lost_link_is_none(house: House) -> None:
    await house.heard_all()
    house.faults.set("telegram", "reset")
    await until(lambda: house.chat.is_deaf)
    assert house.chat.deaf_since_mono_s is None
    house.faults.clear()
    await until(lambda: house.chat.is_deaf is False)
    house.sink.updates.add_raw(object())  # no JSON: getUpdates alone answers 500 from now on
    await until(lambda: house.chat.deaf_since_mono_s is not None)


async def test_with_nobody_on_the_list_nobody_is_deaf(house: House) -> None:
    settings = house.settings()
    nobody = replace(settings, persons={}, notifications=settings.notifications.model_copy(update={"telegram_users": ()}))
    chat = Chat(nobody, house.store, house.desk, house.asking, house.clock)
    await chat.run()
    assert chat.is_deaf is False


async def test_telegram_that_fails_is_asked_again_until_it_answers(house: House) -> None:
    await house.heard_all()
    for fault in ("html", "reset", "unauthorised", "garbage"):
        house.faults.set("telegram", fault)
        await house.end()
        await house.begin()
        await until(lambda: house.chat.reason.startswith("does not listen"), what=fault)
        assert TOKEN not in house.chat.reason
        house.faults.clear()
        await until(lambda: house.chat.reason == "", what=fault)
    await house.heard_all()


async def test_the_token_is_in_no_line_of_the_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await house.end()
    house.faults.set("telegram", "reset")
    await house.begin()
    await until(lambda: house.chat.reason)
    house.faults.clear()
    await house.ask("/status")
    assert TOKEN not in caplog.text


async def test_with_nobody_on_the_list_nothing_is_asked_of_telegram(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.port = 1
    told = house.settings().notifications.model_copy(update={"telegram_users": ()})
    settings = replace(house.settings(), notifications=told, persons={})
    store = Store(tmp_path / "alerts.db")
    await Chat(settings, store, house.desk, Asking(lambda _: None, house.clock), house.clock, pace=PACE).run()
    store.close()


async def test_a_server_that_answers_nothing_at_once_is_asked_with_a_pause(house: House) -> None:
    asked_s: list[float] = []

    async def nothing(_asked: dict[str, Any]) -> list[Any]:
        asked_s.append(time.monotonic())
        return []

    await house.heard_all()
    house.sink._methods["getupdates"] = nothing
    await house.end()
    await house.begin()
    await until(lambda: len(asked_s) > 5)
    pauses_s = [after - before for before, after in pairwise(asked_s)][1:]  # the first asks for no wait, and gets none
    assert min(pauses_s) >= PACE.first_s
    assert Pace().first_s >= 1.0
    assert house.chat.is_deaf is False


async def test_updates_that_are_no_list_make_no_sense_and_that_is_told(house: House) -> None:
    asked: list[dict[str, Any]] = []

    async def no_list(one: dict[str, Any]) -> dict[str, Any]:
        asked.append(one)
        return {"update_id": 1}

    await house.heard_all()
    house.sink._methods["getupdates"] = no_list
    await house.end()
    await house.begin()
    await until(lambda: house.chat.is_deaf)
    assert house.chat.reason.startswith("does not listen: Telegram answers with a fault of its own, or something else")
    assert len(asked) <= 2
