"""How people and their providers are addressed: each kind of value refuses what no message could ever reach."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from services.shared.addresses import is_address
from services.shared.settings.problems import shown
from services.shared.settings.types import as_list
from services.shared.settings.urls import HOST

_MAIL = r"[^@\s,;<>\"\x00-\x20\x7f]+@[^@\s,;<>\"\x00-\x20\x7f]+"
_SENDER = re.compile(rf'{_MAIL}|(?:"[^"\x00-\x1f\x7f]*" *|[^@,;<>"\x00-\x1f\x7f]*)<{_MAIL}>')
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{4,24}")
_LEAST_DIGITS = 5
_CHAT = re.compile(r"-?[1-9][0-9]{0,15}|@[A-Za-z][A-Za-z0-9_]{3,31}")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\x00-\x08\x0a-\x1f\x7f]*")  # RFC 9110, 5.1 and 5.5


def _mail(value: str) -> str:
    if value and not re.fullmatch(_MAIL, value):
        raise ValueError(f"found {shown(value)}; allowed: one address such as anna@mine.example")
    return value


def _sender(value: str) -> str:
    if value and not _SENDER.fullmatch(value):
        raise ValueError("allowed: one address such as mine@mine.example, or Name <mine@mine.example>")
    return value


def _phone(value: str) -> str:
    """Of a number the last digits are shown."""
    if value and not (_PHONE.fullmatch(value) and len(re.findall("[0-9]", value)) >= _LEAST_DIGITS):
        raise ValueError(f"found {shown(f'...{value[-4:]}')}; allowed: one number such as +15155550100")
    return value


def _chat(value: str) -> str:
    if value and not _CHAT.fullmatch(value):
        raise ValueError("allowed: a number such as 123456789 or, for a group, -1001234567890, or @channelname")
    return value


def _mail_host(value: str) -> str:
    if value and not (re.fullmatch(HOST, value) or is_address(value)):
        raise ValueError("allowed: a host such as smtp.gmail.com alone; its port stands in email_smtp_port")
    return value


def _header(value: str) -> str:
    if value and not _HEADER.fullmatch(value):
        raise ValueError("allowed: Name: value, a name without blanks and a colon, such as Authorization: Bearer {key}; or none")
    return value


def _with_text(value: str) -> str:
    if "{text}" not in value:
        raise ValueError("allowed: a text that holds {text}, which the message fills")
    return value


Mail = Annotated[str, AfterValidator(_mail)]
Mails = Annotated[tuple[Mail, ...], BeforeValidator(as_list)]
Sender = Annotated[str, AfterValidator(_sender)]
Phone = Annotated[str, AfterValidator(_phone)]
Phones = Annotated[tuple[Phone, ...], BeforeValidator(as_list)]
Chat = Annotated[str, AfterValidator(_chat)]
MailHost = Annotated[str, AfterValidator(_mail_host)]
Header = Annotated[str, AfterValidator(_header)]
SmsBody = Annotated[str, AfterValidator(_with_text)]
