"""Device answers as text for people: without secrets, and short."""

import re
from urllib.parse import urlsplit

from services.shared.mask import Mask, secrets_of
from services.shared.settings.tree import Settings
from services.shared.stars import starred_query

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
        self._mask = Mask(secrets_of(settings))

    def __call__(self, text: str) -> str:
        """At most MOST_BYTES bytes of it."""
        shown = _NAMED.sub(r"\1\2***", _HEADERS.sub(r"\1\2***", self._mask(text[:_LOOKED_AT])))
        if len(text) > _LOOKED_AT:
            shown = shown[: max(0, len(shown) - self._mask.longest)]  # what was cut there may be the beginning of a secret
        return shown.encode("utf-8", "replace")[:MOST_BYTES].decode("utf-8", "ignore")


def asked(method: str, url: str) -> str:
    """A call in short: no host, and the query without values."""
    parts = urlsplit(url)
    return f"{method} {parts.path or '/'}" + (starred_query(f"?{parts.query}", "***") if parts.query else "")


def answered(first: str, body: bytes) -> str:
    """A status line, and as much of a body as may be shown."""
    return f"{first}, {len(body)} bytes\n\n{body[: 4 * _LOOKED_AT].decode('utf-8', 'replace')}"
