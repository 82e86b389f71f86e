"""What a backup or a restore tells people: a table of verdicts, and the same for programs."""

from collections.abc import Iterable, Iterator
from typing import Any

from services.backup.proof import MemberVerdict
from services.backup.putting import Restored
from services.backup.restoring import Looked
from services.backup.taking import Taken


def table(verdicts: Iterable[MemberVerdict]) -> Iterator[str]:
    """One line for each file."""
    for one in verdicts:
        rows = "" if one.rows is None else f"{one.rows} rows"
        yield f"  {'bad ' if one.fault else 'good'}  {one.name:<22} {one.size / 1e6:>9.2f} MB  {rows:>14}  {one.words}"


def rows(verdicts: Iterable[MemberVerdict]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [{"name": v.name, "size": v.size, "rows": v.rows, "ok": not v.fault, "verdict": v.words} for v in verdicts]


def taken_lines(taken: Taken) -> Iterator[str]:
    """What was made, and what did not succeed besides."""
    yield f"{taken.path}: {taken.size / 1e6:.2f} MB"
    yield from table(taken.verdicts)
    yield from (f"  {words}" for words in taken.lacking)
    yield from (f"  removed {name}" for name in taken.removed)
    yield from (f"  NOT DONE: {trouble}" for trouble in taken.troubles)


def taken_document(taken: Taken) -> dict[str, Any]:
    """The same for programs."""
    return {
        "archive": str(taken.path), "size": taken.size, "files": rows(taken.verdicts),
        "troubles": list(taken.troubles), "removed": list(taken.removed), "lacking": list(taken.lacking),
    }  # fmt: skip


def looked_lines(looked: Looked, at: str) -> Iterator[str]:
    """What a look at an archive found. `at` is its time as people read it."""
    manifest = looked.manifest
    yield f"{manifest.kind} backup of {manifest.site}, {at}, made by version {manifest.version}"
    yield from table(looked.verdicts)
    yield "It can NOT be restored." if looked.fault else "It can be restored."


def looked_document(looked: Looked) -> dict[str, Any]:
    """The same for programs."""
    manifest = looked.manifest
    return {
        "site": manifest.site, "kind": manifest.kind, "at": manifest.at, "version": manifest.version,
        "ok": not looked.fault, "files": rows(looked.verdicts),
    }  # fmt: skip


def restored_lines(done: Restored) -> Iterator[str]:
    """What lies where now, and what the site does until a person has looked."""
    yield from (f"  put {path}" for path in done.put)
    yield from (f"  the present one is kept as {path.name}" for path in done.aside)
    yield from (f"  {words}" for words in done.left)
    yield f"  trips that stand: {', '.join(done.kept.trips) or 'none'}; locked out: {', '.join(done.kept.lockouts) or 'nothing'}"
    yield "  no lease and no past event came back"
    yield from (f"  removed {path.name}, of an earlier restore" for path in done.removed)
    if done.aside:
        folders = " and ".join(sorted({str(path.parent) for path in done.aside}))
        size = sum(path.stat().st_size for path in done.aside if path.exists()) / 1e6
        yield f"What was there is kept, {size:.2f} MB in {folders}: delete *.before-restore-* when all is well."
    yield "Now the site observes, whatever control says: start it, look whether what it would do is right, then `mine arm`."


def restored_document(done: Restored) -> dict[str, Any]:
    """The same for programs."""
    return {
        "put": [str(path) for path in done.put], "aside": [str(path) for path in done.aside], "left": list(done.left),
        "removed": [str(path) for path in done.removed],
        "trips": list(done.kept.trips), "lockouts": list(done.kept.lockouts), "observes": True,
    }  # fmt: skip
