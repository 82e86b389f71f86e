"""The ledger that goes on after a restore: what was learnt comes back, today's trips and lock-outs stand, nothing past does.

Phase, leases, orders and events of the archive stay behind: where a load or an event stands is seen anew. A utility's event that
the present ledger knows is not past: its sources stay. Trips and lock-outs are those of both. Events that the history lacks are
told to it again; what is told from now on is numbered above all that any ledger of this site ever gave.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from services.controller import ledger_events, ledger_file
from services.controller.core.memory import Phase, State
from services.controller.core.moments import Stamp
from services.controller.documents import read_state, state_document
from services.shared.messages import Event

_APART = 10**12
"""Numbers leap to the next multiple: above whatever a ledger that is lost gave after the archive was made."""
_TRIP = "trip_"
_ANSWERED = "SELECT id, digest, reply, at FROM answered ORDER BY rowid"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands in the ledger that goes on: keys of trips, targets of lock-outs, and the keys of the alarms that the
    controller stands by."""

    trips: tuple[str, ...]
    lockouts: tuple[str, ...]
    alarmed: tuple[str, ...] = ()


def go_on(archived: Path, present: Path, *, restored: Path | None, kept: Path | None, target: Path, event: Event) -> Kept:
    """Write it to a new file, with the event that tells the restore. `present` is where today's lies, if there is one.

    The histories know numbers, too: `restored` is that of the archive, if it has one, and with it go the archive's events that
    it lacks; `kept` is today's. Raises sqlite3.Error.
    """
    before, today = _state(archived), _state(present)
    state = _united(before, today)
    known = [_number(path, "SELECT seq FROM sqlite_sequence WHERE name = 'events'") for path in (archived, present)]
    known += [
        _number(path, "SELECT max(ledger_seq) FROM events WHERE source = 'controller'") for path in (restored, kept) if path
    ]
    above = (max(known) // _APART + 1) * _APART
    with closing(ledger_file.opened(target)) as db:
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO state VALUES (1, ?)", (state_document(state),))
        for path in (archived, present):
            db.executemany("INSERT OR REPLACE INTO answered VALUES (?, ?, ?, ?)", _rows(path, _ANSWERED))
        for path in (present, *([archived] if restored else [])):
            db.executemany("INSERT OR IGNORE INTO events VALUES (?, ?)", _rows(path, "SELECT seq, document FROM events"))
        db.execute("DELETE FROM sqlite_sequence WHERE name = 'events'")
        db.execute("INSERT INTO sqlite_sequence VALUES ('events', ?)", (above,))
        ledger_events.add(db, (event,))
        db.execute("COMMIT")
        db.execute("PRAGMA journal_mode=DELETE")
    trips = tuple(one.key for one in state.trips)
    alarmed = (*(key for key, _ in state.alarmed), *(f"{_TRIP}{key}" for key in trips))
    return Kept(trips, tuple(one.target for one in state.lockouts), alarmed)


def _united(before: State | None, today: State | None) -> State:
    both = [one for one in (today, before) if one is not None]
    newest_drills = sorted((drill for one in both for drill in one.drilled), key=lambda drill: -drill.at)
    return State(
        phase=Phase.STARTING,
        started=Stamp(0.0, 0.0, False, ""),
        trips=_by(lambda trip: trip.key, (one.trips for one in both)),
        lockouts=_by(lambda lock: lock.target, (one.lockouts for one in both)),
        alarmed=_by(lambda alarm: alarm[0], (one.alarmed for one in both[:1])),
        fans=both[0].fans if both else (),
        drilled=_by(lambda drill: drill.device, [newest_drills]),
        zones=tuple((name, None) for name, _ in _by(lambda zone: zone[0], (one.zones for one in both))),
        sources=today.sources if today else (),
    )


def _by(key: Callable[[T], str], groups: Iterable[Sequence[T]]) -> tuple[T, ...]:
    """One for each key, the first one met."""
    found: dict[str, T] = {}
    for group in groups:
        for one in group:
            found.setdefault(key(one), one)
    return tuple(found.values())


def _state(path: Path) -> State | None:
    rows = _rows(path, "SELECT document FROM state")
    try:
        return read_state(rows[0][0])[0] if rows else None
    except ValueError:
        return None


def _number(path: Path, query: str) -> int:
    rows = _rows(path, query)
    return int(rows[0][0]) if rows and isinstance(rows[0][0], int) else 0


def _rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    """Nothing where there is no file, or none that can be read."""
    if not path.exists():
        return []
    try:
        with closing(sqlite3.connect(path)) as db:
            db.text_factory = lambda raw: raw.decode("utf-8", "replace")
            return db.execute(query).fetchall()
    except sqlite3.DatabaseError:
        return []
