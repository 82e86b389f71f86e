"""Device answers as text for people: without secrets, and short."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from services.shared.mask import SHORTEST_SECRET, Mask, secrets_of
from services.shared.settings.tree import Settings

MOST_BYTES = 4096
_LOOKED_AT = 16_384
"""So much of an answer is searched for secrets; of the rest nothing is shown."""
_HEADERS = re.compile(r"(?im)\b((?:proxy-)?authorization|(?:set-)?cookie)(\W{1,4}).*")
_NAMED = re.compile(
    r"(?i)(pass(?:word|wd|phrase)?|token|secret|api[_-]?key|community|credentials?)"
    r"(\\?[\"']?\s{0,8}[:=>]\s{0,8})(\\\"[^\"\\]*|\"(?:\\.|[^\"\\])*\"?|'[^']*'?|[^\s\"',;&<>{}\[\]]+)"
)


class Plain:
    """Takes out the site's own secrets, however a page may quote them, and whatever a device itself calls a secret."""

    def __init__(self, settings: Settings) -> None:
        known = {one for secret in _known(settings) for one in _spelled(secret)}
        self._longest = max(map(len, known), default=0)
        self._mask = Mask(iter(known))

    def __call__(self, text: str) -> str:
        """At most MOST_BYTES bytes of it."""
        shown = _NAMED.sub(r"\1\2***", _HEADERS.sub(r"\1\2***", self._mask(text[:_LOOKED_AT])))
        if len(text) > _LOOKED_AT:
            shown = shown[: max(0, len(shown) - self._longest)]  # what was cut there may be the beginning of a secret
        return shown.encode("utf-8", "replace")[:MOST_BYTES].decode("utf-8", "ignore")


def asked(method: str, url: str) -> str:
    """A call in short: no host, and the query without values."""
    parts = urlsplit(url)
    names = "&".join(f"{name}=***" for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    return f"{method} {parts.path or '/'}" + (f"?{names}" if parts.query else "")


def answered(first: str, body: bytes) -> str:
    """A status line, and as much of a body as may be shown."""
    return f"{first}, {len(body)} bytes\n\n{body[: 4 * _LOOKED_AT].decode('utf-8', 'replace')}"


def _known(settings: Settings) -> Iterator[str]:
    yield from secrets_of(settings)
    for source in settings.signals.values():
        parts = urlsplit(source.url)
        yield from _long(parts.password, unquote(parts.password or ""), *(value for _, value in parse_qsl(parts.query)))
    for section in settings.http_loads.values():  # its header may hold a token written out
        yield from _long(*(word for word in section.header.split()[-1:] if "{" not in word))


def _long(*values: str | None) -> Iterator[str]:
    yield from (value for value in values if value is not None and len(value) >= SHORTEST_SECRET)


def _spelled(secret: str) -> Iterable[str]:
    return secret, quote(secret, safe=""), json.dumps(secret)[1:-1], html.escape(secret)
