"""Builds one section from its texts: every wrong value becomes a Problem in plain words."""

from collections.abc import Mapping
from typing import Any, TypeVar, get_origin

from pydantic import ValidationError

from services.shared.settings.environment import Given
from services.shared.settings.keys import allowed, set_text
from services.shared.settings.problems import Problem, shown
from services.shared.settings.sections import Notifications, Section
from services.shared.settings.types import is_placeholder
from services.shared.stars import is_secret

SectionT = TypeVar("SectionT", bound=Section)
_CHANNELS = {"telegram": "Telegram is off", "email": "e-mail is off", "sms": "SMS is off", "webhook": "the webhook is off"}
"""What is off when a key of [NOTIFICATIONS] that begins so is not set."""


def section(
    kind: type[SectionT], label: str, values: Mapping[str, Given], problems: list[Problem], warnings: list[str]
) -> SectionT:
    """The section of `label`; with mistakes, they are added to `problems` and the wrong keys keep their defaults."""
    texts: dict[str, str] = {}
    for name, value in values.items():
        text = set_text(kind.model_fields[name], value.text)
        if text is not None:
            texts[name] = text
        is_list = get_origin(kind.model_fields[name].annotation) is tuple
        if any(is_placeholder(part) for part in (value.text.split(",") if is_list else [value.text])):
            off = _CHANNELS.get(name.partition("_")[0]) if label == Notifications.TITLE else None
            warnings.append(f"{value.where}: [{label}] {name} still holds the sample's text: {off or 'it counts as not set'}")
    try:
        return kind.model_validate(texts)
    except ValidationError as error:
        details = {str(item["loc"][0]): item for item in reversed(error.errors())}
        problems.extend(_problem(kind, label, name, values[name], details[name]) for name in texts if name in details)
        return kind.model_validate({name: text for name, text in texts.items() if name not in details})


def _problem(kind: type[Section], label: str, name: str, value: Given, detail: Any) -> Problem:
    field = kind.model_fields[name]
    secret = is_secret(name, field.annotation)
    found, limits = shown(value.text, secret=secret), allowed(field)
    if detail["type"] == "value_error":
        before, _, after = str(detail["ctx"]["error"]).rpartition("allowed")
        found = (not secret and before.removeprefix("found ").rstrip("; ")) or found
        limits = after.removeprefix(" levels").removeprefix(":").strip()
    return Problem(value.where, f"[{label}] {name}", found, limits)
