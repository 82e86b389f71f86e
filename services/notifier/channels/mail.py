"""A message as an e-mail: plain and HTML, in its thread, marked as sent by a machine.

Every mail of a thread refers to one that was never sent, whose Message-ID is made of the thread; an answer
refers to the thread's post too (RFC 5322, 3.6.4). So they stay together even when the post got lost. A mail that is tried again
has the same Message-ID each time, by which mail programs know a repetition.
"""

import hashlib
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime, parseaddr
from html import escape

from services.notifier.message import Outgoing, Text
from services.shared.vocabulary import AlarmKind

ONE_LINE_SUBJECT = SMTP.clone(max_line_length=400)
"""Folding at 78 characters puts a line break before the subject's first word, which some readers show."""
_URGENT = {"X-Priority": "1 (Highest)", "Importance": "high"}
_CASUAL = {"X-Priority": "5 (Lowest)", "Importance": "low"}
_ORDERED: dict[AlarmKind, dict[str, str]] = {AlarmKind.EMERGENCY: _URGENT, AlarmKind.HEARTBEAT: _CASUAL}


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What all mails of a site have in common. `sender` may be `Name <address>`."""

    site: str
    sender: str

    def mail(self, recipients: tuple[str, ...], recipient: str, message: Outgoing) -> EmailMessage:
        """The mail. `recipient` is the channel's word for whom it goes to, `recipients` their addresses."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, ", ".join(recipients), message.text.subject
        mail["Date"] = format_datetime(localtime())
        mail["Message-ID"] = self._id("message", message.id, str(message.created_at), recipient)
        if message.thread:
            mail["References"] = f"{self._id('thread', message.thread)} {message.ref}".rstrip()
        if message.ref:
            mail["In-Reply-To"] = message.ref
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834, 5: an out-of-office robot does not answer
        mail["X-Auto-Response-Suppress"] = "All"
        for name, value in _ORDERED.get(message.kind, {}).items():
            mail[name] = value
        mail.set_content(message.text.body)
        mail.add_alternative(_html(message.text), subtype="html")
        return mail

    def _id(self, *parts: str) -> str:
        digest = hashlib.sha256("\n".join((self.site, *parts)).encode()).hexdigest()[:32]
        domain = parseaddr(self.sender)[1].rpartition("@")[2]
        return f"<{digest}@{domain or 'localhost'}>"


def _html(text: Text) -> str:
    body = escape(text.body).replace("\n", "<br>\n")
    return f"<html><body><h3>{escape(text.headline)}</h3>\n<p>{body}</p></body></html>"
