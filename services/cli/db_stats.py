"""What `mine db stats` tells of the records, for people and for programs."""

from collections.abc import Iterator
from typing import Any

from services.api.history.stats import Stats
from services.shared.settings import counted
from services.shared.site_time import Clock


def document(found: Stats) -> dict[str, Any]:
    """Everything, for a program: bytes and Unix seconds."""
    keys = ("name", "rows", "size", "oldest_at", "newest_at")
    return {
        "tables": [{key: getattr(one, key) for key in keys} for one in found.tables],
        "files": found.files,
        "unused": found.unused,
    }


def lines(found: Stats, when: Clock) -> Iterator[str]:
    """A line for each table, then the files."""
    for one in found.tables:
        size = "" if one.size is None else f", {one.size / 1e6:.1f} MB"
        spans = "" if one.oldest_at is None else f", {when(one.oldest_at)} to {when(one.newest_at)}"
        yield f"{one.name}: {counted(one.rows, 'row')}{size}{spans}"
    yield ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in found.files.items()) + f"; unused {found.unused / 1e6:.1f} MB"
