"""The addresses of pages and services that a key may hold. What cannot be parsed is refused here: no service meets it later."""

import re
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, SecretStr

BEGINS = "an address that begins with http:// or https://"
ALLOWED = "http:// or https://, a host, perhaps a port from 1 to 65535, no blank; such as https://mine.example:8443/page"
_NO_USER = f"{ALLOWED}, and no user or password"
_NO_ACT = "the check's own address, without /start, /fail or /log at its end and without a # part; what is told is added to it"
_ACTS = ("start", "fail", "log")
_BLANK = re.compile(r"[\s\x00-\x20\x7f]")
HOST = r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?"
_IPV6 = r"\[[0-9A-Fa-f:.]+(?:%25[A-Za-z0-9._~-]+)?\]"
_AT = re.compile(rf"(?:{HOST}|{_IPV6})(?::[0-9]*)?")


def split(text: str) -> SplitResult:
    """The parts of an address, its host and port such as may be. Raises ValueError with what is allowed, without the address."""
    if not re.match(r"https?://[^/\s]", text):
        raise ValueError(f"allowed: {BEGINS}")
    try:
        parts = urlsplit(text)
        place = parts.netloc.rpartition("@")[2]
        plain = place if place.isascii() else place.encode("idna").decode()
        sound = not _BLANK.search(text) and _AT.fullmatch(plain) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise ValueError(f"allowed: {ALLOWED}")
    return parts


def _url(value: str) -> str:
    if value:
        split(value)
    return value


def _without_user(value: str) -> str:
    if value and "@" in split(value).netloc:
        raise ValueError(f"allowed: {_NO_USER}")
    return value


def _template(value: str) -> str:
    """What is filled in later may be part of the host, the port or the path."""
    _url(re.sub(r"\{\w*\}", "1", value))
    return value


def _secret(value: SecretStr) -> SecretStr:
    _url(value.get_secret_value())
    return value


def _check(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if text and ("#" in text or split(text).path.rstrip("/").rpartition("/")[2].lower() in _ACTS):
        raise ValueError(f"allowed: {_NO_ACT}")
    return value


Url = Annotated[str, AfterValidator(_url)]
"""It may hold a user and a password, for a page behind them."""
OpenUrl = Annotated[str, AfterValidator(_without_user)]
UrlTemplate = Annotated[str, AfterValidator(_template)]
SecretUrl = Annotated[SecretStr, AfterValidator(_secret)]
"""An address whose path is a key: whoever knows it may speak for us."""
CheckUrl = Annotated[SecretStr, AfterValidator(_secret), AfterValidator(_check)]
"""A check of an outside watcher (https://healthchecks.io/docs/http_api/): what is told is added to its path."""
