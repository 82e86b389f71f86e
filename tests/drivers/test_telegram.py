"""Telegram as a way to people, against a Bot API on real sockets."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.notifier.channels import telegram
from services.notifier.channels.base import Failed, Unwelcome
from services.notifier.channels.telegram import Telegram
from services.notifier.channels.telegram_errors import failed_of
from services.notifier.message import Act, Outgoing, Text
from services.shared.settings.telling import Notifications
from services.shared.vocabulary import AlarmKind
from services.simulator.devices.telegram_sink import TelegramSink
from services.simulator.site import Faults

HOST, TOKEN, GROUP, ANNA = "127.0.0.1", "4200042:AAdemo-token-of-a-test", -5, 7
HOT = Outgoing("1", Act.POST, AlarmKind.EMERGENCY, Text("It is hot: 41 °C", "Go & look.", "hot"), ("hot",), "incident-1")


@dataclass
class Line:
    faults: Faults
    sink: TelegramSink
    told: Notifications
    channel: Telegram

    def words(self, number: int = 1) -> str:
        return str(self.sink.messages[number]["text"])


def made(told: Notifications) -> Telegram:
    channel = telegram.make(told)
    assert isinstance(channel, Telegram)
    return channel


@pytest_asyncio.fixture
async def line() -> AsyncIterator[Line]:
    faults = Faults()
    sink = TelegramSink(faults, token=TOKEN, chats=[str(GROUP)])
    port = await sink.start(HOST, 0)
    told = Notifications(
        telegram_token=SecretStr(TOKEN), telegram_chat_id=str(GROUP), telegram_api=f"http://{HOST}:{port}"
    )  # fmt: skip
    channel = made(told)
    yield Line(faults, sink, told, channel)
    await channel.close()
    await sink.stop()


async def failure(line: Line, message: Outgoing = HOT, recipient: str = "") -> Failed:
    with pytest.raises(Failed) as caught:
        await line.channel.send(recipient, message)
    assert TOKEN not in str(caught.value)
    return caught.value


@pytest.mark.asyncio
async def test_an_incident_is_one_message_that_is_edited_and_answered(line: Line) -> None:
    posted = await line.channel.send("", HOT)
    assert (posted.words, posted.ref) == ("message 1", "-5/1")
    cooler = replace(HOT, act=Act.EDIT, ref=posted.ref, text=Text("It was hot", "It cools.", ""))
    edited = await line.channel.send("", cooler)
    over = await line.channel.send("", replace(HOT, act=Act.REPLY, ref=posted.ref, text=Text("Ended after 5 min", "", "")))
    assert edited.ref == over.ref == posted.ref
    assert line.words() == "It was hot\n\nIt cools." and line.words(2) == "Ended after 5 min"
    assert [one["kind"] for one in line.sink.inbox.all()] == ["message", "edit", "message"]
    assert line.sink.inbox.all()[-1]["reply_to"] == 1
    assert not line.sink.inbox.all()[-1]["silent"]


@pytest.mark.asyncio
async def test_an_edit_that_changes_nothing_is_done(line: Line) -> None:
    posted = await line.channel.send("", HOT)
    assert await line.channel.send("", replace(HOT, act=Act.EDIT, ref=posted.ref))
    assert len(line.sink.inbox.all()) == 1


@pytest.mark.asyncio
async def test_a_message_that_somebody_deleted_is_posted_anew_and_an_answer_to_it_stands_alone(line: Line) -> None:
    posted = await line.channel.send("", HOT)
    line.sink.delete(1)
    again = await line.channel.send("", replace(HOT, act=Act.EDIT, ref=posted.ref))
    assert again.ref == "-5/2"
    line.sink.delete(2)
    await line.channel.send("", replace(HOT, act=Act.REPLY, ref=again.ref))
    assert "reply_to" not in line.sink.inbox.all()[-1] and 3 in line.sink.messages


@pytest.mark.asyncio
async def test_an_edit_or_a_reply_without_a_known_post_is_posted(line: Line) -> None:
    for act in (Act.EDIT, Act.REPLY):
        assert (await line.channel.send("", replace(HOT, act=act, ref=""))).ref.startswith("-5/")
    assert len(line.sink.messages) == 2


@pytest.mark.asyncio
async def test_the_button_names_its_incident_within_64_bytes(line: Line) -> None:
    await line.channel.send("", replace(HOT, ask=True, thread="x" * 500))
    await line.channel.send("", replace(HOT, ask=True, thread="", keys=("k" * 300,)))
    await line.channel.send("", replace(HOT, ask=True, thread="", keys=tuple(map(str, range(500)))))
    data = [one["reply_markup"]["inline_keyboard"][0][0]["callback_data"] for one in line.sink.inbox.all()]
    assert len(set(data)) == 3 and data[2] == "ack:list"
    await line.channel.send("", HOT)
    assert "reply_markup" not in line.sink.inbox.all()[-1]


@pytest.mark.asyncio
async def test_a_text_that_is_too_long_is_cut_at_a_line_as_telegram_counts(line: Line) -> None:
    await line.channel.send("", replace(HOT, text=Text("many", "\n".join(f"{n} \N{FIRE}\N{FIRE}" for n in range(2_000)), "")))
    said = line.words()
    assert 3_900 < len(said.encode("utf-16-le")) // 2 <= 4_096
    assert said.endswith("\N{FIRE}\N{FIRE}\n...")


@pytest.mark.asyncio
async def test_a_person_is_written_to_by_the_number_and_one_who_blocked_the_bot_holds_up_nobody(line: Line) -> None:
    unknown = await failure(line, recipient=str(ANNA))
    assert unknown.hopeless and not unknown.slow and "written to it once" in str(unknown)
    line.sink.say("/start", ANNA, ANNA)
    assert (await line.channel.send(str(ANNA), HOT)).ref.startswith("7/")
    line.sink.block(str(ANNA))
    line.sink.block(str(GROUP))
    assert (await failure(line, recipient=str(ANNA))).hopeless
    of_group = await failure(line)
    assert of_group.slow and not of_group.hopeless


@pytest.mark.asyncio
async def test_a_group_that_became_a_supergroup_is_followed_and_old_messages_are_not_confused(line: Line) -> None:
    posted = await line.channel.send("", HOT)
    line.sink.move(str(GROUP), -1001)
    sent = await line.channel.send("", replace(HOT, act=Act.EDIT, ref=posted.ref))
    assert sent.ref == "-1001/2" and "set telegram_chat_id to -1001" in sent.words
    assert (await line.channel.send("", HOT)).words == "message 3"
    assert "-1001" in await line.channel.check()


@pytest.mark.asyncio
async def test_a_pause_that_telegram_asks_for_is_passed_on(line: Line) -> None:
    line.faults.set("telegram", "rate_limit", 17)
    failed = await failure(line)
    assert (failed.retry_after_s, failed.hopeless, failed.maybe_taken) == (17.0, False, False)


@pytest.mark.asyncio
async def test_the_check_tells_the_bot_and_the_chat_or_what_is_wrong(line: Line) -> None:
    assert await line.channel.check() == "bot @mine_demo_bot, chat Operators"
    assert line.sink.messages == {}
    for changes, reason in (
        ({"telegram_token": SecretStr("1:wrong-secret")}, "telegram_token is wrong"),
        ({"telegram_chat_id": "-77"}, "chat not found"),
    ):
        other = made(line.told.model_copy(update=changes))
        with pytest.raises(Failed, match=reason) as caught:
            await other.check()
        assert "wrong-secret" not in str(caught.value) and caught.value.slow
        await other.close()


@pytest.mark.asyncio
async def test_the_token_is_in_no_line_of_the_log(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    channel = made(line.told)
    await channel.send("", HOT)
    line.faults.set("telegram", "html")
    await failure(line)
    line.faults.set("telegram", "reset")
    await failure(line)
    await channel.close()
    assert TOKEN not in caplog.text


@pytest.mark.asyncio
async def test_who_never_wrote_to_the_bot_is_found_without_a_message(line: Line) -> None:
    line.sink.say("/start", ANNA, ANNA)
    found = await line.channel.unreached((str(ANNA), "8"))
    assert list(found) == ["8"] and "written to it once" in found["8"]
    assert line.sink.inbox.all() == []


@pytest.mark.asyncio
async def test_a_wrong_token_is_no_fault_of_the_person_whatever_words_it_comes_in(line: Line) -> None:
    line.faults.set("telegram", "unauthorised")
    failed = await failure(line, recipient=str(ANNA))
    assert failed.slow and not failed.hopeless
    assert failed_of(403, "Forbidden: the token of this chat").slow
    line.faults.clear()
    line.sink.block("8")
    assert (await failure(line, recipient="8")).hopeless


@pytest.mark.parametrize(
    ("said", "hopeless"),
    [
        ("Message is too long", True),
        ("Can't parse entities: unexpected end", True),
        ("BUTTON_DATA_INVALID", True),
        ("Some new rule of theirs", False),
        ("The chat is busy with something new", False),
        ("", False),
    ],
)
def test_an_emergency_is_given_up_only_for_words_that_are_known_to_be_about_itself(said: str, hopeless: bool) -> None:
    failed = failed_of(400, said)
    assert (failed.hopeless, failed.unfit, failed.slow) == (hopeless, hopeless, not hopeless)
    assert not isinstance(failed, Unwelcome)
    assert failed_of(400, said, edits=True).hopeless


def test_a_chat_that_is_closed_to_the_bot_is_known_as_one() -> None:
    for said in ("Chat not found", "Not enough rights to send text messages to the chat", "CHAT_WRITE_FORBIDDEN"):
        assert isinstance(failed_of(400, said), Unwelcome)


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", ["garbage", "html", "error"])
async def test_what_answers_in_telegrams_place_is_no_refusal(line: Line, fault: str) -> None:
    line.faults.set("telegram", fault)
    failed = await failure(line)
    assert "something else answers in its place" in str(failed)
    assert not failed.hopeless and not failed.slow and failed.retry_after_s is None


@pytest.mark.asyncio
async def test_where_the_connection_broke_off_the_message_may_be_there(line: Line) -> None:
    line.faults.set("telegram", "reset")
    failed = await failure(line)
    assert failed.maybe_taken and not failed.hopeless
    await line.sink.stop()
    assert not (await failure(line)).maybe_taken


@pytest.mark.parametrize("pause", ["17", True, None, [], 1e400])
def test_a_pause_that_is_no_number_is_none(pause: object) -> None:
    assert failed_of(429, "Too Many Requests", {"retry_after": pause}).retry_after_s is None
