"""What is secret in a text of the settings, and the text with stars in its place: addresses, headers, bodies, commands.

An address may hold a user and a password, and keys as values of its query (RFC 3986, 3.2.1 and 3.4).
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

from pydantic import SecretStr

MASK = "********"
_SECRET_NAME = re.compile(
    r"(?i)key|token|secret|pass(?:word|wd|phrase|code)|credential|signature|session|hmac"
    r"|(?:^|[^a-z])(?:sig|code|pin|pwd?|pass|auth|sid|hash)(?:$|[^a-z])"
)
_ADDRESS = re.compile(r"//([^\s/?#\"'<>]*@)?([^\s?#\"'<>]*)([?#][^\s\"'<>]*)?")
_PART = re.compile(r"([?#&;])([^=&;#]*)(=?)([^&;#]*)")
_PAIR = re.compile(r"([\w.-]+)([\"']?\s{0,8}[:=]\s{0,8})(\"(?:\\.|[^\"\\])*\"?|'[^']*'?|[^\s\"'&,;{}\[\]]+)")
_LOGIN = re.compile(r"(?i)\b((?:proxy-)?authorization|cookie)(\s{0,8}[:=]\s{0,8})([^\"'\r\n]+)")
_BRACES = re.compile(r"\{\w*\}")
_LEAST_KEY = 12


def is_secret(name: str, annotation: object) -> bool:
    """True for keys of the settings whose value is never shown; a header may carry a token written out."""
    return annotation is SecretStr or name.endswith("header")


def secrets_in(name: str, text: str) -> Iterator[str]:
    """Every secret of the text of one key, as it is written and as it is meant."""
    if name.endswith("header"):
        yield from _of_header(text)
        return
    if name.endswith(("body", "command")):
        yield from (value.strip("\"'") for pair, _, value in _PAIR.findall(text) if _SECRET_NAME.search(pair))
        yield from (word for _, _, login in _LOGIN.findall(text) for word in (login, login.partition(" ")[2]))
    for user, _, query in _ADDRESS.findall(f"//{text}" if name == "address" else text):
        for secret in (user[:-1].partition(":")[2] or user[:-1], *_of_query(query)):
            yield from (secret, unquote_plus(secret))


def _of_header(text: str) -> Iterator[str]:
    value = text.partition(":")[2].strip() or text.strip()
    if "{" in value:  # filled in later: what may be written out beside it stands behind the scheme's word
        yield from (word for word in value.split()[1:] if "{" not in word)
    else:
        yield from (value, value.partition(" ")[2].strip())


def _of_query(query: str) -> Iterator[str]:
    for _, before, equals, after in _PART.findall(query):
        name, value = (before, after) if equals else ("", before)
        looks_made = len(value) >= _LEAST_KEY and re.search(r"\d", value) and re.search(r"[A-Za-z]", value)
        if (looks_made or _SECRET_NAME.search(name)) and not _BRACES.fullmatch(value):
            yield value


def starred(text: str, stars: str = MASK) -> str:
    """A text without the user of an address, without any value of its query, and without what a login header says."""
    return _ADDRESS.sub(lambda found: _address(found, stars), _LOGIN.sub(rf"\1\2{stars}", text))


def _address(found: re.Match[str], stars: str) -> str:
    return f"//{stars + '@' if found[1] else ''}{found[2]}{starred_query(found[3] or '', stars)}"


def starred_query(query: str, stars: str = MASK) -> str:
    """A query from its question mark on; what is filled in later, such as {address}, stays."""
    return _PART.sub(lambda part: part[1] + (f"{part[2]}={_value(part[4], stars)}" if part[3] else _value(part[2], stars)), query)


def _value(text: str, stars: str) -> str:
    return text if _BRACES.fullmatch(text) else stars


def starred_pairs(text: str) -> str:
    """A body or a command too without what it calls a secret, such as key=... or "token": "..."."""
    return _PAIR.sub(lambda found: f"{found[1]}{found[2]}{MASK}" if _SECRET_NAME.search(found[1]) else found[0], starred(text))


def starred_wrong(text: str) -> str:
    """A text with a mistake, which may stand inside the secret or before it: the stars go as far as that may reach."""
    text = re.sub(r"//.*@", f"//{MASK}@", text, flags=re.DOTALL)
    if "//" not in text:
        text = re.sub(r"[^\s,/@]+:[^@]*@", f"{MASK}@", text)
    text = re.sub(r"(//[^?#]*[?#]).+", rf"\1{MASK}", text, flags=re.DOTALL)
    return starred_pairs(re.sub(r"(\?[\w.-]+=).+", rf"\1{MASK}", text, flags=re.DOTALL))
