"""Tables of a later version of this product: they are never touched, and nothing is wrong with the card."""

from services.api.history.schema import HEAD

_LATER = "its tables are of a later version of this product"
TO_DO = (
    "Install that version (`mine update --force`); or stop the site and bring back a backup from before it (`mine restore`), or "
    "begin new records (`mine db reset`)"
)


def is_of_later(version: str) -> bool:
    """Whether this migration is one after those that are known here; their names count up."""
    return version > HEAD


def told(version: str) -> str:
    """What is met, and what a person does."""
    return f"{_LATER} ({version[:20]}; this one knows them up to {HEAD}). {TO_DO}"


def parted(reason: str) -> tuple[str, str]:
    """What is met, and what to do about it; both are empty where the reason is another one."""
    return (reason.removesuffix(TO_DO).rstrip(". "), TO_DO) if reason.startswith(_LATER) else ("", "")
