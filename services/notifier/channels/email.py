"""E-mail by SMTP submission (RFC 6409) with STARTTLS (RFC 3207): a server without it, or with a certificate that nobody vouches
for, gets neither the password nor the message."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from email.utils import parseaddr

import aiosmtplib

from services.notifier.channels.base import Channel, Failed
from services.notifier.channels.mail import ONE_LINE_SUBJECT, Letterhead
from services.notifier.channels.mail_errors import failed, none_taken, with_codes
from services.notifier.message import Outgoing, Sent
from services.shared.settings.sections import Notifications
from services.shared.trust import authorities

ANSWER_S = 20.0
_GOODBYE_S = 2.0
Refused = Mapping[str, aiosmtplib.SMTPRecipientRefused]


class Email:
    """One server. The recipient "" is all of `email_recipients`, in one message; any other is a person's address.

    `answer_s` is how long one answer of the server may take.
    """

    name = "email"
    deadline_s = 60.0
    edits = False
    recipients: tuple[str, ...] = ("",)

    def __init__(self, told: Notifications, site: str = "", answer_s: float = ANSWER_S) -> None:
        self._told = told
        self._answer_s = answer_s
        self._letterhead = Letterhead(site, told.email_from or told.email_username)

    async def send(self, recipient: str, message: Outgoing) -> Sent:
        """Send; who was refused while others were not is told in the words, and for now only, is sent it later by itself. Raises
        Failed. There is no silent e-mail."""
        to = self._addresses(recipient)
        handed_over = False
        try:
            mail = self._letterhead.mail(to, recipient, message)
            async with self._session() as client:
                refused = await self._named(client, to)
                if len(refused) == len(to):
                    raise none_taken(refused)
                handed_over = True
                answer = await client.data(mail.as_bytes(policy=ONE_LINE_SUBJECT))
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise failed(error, handed_over=handed_over, answer_s=self._answer_s) from None
        missed = f"; refused for {len(refused)} of {len(to)} recipients: {with_codes(refused)}" if refused else ""
        later = tuple(address for address, error in refused.items() if error.code < 500)
        return Sent(" ".join(answer.message.split())[:120] + missed, str(mail["Message-ID"]), later)

    async def check(self) -> str:
        """Log in, name the sender and all recipients, and leave without a message. Raises Failed.

        A recipient that the server asks to come back for is not held against it: many do that to whom they do not know yet.
        """
        to = self._addresses("")
        refused = await self._asked(to)
        wrong = _for_good(refused)
        if wrong:
            reason = f"the mail server refuses {len(wrong)} of {len(to)} recipients: {with_codes(wrong)}"
            raise Failed(reason, slow=True)
        return f"logged in; {len(to) - len(refused)} of {len(to)} recipients taken"

    async def unreached(self, addresses: Collection[str]) -> dict[str, str]:
        """Those that the server refuses for good. Raises Failed."""
        wrong = _for_good(await self._asked(tuple(addresses)))
        return {address: f"the mail server refuses {with_codes({address: error})}" for address, error in wrong.items()}

    async def close(self) -> None:
        """There is nothing to close: each message has its own connection."""

    def _addresses(self, recipient: str) -> tuple[str, ...]:
        return (recipient,) if recipient else self._told.email_recipients

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """Connected, encrypted, logged in. How the parting goes changes nothing."""
        told = self._told
        client = aiosmtplib.SMTP(
            hostname=told.email_smtp_server, port=told.email_smtp_port, start_tls=True, timeout=self._answer_s,
            tls_context=await asyncio.to_thread(_trust, told.email_ca_file), username=told.email_username or None,
            password=told.email_password.get_secret_value() or None,
            local_hostname=socket.gethostname() or "localhost",  # else it asks the name servers, at each mail
        )  # fmt: skip
        try:
            await client.connect()
            yield client
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=_GOODBYE_S)
        finally:
            client.close()

    async def _asked(self, to: tuple[str, ...]) -> Refused:
        try:
            async with self._session() as client:
                refused = await self._named(client, to)
                await client.rset()
                return refused
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise failed(error, handed_over=False, answer_s=self._answer_s) from None

    async def _named(self, client: aiosmtplib.SMTP, to: tuple[str, ...]) -> Refused:
        """Name the sender and the recipients; those that are refused, with the answers."""
        await client.mail(parseaddr(self._letterhead.sender)[1])
        refused = {}
        for address in to:
            try:
                await client.rcpt(parseaddr(address)[1])
            except aiosmtplib.SMTPRecipientRefused as error:
                refused[address] = error
        return refused


def _for_good(refused: Refused) -> Refused:
    return {address: error for address, error in refused.items() if error.code >= 500}


def _trust(ca_file: str) -> ssl.SSLContext:
    context = authorities()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


def make(told: Notifications, site: str = "") -> Channel | str:
    """The channel, or why there is none."""
    if not (told.email_smtp_server and told.email_recipients and (told.email_from or told.email_username)):
        return "email_smtp_server, email_recipients or the sender is empty"
    if told.email_username and not told.email_password.get_secret_value():
        return "email_password is empty"
    return Email(told, site)
