"""A database is set aside, never deleted: what went wrong with it can be looked at later."""

from datetime import UTC, datetime
from pathlib import Path

from services.shared.sqlite_files import PARTS


def set_aside(path: Path, why: str) -> Path:
    """Move a database with its log to a name of this moment, and say where it lies. Raises OSError."""
    aside = path.with_name(f"{path.name}.{why}-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}")
    for tail in PARTS:
        part = path.with_name(path.name + tail)
        if part.exists():
            part.replace(f"{aside}{tail}")
    return aside
