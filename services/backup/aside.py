"""What lay at a place before a restore, beside it: `<file>.before-restore-<UTC time>`. The newest two stay; a card is small."""

import contextlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from services.shared.sqlite_files import parts_of

_MARK = ".before-restore-"
_NAME = re.compile(r"(\d{8}T\d{6}Z)(?:\.(\d{1,3}))?")
_KEPT = 2


def name(path: Path, now_s: float) -> Path:
    """Where what lies at a path goes at this Unix second."""
    return path.with_name(f"{path.name}{_MARK}{_time(now_s)}")


def laid(path: Path, now_s: float) -> Path:
    """Where what comes back is laid, if its own place cannot be written."""
    return path.with_name(f"{path.name}.from-restore-{_time(now_s)}")


def prune(made: Iterable[Path]) -> tuple[Path, ...]:
    """Delete older ones beside those that were made now, which always stay; those that went. What cannot go stays."""
    return tuple(old for new in made for old in _older(new)[_KEPT - 1 :] if _removed(old))


def _older(new: Path) -> list[Path]:
    """The others of the same file, newest first."""
    before = new.name.rpartition(_MARK)[0] + _MARK
    others = [one for one in new.parent.iterdir() if one != new and one.name.startswith(before)]
    found = [(match, one) for one in others if (match := _NAME.fullmatch(one.name.removeprefix(before)))]
    ordered = sorted(found, key=lambda pair: (pair[0][1], int(pair[0][2] or 1)), reverse=True)
    return [one for _, one in ordered]


def _removed(old: Path) -> bool:
    with contextlib.suppress(OSError):
        for part in parts_of(old):
            part.unlink(missing_ok=True)
        return True
    return False


def _time(at_s: float) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC):%Y%m%dT%H%M%SZ}"
