"""The kinds of value a key may hold, each read from the text of the operator's file with an error that says what is allowed."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from services.shared.on_call import parse_on_call
from services.shared.vocabulary import Level

WAYS = ("telegram", "email", "sms", "webhook")
"""The ways to people, as a key names them."""

_PLACEHOLDER = re.compile(r"^(YOUR_|your_)|^admin@yourdomain\.com|@yourdomain\.com$|^\+1234567890$")


def is_placeholder(text: str) -> bool:
    """True for the texts that the old example shipped with: they count as not set."""
    return bool(_PLACEHOLDER.search(text.strip()))


def key(default: Any, text: str, unit: str = "", *, clearable: bool = False, **limits: Any) -> Any:
    """A key of the file: its default, the line that explains it in the example, its unit; `clearable`: `none` empties it."""
    return Field(default=default, description=text, json_schema_extra={"unit": unit, "clearable": clearable}, **limits)


def as_list(value: object) -> object:
    """The parts of a text between its commas, without those that are empty; what is no text stays."""
    if isinstance(value, str):
        return tuple(" ".join(part.split()) for part in value.split(",") if part.strip())
    return value


def _yes_no(value: object) -> object:
    if isinstance(value, str):
        word = value.strip().lower()
        if word not in {"yes", "no", "true", "false", "on", "off", "1", "0"}:
            raise ValueError("allowed: yes or no")
        return word in {"yes", "true", "on", "1"}
    return value


def _address(value: str) -> str:
    host, _, port = value.rpartition(":") if re.search(r":[0-9]+$", value) else (value, "", "")
    if not re.fullmatch(r"[A-Za-z0-9._-]+", host) or (port and not 0 < int(port) < 65536):
        raise ValueError("allowed: host or host:port, such as 192.168.1.100 or 127.0.0.1:8080")
    return value


def _pairs(value: object) -> object:
    if not isinstance(value, str):
        return value
    pairs = []
    for part in as_list(value):  # type: ignore[attr-defined]
        left, separator, right = part.rpartition("=")
        if not separator:
            raise ValueError(f"found {part!r} without '='; allowed: name = value, separated by commas")
        pairs.append((left.strip(), right.strip()))
    return tuple(pairs)


def _levels(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    allowed = [level.value for level in Level if level is not Level.UNKNOWN]
    for word, level in pairs:
        if level.lower() not in allowed:
            raise ValueError(f"found {word} = {level}; allowed levels: {', '.join(allowed)}")
    return tuple((word, level.lower()) for word, level in pairs)


def _weekly(value: str) -> str:
    text = " ".join(value.lower().split())
    if text and not re.fullmatch(r"(mon|tue|wed|thu|fri|sat|sun) ([01]?[0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError("allowed: a day and a time such as mon 10:00, or none")
    return text


def _ways(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if value.lower() not in WAYS:
            raise ValueError(f"found {value!r}; allowed: {', '.join(WAYS)}")
    return tuple(value.lower() for value in values)


def _on_call(value: str) -> str:
    parse_on_call(value)
    return value


def _user(value: str) -> str:
    if value and not (re.fullmatch(r"[1-9][0-9]{0,15}", value) and int(value) < 2**53):
        raise ValueError(f"found {value[:40]!r}; allowed: the number of a Telegram user, such as 123456789, not a @name")
    return value


Address = Annotated[str, AfterValidator(_address)]
Addresses = Annotated[tuple[Address, ...], BeforeValidator(as_list)]
Words = Annotated[tuple[str, ...], BeforeValidator(as_list)]
Ways = Annotated[Words, AfterValidator(_ways)]
User = Annotated[str, AfterValidator(_user)]
Users = Annotated[tuple[User, ...], BeforeValidator(as_list)]
OnCall = Annotated[str, AfterValidator(_on_call)]
Weekly = Annotated[str, AfterValidator(_weekly)]
YesNo = Annotated[bool, BeforeValidator(_yes_no)]
Pairs = Annotated[tuple[tuple[str, str], ...], BeforeValidator(_pairs)]
Vocabulary = Annotated[tuple[tuple[str, str], ...], BeforeValidator(_pairs), AfterValidator(_levels)]
Secret = SecretStr


def host_port(address: str, default_port: int) -> tuple[str, int]:
    """An Address as (host, port)."""
    host, separator, port = address.rpartition(":")
    return (host, int(port)) if separator else (address, default_port)
