"""The fake Bot API refuses and remembers as the real one does, asked with the real library."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, Forbidden

from services.simulator.devices.telegram_sink import TelegramSink
from services.simulator.site import Faults

HOST, TOKEN, GROUP, USER = "127.0.0.1", "demo:token", -5, 7
pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[tuple[TelegramSink, Bot]]:
    sink = TelegramSink(Faults(), token=TOKEN, chats=[str(GROUP)])
    port = await sink.start(HOST, 0)
    bot = Bot(TOKEN, base_url=f"http://{HOST}:{port}/bot")
    yield sink, bot
    for request in bot._request:
        await request.shutdown()
    await sink.stop()


async def test_a_chat_has_its_title_and_a_reply_its_message(telegram: Any) -> None:
    sink, bot = telegram
    assert (await bot.get_chat(GROUP)).title == "Operators"
    first = await bot.send_message(GROUP, "hot")
    reply = await bot.send_message(GROUP, "over", reply_parameters=ReplyParameters(first.message_id))
    assert reply.reply_to_message.text == "hot"
    assert [one["text"] for one in sink.chat(GROUP)] == ["hot", "over"]
    with pytest.raises(BadRequest, match="replied not found"):
        await bot.send_message(GROUP, "over", reply_parameters=ReplyParameters(99))
    alone = ReplyParameters(99, allow_sending_without_reply=True)
    assert (await bot.send_message(GROUP, "over", reply_parameters=alone)).reply_to_message is None


async def test_a_button_takes_64_bytes(telegram: Any) -> None:
    _, bot = telegram
    for length, taken in ((64, True), (65, False)):
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Seen", callback_data="x" * length)]])
        if taken:
            assert await bot.send_message(GROUP, "hot", reply_markup=keyboard)
        else:
            with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
                await bot.send_message(GROUP, "hot", reply_markup=keyboard)


async def test_commands_are_lower_case_words(telegram: Any) -> None:
    sink, bot = telegram
    assert await bot.set_my_commands([("status", "what it does")])
    assert sink.commands == [{"command": "status", "description": "what it does"}]
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([("Status", "what it does")])


async def test_what_a_bot_did_not_ask_for_is_not_kept_for_it(telegram: Any) -> None:
    sink, bot = telegram
    assert await bot.get_updates(timeout=0, allowed_updates=["message"]) == ()
    sink.say("hello", USER, USER, kind="edited_message")
    sink.say("/status", USER, USER)
    (update,) = await bot.get_updates(timeout=0)
    assert update.message.text == "/status" and update.message.entities[0].type == "bot_command"
    assert await bot.get_updates(timeout=0, offset=update.update_id + 1) == ()


async def test_a_moved_group_names_its_new_number_and_a_blocked_bot_is_told(telegram: Any) -> None:
    sink, bot = telegram
    sink.move(str(GROUP), -1007)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(GROUP, "hot")
    assert moved.value.new_chat_id == -1007
    sink.block("-1007")
    with pytest.raises(Forbidden, match="kicked"):
        await bot.send_message(-1007, "hot")
