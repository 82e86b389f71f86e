"""Every key as people and programs may see it: its value, where that comes from, secrets masked."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.shared.settings import sections as s
from services.shared.settings.keys import masked
from services.shared.settings.tree import Settings


@dataclass(frozen=True, slots=True)
class ListedKey:
    """One key. `section` is its label in the file; `is_changed` when it differs from the default, wherever it was set."""

    section: str
    key: str
    value: str
    origin: str
    is_changed: bool


def listed(settings: Settings) -> Iterator[ListedKey]:
    """Every key of every section, in the order of the example."""
    for label, section in parts(settings):
        for name, field in type(section).model_fields.items():
            is_changed = getattr(section, name) != field.default
            origin = settings.origins.get(f"{label}.{name}", "default")
            yield ListedKey(label, name, masked(section, name), origin, is_changed)


def parts(settings: Settings) -> Iterator[tuple[str, s.Section]]:
    """Every section there is, with its label."""
    for kind in s.ALL:
        kept = getattr(settings, kind.field_name())
        if kind.NAMED:
            yield from ((f"{kind.TITLE} {name}", section) for name, section in kept.items())
        else:
            yield kind.TITLE, kept
