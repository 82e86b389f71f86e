"""E-mail by SMTP submission (RFC 6409) with STARTTLS (RFC 3207): a server without it, or with a certificate that nobody vouches
for, gets neither the password nor the message."""

import asyncio
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime, make_msgid, parseaddr
from html import escape

import aiosmtplib

from services.notifier.channels.base import Channel, Failed
from services.notifier.message import Text
from services.shared.settings.sections import Notifications

ANSWER_S = 20.0
_ONE_LINE_SUBJECT = SMTP.clone(max_line_length=400)
"""Folding at 78 characters puts a line break before the subject's first word, which some readers show."""


class Email:
    """One server; all recipients in one message."""

    name = "email"
    deadline_s = 60.0
    recipients: tuple[str, ...] = ("",)

    def __init__(self, told: Notifications) -> None:
        self._told = told
        self._sender = told.email_from or told.email_username

    async def send(self, recipient: str, text: Text, *, silent: bool) -> str:
        """Send to all recipients. Raises Failed. There is no silent e-mail: `silent` changes nothing."""
        told = self._told
        try:
            context = await asyncio.to_thread(_trust, told.email_ca_file)
            refused, answer = await aiosmtplib.send(
                self._mail(text).as_bytes(policy=_ONE_LINE_SUBJECT), sender=parseaddr(self._sender)[1],
                recipients=list(told.email_recipients), hostname=told.email_smtp_server, port=told.email_smtp_port,
                start_tls=True, tls_context=context, username=told.email_username or None,
                password=told.email_password.get_secret_value() or None, timeout=ANSWER_S,
            )  # fmt: skip
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise _failed(error) from None
        missed = f"; refused for {len(refused)} of {len(told.email_recipients)} recipients" if refused else ""
        return " ".join(answer.split())[:120] + missed

    async def close(self) -> None:
        """There is nothing to close: each message has its own connection."""

    def _mail(self, text: Text) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._sender, ", ".join(self._told.email_recipients), text.subject
        mail["Date"] = format_datetime(localtime())
        mail["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2] or "localhost")
        mail.set_content(text.body)
        body = escape(text.body).replace("\n", "<br>\n")
        mail.add_alternative(f"<html><body><h3>{escape(text.subject)}</h3>\n<p>{body}</p></body></html>", subtype="html")
        return mail


def _trust(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


def _failed(error: BaseException) -> Failed:
    cause = error.__cause__ or error
    match error:
        case aiosmtplib.SMTPResponseException() | aiosmtplib.SMTPRecipientsRefused():
            return _refused(error)
        case aiosmtplib.SMTPException() if "STARTTLS" in str(error):
            return Failed("the mail server has no STARTTLS; nothing is sent without it", slow=True)
        case FileNotFoundError():
            return Failed("email_ca_file is not there", slow=True)
        case _ if isinstance(cause, ssl.SSLCertVerificationError):
            return Failed(f"the mail server's certificate is not trusted: {cause.verify_message}", slow=True)
        case _ if isinstance(cause, ssl.SSLError):
            return Failed(f"no TLS with the mail server ({cause.reason})", slow=True)
        case aiosmtplib.SMTPReadTimeoutError() | aiosmtplib.SMTPServerDisconnected():
            return Failed(f"the mail server broke off ({type(error).__name__})", maybe_taken=True)
        case _:
            return Failed(f"the mail server cannot be reached ({type(cause).__name__})")


def _refused(error: aiosmtplib.SMTPResponseException | aiosmtplib.SMTPRecipientsRefused) -> Failed:
    """A 5xx stays what it is until somebody changes something (RFC 5321, 4.2.1)."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        codes = sorted({one.code for one in error.recipients})
        said = ", ".join(map(str, codes))
        return Failed(f"the mail server refuses all recipients ({said})", slow=bool(codes) and codes[0] >= 500)
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return Failed(f"the mail server refuses user and password ({error.code})", slow=True)
    words = " ".join(error.message.split())[:120]
    return Failed(f"the mail server answers {error.code}: {words}", slow=error.code >= 500)


def make(told: Notifications) -> Channel | str:
    """The channel, or why there is none."""
    if not (told.email_smtp_server and told.email_recipients and (told.email_from or told.email_username)):
        return "email_smtp_server, email_recipients or the sender is empty"
    if told.email_username and not told.email_password.get_secret_value():
        return "email_password is empty"
    return Email(told)
