"""No secret of the settings in a text: in a log line, in what is recorded, in what an error quotes."""

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from urllib.parse import quote

from pydantic import BaseModel, SecretStr

from services.shared.stars import secrets_in

SHORTEST_SECRET = 4
"""A shorter secret would mask half of every line."""
_TOKEN_IN_URL = re.compile(r"/bot[^/\s]+")


def secrets_of(part: object) -> Iterator[str]:
    """Every secret of the settings that is long enough to be told from other text, also those within an address or a header."""
    yield from (secret for secret in _all(part) if len(secret) >= SHORTEST_SECRET)


def _all(part: object, name: str = "") -> Iterator[str]:
    if isinstance(part, SecretStr):
        yield part.get_secret_value()
        yield from secrets_in(name, part.get_secret_value())
    elif isinstance(part, str):
        yield from secrets_in(name, part)
    elif isinstance(part, BaseModel):
        for key in type(part).model_fields:
            yield from _all(getattr(part, key), key)
    elif isinstance(part, Mapping | tuple):
        for value in part.values() if isinstance(part, Mapping) else part:
            yield from _all(value)
    elif is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            yield from _all(getattr(part, field.name), field.name)


class Mask:
    """Replaces secrets in a text by ***, however they are quoted there: the settings' own, and a bot's token in an address."""

    def __init__(self, secrets: Iterable[str]) -> None:
        longest_first = sorted({one for secret in secrets for one in _spelled(secret)}, key=len, reverse=True)
        self.longest = len(longest_first[0]) if longest_first else 0
        self._pattern = re.compile("|".join(re.escape(secret) for secret in longest_first)) if longest_first else None

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        if self._pattern is not None:
            text = self._pattern.sub("***", text)
        return _TOKEN_IN_URL.sub("/bot***", text)


def _spelled(secret: str) -> Iterable[str]:
    return (
        secret,
        quote(secret, safe=""),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        html.escape(secret),
    )
