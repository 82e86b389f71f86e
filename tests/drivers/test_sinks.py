"""The sinks speak what the real services speak: proven with the clients that the notifier uses."""

import asyncio
import base64
import hmac
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiohttp
import aiosmtplib
import pytest
import pytest_asyncio
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError, RetryAfter, TimedOut

from services.simulator.devices.sms_sink import SmsSink
from services.simulator.devices.smtp_sink import SmtpSink
from services.simulator.devices.telegram_sink import TelegramSink
from services.simulator.devices.webhook_sink import WebhookSink
from services.simulator.site import Faults
from tests.waiting import until

TOKEN, CHAT, USER = "demo:token", 42, 7
HOST = "127.0.0.1"


@pytest.fixture
def faults() -> Faults:
    return Faults()


# --- Telegram ------------------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def telegram(faults: Faults) -> AsyncIterator[tuple[TelegramSink, Callable[[str], Awaitable[Bot]]]]:
    sink = TelegramSink(faults, token=TOKEN, chats=[str(CHAT)])
    port = await sink.start(HOST, 0)
    bots: list[Bot] = []

    async def bot(token: str = TOKEN) -> Bot:
        bots.append(Bot(token, base_url=f"http://{HOST}:{port}/bot"))
        await bots[-1]._request[0].initialize()
        await bots[-1]._request[1].initialize()
        return bots[-1]

    yield sink, bot
    for one in bots:
        for request in one._request:
            await request.shutdown()
    await sink.stop()


