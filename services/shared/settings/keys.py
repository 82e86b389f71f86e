"""What a key of the file allows, in plain words, and how its values read and look."""

from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from services.shared.settings.sections import Section
from services.shared.settings.types import is_placeholder
from services.shared.stars import MASK, is_secret, starred, starred_pairs


def extra(field: FieldInfo, name: str) -> Any:
    """What sections.py says of a key beside its limits: `unit`, `clearable`."""
    assert isinstance(field.json_schema_extra, dict)
    return field.json_schema_extra.get(name, "")


def plain(field: FieldInfo) -> Any:
    """The type of a key's value when it is set."""
    return next(part for part in _parts(field) if part is not NoneType)


def _parts(field: FieldInfo) -> tuple[Any, ...]:
    annotation = field.annotation
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)


def words_of(field: FieldInfo) -> tuple[str, ...]:
    """The words a key allows, or none when it is free."""
    for part in _parts(field):
        if get_origin(part) is Literal:
            return tuple(word for word in get_args(part) if word)
        if isinstance(part, type) and issubclass(part, StrEnum):
            return tuple(part)
    return ()


def allowed(field: FieldInfo) -> str:
    """What the key allows, such as `a number from 0 to 80 (C)`."""
    words = words_of(field)
    if words:
        return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    unit = extra(field, "unit")
    if plain(field) in (float, int):
        kind = "a number" if plain(field) is float else "a whole number"
        return kind + _range(field) + (f" ({unit})" if unit else "")
    if field.annotation is bool:
        return "yes or no"
    return f"a text of {unit}" if unit else "a text"


def _range(field: FieldInfo) -> str:
    limits = {name: getattr(item, name) for item in field.metadata for name in ("ge", "gt", "le") if hasattr(item, name)}
    low = f" from {limits['ge']:g}" if "ge" in limits else f" above {limits['gt']:g}" if "gt" in limits else ""
    if "le" not in limits:
        return low + (" up" if "ge" in limits else "")
    return low + (f" to {limits['le']:g}" if "ge" in limits else f", up to {limits['le']:g}")


def text_of(value: object) -> str:
    """A value as the file would write it; a secret's own text (mask it with `masked` before showing)."""
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return ", ".join(" = ".join(part) if isinstance(part, tuple) else str(part) for part in value)
    return str(value)


def masked(section: Section, name: str) -> str:
    """A key's value for people: secrets that are set show as stars, also those within an address, a body or a command."""
    field, value = type(section).model_fields[name], getattr(section, name)
    text = text_of(value)
    if text and value != field.default and is_secret(name, field.annotation):
        return MASK
    return starred_pairs(text) if name.endswith(("body", "command")) else starred(text)


def set_text(field: FieldInfo, text: str) -> str | None:
    """A value without its placeholders and in the allowed spelling; None when nothing is left: not set.

    `none` clears a key that may be cleared although its default is something.
    """
    text = text.strip()
    if get_origin(field.annotation) is tuple:
        text = ", ".join(part for part in map(str.strip, text.split(",")) if part and not is_placeholder(part))
    if not text or is_placeholder(text):
        return None
    if extra(field, "clearable") and text.lower() == "none":
        return ""
    return next((word for word in words_of(field) if word.lower() == text.lower()), text)
