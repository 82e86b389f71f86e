"""E-mail against a mail server with STARTTLS and a login: what arrives, what is refused, and what is told of it."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.notifier.channels.base import Failed
from services.notifier.channels.email import Email
from services.notifier.message import Act
from services.shared.vocabulary import AlarmKind
from services.simulator import certificate
from tests.drivers.providers import HOST, MAIL_PASSWORD, Providers, outgoing, providers_on

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def providers(tmp_path: Path) -> AsyncIterator[Providers]:
    async with providers_on(tmp_path) as those:
        yield those


@asynccontextmanager
async def mail_server(lines: dict[bytes, bytes]) -> AsyncIterator[tuple[int, list[bytes]]]:
    """One without TLS that answers by the first word of a line."""
    heard: list[bytes] = []
    talks: list[asyncio.Task[None] | None] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.append(asyncio.current_task())
        writer.write(b"220 plain ESMTP\r\n")
        while line := await reader.readline():
            heard.append(line)
            writer.write(lines.get(line[:4].upper(), b"502 what?\r\n"))
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(talk, HOST, 0)
    async with server:
        yield server.sockets[0].getsockname()[1], heard
        await asyncio.gather(*(talk for talk in talks if talk is not None))


async def test_one_mail_goes_to_all_recipients_plain_and_as_html(providers: Providers) -> None:
    (sent,) = await providers.send("email")
    assert sent.words.startswith("2.0.0 OK")
    (mail,) = providers.smtp.inbox.all()
    assert mail["to"] == ["a@demo.test", "b@demo.test"]
    assert (mail["subject"], mail["text"]) == ("[mine] EMERGENCY: 41 °C & <rising>", "It is hot.\nGo & look.")
    assert "<h3>[mine] EMERGENCY: 41 °C &amp; &lt;rising&gt;</h3>" in mail["html"]
    assert "It is hot.<br>\nGo &amp; look." in mail["html"]


async def test_a_persons_own_address_is_told_alone(providers: Providers) -> None:
    channel = providers.channel("email")
    await channel.send("anna@demo.test", outgoing())
    (mail,) = providers.smtp.inbox.all()
    assert (mail["to"], mail["headers"]["To"]) == (["anna@demo.test"], "anna@demo.test")


async def test_an_incident_is_one_thread_and_a_repetition_has_the_same_message_id(providers: Providers) -> None:
    post = outgoing("7-a", thread="heat-1")
    (first,), (again,) = await providers.send("email", post), await providers.send("email", post)
    reply = outgoing("8-b", thread="heat-1", act=Act.REPLY, ref=first.ref)
    lost = outgoing("9-c", thread="heat-1", act=Act.REPLY)
    other = outgoing("9-d", thread="door-1")
    for message in (reply, lost, other):
        await providers.send("email", message)
    posted, repeated, replied, orphan, elsewhere = [mail["headers"] for mail in providers.smtp.inbox.all()]
    assert first.ref == again.ref == posted["Message-ID"] == repeated["Message-ID"]
    assert replied["In-Reply-To"] == posted["Message-ID"] != replied["Message-ID"]
    root = posted["References"]
    assert replied["References"].split() == [root, posted["Message-ID"]]
    assert (orphan["References"], orphan.get("In-Reply-To")) == (root, None)
    assert elsewhere["References"] != root
    assert all(headers["Message-ID"].endswith("@demo.test>") for headers in (posted, replied, orphan))


@pytest.mark.parametrize(
    ("kind", "importance"), [(AlarmKind.EMERGENCY, "high"), (AlarmKind.WARNING, None), (AlarmKind.HEARTBEAT, "low")]
)
async def test_a_mail_says_that_a_machine_sent_it_and_how_urgent_it_is(
    providers: Providers, kind: AlarmKind, importance: str | None
) -> None:
    await providers.send("email", outgoing(kind=kind))
    headers = providers.smtp.inbox.all()[0]["headers"]
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers.get("Importance") == importance


async def test_who_is_refused_while_others_are_not_is_told(providers: Providers) -> None:
    providers.faults.set("smtp", "refuse", "b@demo.test")
    (sent,) = await providers.send("email")
    assert sent.words.endswith("; refused for 1 of 2 recipients: b***@demo.test (550)")
    assert providers.smtp.inbox.all()[0]["to"] == ["a@demo.test"]


async def test_a_single_recipient_who_is_refused_for_good_is_no_hurry(providers: Providers) -> None:
    providers.faults.set("smtp", "refuse", "b@demo.test")
    failed = await providers.refused("email", email_recipients=("b@demo.test",))
    assert str(failed) == "the mail server refuses all recipients: b***@demo.test (550)"
    assert failed.slow


async def test_an_unknown_certificate_gets_neither_password_nor_mail(providers: Providers) -> None:
    failed = await providers.refused("email", email_ca_file="")
    assert failed.slow and "certificate is not trusted" in str(failed)
    assert providers.smtp.inbox.all() == []


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (certificate.make(valid=timedelta(hours=-1)), "certificate has expired"),
        (certificate.make(("mail.example",)), "IP address mismatch"),
    ],
    ids=["expired", "another name"],
)
async def test_a_wrong_certificate_gets_nothing_and_is_told(tmp_path: Path, made: certificate.Certificate, why: str) -> None:
    async with providers_on(tmp_path, made) as those:
        for failed in (await those.refused("email"), await those.unknown("email")):
            assert failed.slow and why in str(failed)
        assert those.smtp.inbox.all() == []


async def test_a_mail_server_without_starttls_gets_nothing_in_plain(providers: Providers) -> None:
    async with mail_server({b"EHLO": b"250-plain\r\n250 AUTH LOGIN PLAIN\r\n"}) as (port, heard):
        failed = await providers.refused("email", email_smtp_port=port)
        await providers.unknown("email", email_smtp_port=port)
    assert failed.slow and "no STARTTLS" in str(failed)
    assert not [line for line in heard if line[:4].upper() in (b"AUTH", b"MAIL", b"DATA")]


async def test_a_server_that_offers_starttls_and_refuses_it_gets_nothing(providers: Providers) -> None:
    answers = {b"EHLO": b"250-plain\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n", b"STAR": b"454 TLS not available\r\n"}
    async with mail_server(answers) as (port, heard):
        await providers.refused("email", email_smtp_port=port)
    assert not [line for line in heard if line[:4].upper() in (b"AUTH", b"MAIL", b"DATA")]


@pytest.mark.parametrize(
    ("fault", "reason", "slow", "maybe_taken"),
    [
        ("unauthorised", "refuses user and password", True, False),
        ("rate_limit", "refuses all recipients: a***@demo.test (452), b***@demo.test (452)", False, False),
        ("error", "answers 451", False, False),
        ("reset", "broke off", False, False),
    ],
)
async def test_a_mail_server_in_trouble_is_a_reason(
    providers: Providers, fault: str, reason: str, slow: bool, maybe_taken: bool
) -> None:
    providers.faults.set("smtp", fault)
    failed = await providers.refused("email")
    assert reason in str(failed)
    assert (failed.slow, failed.maybe_taken) == (slow, maybe_taken)
    assert providers.smtp.inbox.all() == []


@pytest.mark.parametrize(("fault", "maybe_taken"), [("frozen", False), ("hang", True)])
async def test_a_mail_server_that_says_nothing_is_left_in_time(providers: Providers, fault: str, maybe_taken: bool) -> None:
    providers.faults.set("smtp", fault)
    channel = Email(providers.told, "mine", answer_s=0.3)
    async with asyncio.timeout(5):
        with pytest.raises(Failed, match=r"the mail server: no \w+ within 0\.3 s") as caught:
            await channel.send("", outgoing())
    assert caught.value.maybe_taken is maybe_taken


async def test_a_server_that_hangs_in_the_check_is_left_in_time(providers: Providers) -> None:
    providers.faults.set("smtp", "frozen")
    async with asyncio.timeout(5):
        with pytest.raises(Failed, match=r"the mail server: no \w+ within 0\.3 s"):
            await Email(providers.told, "mine", answer_s=0.3).check()


async def test_a_mail_server_that_is_not_there_or_an_authority_that_is_missing(providers: Providers) -> None:
    with socket.create_server((HOST, 0)) as taken:
        free = taken.getsockname()[1]
    assert str(await providers.refused("email", email_smtp_port=free)) == "the mail server: connection refused"
    assert "email_ca_file is not there" in str(await providers.refused("email", email_ca_file="/nowhere/ca.pem"))


async def test_the_check_logs_in_and_names_the_mailboxes_and_sends_nothing(providers: Providers) -> None:
    assert await providers.check("email") == "logged in; 2 of 2 recipients taken"
    assert providers.smtp.inbox.all() == []


async def test_the_check_finds_a_wrong_password_and_a_wrong_mailbox(providers: Providers) -> None:
    wrong = await providers.unknown("email", email_password=SecretStr("not-my-password"))
    assert wrong.slow and str(wrong) == "the mail server refuses user and password (535)"
    providers.faults.set("smtp", "refuse", "b@demo.test")
    failed = await providers.unknown("email")
    assert failed.slow and str(failed) == "the mail server refuses 1 of 2 recipients: b***@demo.test (550)"


async def test_a_server_that_asks_the_check_to_come_back_has_not_said_no(providers: Providers) -> None:
    providers.faults.set("smtp", "rate_limit")
    assert await providers.check("email") == "logged in; 0 of 2 recipients taken"


async def test_nothing_that_is_logged_holds_the_password(providers: Providers, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # the test's own server tells what it hears
    await providers.send("email")
    providers.faults.set("smtp", "unauthorised")
    await providers.refused("email")
    assert MAIL_PASSWORD not in caplog.text


async def test_who_is_put_off_while_others_are_not_is_named_for_later_and_stays_in_the_thread(providers: Providers) -> None:
    providers.faults.set("smtp", "rate_limit", "b@demo.test")
    channel = providers.channel("email")
    sent = await channel.send("", outgoing(thread="heat-1"))
    assert sent.later == ("b@demo.test",) and sent.words.endswith("b***@demo.test (452)")
    providers.faults.clear()
    await channel.send("b@demo.test", outgoing("2-b", thread="heat-1"))
    first, second = providers.smtp.inbox.all()
    assert (first["to"], second["to"]) == (["a@demo.test"], ["b@demo.test"])
    assert first["headers"]["References"] == second["headers"]["References"]


async def test_who_is_refused_for_good_while_others_are_not_is_not_tried_again(providers: Providers) -> None:
    providers.faults.set("smtp", "refuse", "b@demo.test")
    (sent,) = await providers.send("email")
    assert sent.later == ()


async def test_the_server_is_asked_for_persons_mailboxes_without_a_mail(providers: Providers) -> None:
    providers.faults.set("smtp", "refuse", "anna@demo.test")
    found = await providers.channel("email").unreached(("anna@demo.test", "bob@demo.test"))
    assert found == {"anna@demo.test": "the mail server refuses a***@demo.test (550)"}
    providers.faults.set("smtp", "rate_limit")
    assert await providers.channel("email").unreached(("bob@demo.test",)) == {}
    assert providers.smtp.inbox.all() == []
