"""What is told without saying who: for those who look without a login, a person is "a person"."""

import re
from collections.abc import Iterator
from typing import Any

A_PERSON = "a person"
_PERSONS = frozenset({"who", "by", "owner", "acknowledged_by", "shelved_by", "out_by"})
"""Fields that hold the name of a person, or of one of our own services."""
_SERVICES = frozenset({"", "api", "collector", "controller", "notifier", "mosquitto", "simulator"})
_TEXTS = frozenset(
    {
        "reason", "reasons", "because", "why", "title", "sentence", "what", "caused_by", "cause", "detail", "limited_by", "notes",
        "ended_because", "todo",
    }
)  # fmt: skip
"""Fields of free text, in which a name may stand."""
_HOW = "session|token|password|local|loopback"
_TOLD = re.compile(rf"(?:debug listener|[^\s\"'<>;,()]+) \((?:(?:{_HOW})(?:, [0-9A-Za-z.:%_-]+)?|telegram)\)")
"""As the records name somebody: login/person.py, and the notifier's chat."""
_WORTH_READING = re.compile(rf'"(?:{"|".join(_PERSONS)})": ?"[^"]|\((?:{_HOW}|telegram)[,)]'.encode())


def may_name(raw: bytes) -> bool:
    """False for a JSON text that certainly names nobody: it need not be read."""
    return _WORTH_READING.search(raw) is not None


def of_text(text: str) -> str:
    """A text in which nobody is named as the records name them."""
    return _TOLD.sub(A_PERSON, text)


def of_document(document: Any) -> Any:
    """A JSON document in which nobody is named. A name that one of its fields gives is taken out of its texts too."""
    names = sorted({*_names(document)}, key=len, reverse=True)
    known = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names)) if names else None
    return _without(document, "", known)


def _names(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key in _PERSONS and isinstance(value, str) and value not in _SERVICES:
                yield value
            else:
                yield from _names(value)
    elif isinstance(part, list):
        for value in part:
            yield from _names(value)


def _without(part: Any, key: str, known: re.Pattern[str] | None) -> Any:
    if isinstance(part, dict):
        return {name: _without(value, name, known) for name, value in part.items()}
    if isinstance(part, list):
        return [_without(value, key, known) for value in part]
    if not isinstance(part, str):
        return part
    if key in _PERSONS:
        return part if part in _SERVICES else A_PERSON
    if key in _TEXTS and known is not None:
        part = known.sub(A_PERSON, part)
    return of_text(part)