@pytest.mark.asyncio
async def test_telegram_takes_a_message_and_its_change(telegram: Any) -> None:
    sink, connect = telegram
    bot = await connect()
    assert (await bot.get_me()).is_bot
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Seen", callback_data="ack:1")]])
    sent = await bot.send_message(CHAT, "Too hot: 41 °C & rising", disable_notification=True, reply_markup=keyboard)
    assert sent.text == "Too hot: 41 °C & rising"
    assert sent.chat.id == CHAT
    changed = await bot.edit_message_text("It cools", chat_id=CHAT, message_id=sent.message_id)
    assert changed.text == "It cools"  # type: ignore[union-attr]
    first, second = sink.inbox.all()
    assert (first["kind"], first["silent"], first["chat_id"]) == ("message", True, CHAT)
    assert first["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "ack:1"
    assert (second["kind"], second["text"]) == ("edit", "It cools")
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text("It cools", chat_id=CHAT, message_id=sent.message_id)


@pytest.mark.asyncio
async def test_telegram_brings_what_a_person_writes_and_presses(telegram: Any) -> None:
    sink, connect = telegram
    bot = await connect()
    sent = await bot.send_message(CHAT, "Seen?")
    waiting = asyncio.create_task(bot.get_updates(timeout=5))
    sink.say("/status", USER, CHAT)
    (written,) = await waiting
    assert written.message.text == "/status"
    assert written.message.from_user.id == USER
    sink.press(sent.message_id, "ack:1", USER)
    (pressed,) = await bot.get_updates(offset=written.update_id + 1)
    assert pressed.callback_query.data == "ack:1"
    assert await bot.answer_callback_query(pressed.callback_query.id, "Thank you")
    assert sink.inbox.all()[-1]["text"] == "Thank you"
    with pytest.raises(BadRequest, match=r"[Qq]uery is too old"):
        await bot.answer_callback_query(pressed.callback_query.id)
    assert await bot.get_updates(offset=pressed.update_id + 1, timeout=0) == ()


@pytest.mark.asyncio
async def test_two_pollers_of_one_token_are_a_conflict(telegram: Any) -> None:
    sink, connect = telegram
    bot, other = await connect(), await connect()
    first = asyncio.create_task(bot.get_updates(timeout=5))
    await until(lambda: sink.updates.polls == 1)
    second = asyncio.create_task(other.get_updates(timeout=5))
    with pytest.raises(Conflict):
        await first
    sink.say("hello", USER, CHAT)
    assert len(await second) == 1


@pytest.mark.asyncio
async def test_telegram_refuses_as_the_real_one_does(telegram: Any, faults: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    sink, connect = telegram
    bot, stranger = await connect(), await connect("other:token")
    with pytest.raises(InvalidToken):
        await stranger.send_message(CHAT, "hello")
    with pytest.raises(BadRequest, match=r"[Cc]hat not found"):
        await bot.send_message(43, "hello")
    with pytest.raises(BadRequest, match="too long"):
        await bot.send_message(CHAT, "x" * 4097)
    faults.set("telegram", "rate_limit", 17)
    with pytest.raises(RetryAfter, match="17"):
        await bot.send_message(CHAT, "hello")
    faults.clear()
    faults.set("telegram", "html")
    with pytest.raises(NetworkError):
        await bot.send_message(CHAT, "hello")
    faults.clear()
    faults.set("telegram", "hang")
    with pytest.raises(TimedOut):
        await bot.send_message(CHAT, "hello", read_timeout=0.2)
    assert sink.inbox.all() == []


# --- e-mail --------------------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def smtp(faults: Faults, tmp_path: Path) -> AsyncIterator[tuple[SmtpSink, int, Path]]:
    ca_file = tmp_path / "simulator" / "ca.pem"
    sink = SmtpSink(faults, user="mine@demo.test", password="demo-mail-password", ca_file=ca_file)
    yield sink, await sink.start(HOST, 0), ca_file
    await sink.stop()


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "mine@demo.test", "operator@demo.test", "Fan 3 stands still — west"
    message.set_content("Replaced by fan 4.\n.\nLook at it.")
    return message


async def send(port: int, ca_file: Path, *, password: str = "demo-mail-password", host: str = HOST) -> None:
    await aiosmtplib.send(
        mail(), hostname=host, port=port, start_tls=True, username="mine@demo.test", password=password, timeout=5,
        tls_context=ssl.create_default_context(cafile=ca_file),
    )  # fmt: skip


@pytest.mark.asyncio
async def test_mail_arrives_over_tls_that_the_written_authority_proves(smtp: Any, caplog: pytest.LogCaptureFixture) -> None:
    sink, port, ca_file = smtp
    await send(port, ca_file)
    await send(port, ca_file, host="localhost")
    received = sink.inbox.all()
    assert len(received) == 2
    assert received[0]["subject"] == "Fan 3 stands still — west"
    assert received[0]["text"] == "Replaced by fan 4.\n.\nLook at it."
    assert (received[0]["sender"], received[0]["to"]) == ("mine@demo.test", ["operator@demo.test"])
    assert "deprecated" not in caplog.text


@pytest.mark.asyncio
async def test_one_mailbox_of_two_is_unknown(smtp: Any, faults: Faults) -> None:
    sink, port, ca_file = smtp
    faults.set("smtp", "refuse", "operator@demo.test")
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await send(port, ca_file)
    faults.set("smtp", "refuse", "another@demo.test")
    await send(port, ca_file)
    assert sink.inbox.all()[0]["headers"]["To"] == "operator@demo.test"


@pytest.mark.asyncio
async def test_a_mute_server_takes_the_connection_and_says_nothing(smtp: Any, faults: Faults) -> None:
    _, port, _ = smtp
    faults.set("smtp", "frozen")
    reader, writer = await asyncio.open_connection(HOST, port)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.2)
    writer.close()
    await writer.wait_closed()


@pytest.mark.asyncio
async def test_mail_from_an_unknown_authority_or_without_tls_or_with_a_wrong_password_fails(smtp: Any) -> None:
    sink, port, ca_file = smtp
    with pytest.raises((ssl.SSLError, aiosmtplib.SMTPException)):
        await aiosmtplib.send(mail(), hostname=HOST, port=port, start_tls=True, timeout=5)
    with pytest.raises(aiosmtplib.SMTPException):
        await aiosmtplib.send(mail(), hostname=HOST, port=port, start_tls=False, timeout=5)
    with pytest.raises(aiosmtplib.SMTPAuthenticationError):
        await send(port, ca_file, password="wrong")
    assert sink.inbox.all() == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("unauthorised", aiosmtplib.SMTPAuthenticationError),
        ("rate_limit", aiosmtplib.SMTPRecipientsRefused),
        ("error", aiosmtplib.SMTPDataError),
        ("reset", aiosmtplib.SMTPServerDisconnected),
    ],
)
async def test_a_mail_server_in_trouble_says_so_and_keeps_nothing(smtp: Any, faults: Faults, kind: str, error: type) -> None:
    sink, port, ca_file = smtp
    faults.set("smtp", kind)
    with pytest.raises(error):
        await send(port, ca_file)
    assert sink.inbox.all() == []


# --- SMS -----------------------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def sms(faults: Faults) -> AsyncIterator[tuple[SmsSink, str]]:
    sink = SmsSink(faults, account="ACdemo", token="secret")
    yield sink, f"http://{HOST}:{await sink.start(HOST, 0)}"
    await sink.stop()


FORM = {"To": "+15005550010", "From": "+15005550006", "Body": "Site off: 12 kW"}


