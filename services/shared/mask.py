"""No secret of the settings in a text: in a log line, in what is recorded, in what an error quotes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from pydantic import BaseModel, SecretStr

SHORTEST_SECRET = 4
"""A shorter secret would mask half of every line."""
_TOKEN_IN_URL = re.compile(r"/bot[^/\s]+")


def secrets_of(part: object) -> Iterator[str]:
    """Every secret value of the settings that is long enough to be told from other text."""
    if isinstance(part, SecretStr):
        if len(part.get_secret_value()) >= SHORTEST_SECRET:
            yield part.get_secret_value()
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from secrets_of(getattr(part, name))
    elif isinstance(part, Mapping):
        for value in part.values():
            yield from secrets_of(value)
    elif is_dataclass(part) and not isinstance(part, type):
        for field in fields(part):
            yield from secrets_of(getattr(part, field.name))


class Mask:
    """Replaces secrets in a text by ***: the settings' own, and a bot's token in an address."""

    def __init__(self, secrets: Iterator[str]) -> None:
        longest_first = sorted(set(secrets), key=len, reverse=True)
        self._pattern = re.compile("|".join(re.escape(secret) for secret in longest_first)) if longest_first else None

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        if self._pattern is not None:
            text = self._pattern.sub("***", text)
        return _TOKEN_IN_URL.sub("/bot***", text)