async def post(url: str, form: dict[str, str], login: tuple[str, str] = ("ACdemo", "secret")) -> tuple[int, Any, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{url}/2010-04-01/Accounts/ACdemo/Messages.json",
            data=form,
            headers={"Authorization": aiohttp.encode_basic_auth(*login)},
        ) as answer,
    ):
        return answer.status, await answer.json(), answer.headers


@pytest.mark.asyncio
async def test_twilio_takes_a_message(sms: Any) -> None:
    sink, url = sms
    status, body, _ = await post(url, FORM)
    assert (status, body["status"], body["to"], body["error_code"]) == (201, "queued", "+15005550010", None)
    assert body["sid"].startswith("SM")
    assert sink.inbox.all()[0]["text"] == "Site off: 12 kW"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("form", "code"),
    [(FORM | {"To": ""}, 21604), (FORM | {"From": ""}, 21603), (FORM | {"Body": ""}, 21602), (FORM | {"To": "555"}, 21211)],
)
async def test_twilio_names_what_is_wrong_with_its_code(sms: Any, form: dict[str, str], code: int) -> None:
    sink, url = sms
    status, body, _ = await post(url, form)
    assert (status, body["code"], body["status"]) == (400, code, 400)
    assert sink.inbox.all() == []


@pytest.mark.asyncio
async def test_twilio_refuses_strangers_and_floods(sms: Any, faults: Faults) -> None:
    sink, url = sms
    status, body, _ = await post(url, FORM, ("ACdemo", "wrong"))
    assert (status, body["code"]) == (401, 20003)
    faults.set("sms", "rate_limit", 30)
    status, body, headers = await post(url, FORM)
    assert (status, body["code"], headers["Retry-After"]) == (429, 20429, "30")
    assert sink.inbox.all() == []


@pytest.mark.asyncio
async def test_the_plain_endpoint_keeps_body_and_headers(sms: Any) -> None:
    sink, url = sms
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/sms", data=b"to=%2B1&text=off", headers={"X-Key": "k"}) as sent,
    ):
        assert sent.status == 202
    (kept,) = sink.inbox.all()
    assert kept["body"] == "to=%2B1&text=off"
    assert kept["headers"]["X-Key"] == "k"


async def account(url: str, sid: str, login: tuple[str, str]) -> tuple[int, Any]:
    headers = {"Authorization": aiohttp.encode_basic_auth(*login)}
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{url}/2010-04-01/Accounts/{sid}.json", headers=headers) as answer,
    ):
        return answer.status, await answer.json()


@pytest.mark.asyncio
async def test_twilio_shows_an_account_to_whom_it_belongs(sms: Any, faults: Faults) -> None:
    _, url = sms
    status, body = await account(url, "ACdemo", ("ACdemo", "secret"))
    assert (status, body["status"]) == (200, "active")
    status, body = await account(url, "ACdemo", ("ACdemo", "wrong"))
    assert (status, body["code"]) == (401, 20003)
    status, body = await account(url, "ACother", ("ACdemo", "secret"))
    assert (status, body["code"]) == (404, 20404)
    faults.set("sms", "offline")
    assert (await account(url, "ACdemo", ("ACdemo", "secret")))[1]["status"] == "suspended"


# --- webhook -------------------------------------------------------------------------------------------------------------

SECRET, ID, BODY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_1", b'{"id": "msg_1"}'


@pytest_asyncio.fixture
async def hook(faults: Faults) -> AsyncIterator[tuple[WebhookSink, str]]:
    sink = WebhookSink(faults, secret=SECRET)
    yield sink, f"http://{HOST}:{await sink.start(HOST, 0)}/hook"
    await sink.stop()


async def call(url: str, at: int, signature: str, body: bytes = BODY) -> int:
    headers = {"webhook-id": ID, "webhook-timestamp": str(at), "webhook-signature": signature}
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
        return answer.status


@pytest.mark.asyncio
async def test_a_webhook_is_kept_only_with_the_right_signature_of_these_minutes(hook: Any) -> None:
    sink, url = hook
    now = int(time.time())
    key = base64.b64decode(SECRET.removeprefix("whsec_"))

    def signed(at: int) -> str:
        return "v1," + base64.b64encode(hmac.digest(key, f"{ID}.{at}.".encode() + BODY, "sha256")).decode()

    assert await call(url, now, f"v1,AAAA v1a,BBBB {signed(now)}") == 204
    assert await call(url, now, signed(now), BODY + b" ") == 401
    assert await call(url, now - 400, signed(now - 400)) == 401
    assert await call(url, now, "") == 401
    assert [message["id"] for message in sink.inbox.all()] == [ID]
