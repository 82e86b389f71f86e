"""A folder as a running site has it: a ledger, records and alarms with something in them, a configuration; and its backups."""

import asyncio
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from services.api.history import care
from services.backup import places, restoring, taking
from services.backup.places import Places
from services.backup.putting import Restored
from services.backup.taking import Taken
from services.controller.core.memory import Hold, Lockout, SourceMemory, State, Trip
from services.controller.core.moments import Now, Stamp
from services.controller.documents import read_state
from services.controller.ledger import Ledger
from services.notifier import tables
from services.shared.backups import Kind
from services.shared.messages import Event
from services.shared.settings import Settings, load
from services.shared.vocabulary import LeaseKind, Level
from tests.plant import Site, limits

AT = 1_795_000_000.0
STAMP = Stamp(5.0, AT, True, "boot")
NOW = Now(50.0, AT + 3600, True, "boot")
WAITING = json.dumps({
    "id": 7, "channel": "telegram", "recipient": "1", "kind": "warning", "keys": [], "created_at": 1,
    "text": {"subject": "a door", "body": "", "short": ""},
})  # fmt: skip
EVENT = (
    "INSERT INTO events (source, boot, ledger, ledger_seq, happened_ms, timestamp, clock_trusted, kind, title, reasons, mode,"
    " device, target, command_id, who, detail, act)"
    " VALUES ('controller', '', 1, ?, 1, '2026', 1, 'service', ?, '[]', '', '', '', '', '', '', '')"
)


def a_state(trips: Sequence[str] = (), locked: Sequence[str] = (), leases: Sequence[str] = ()) -> State:
    """A settled plant with such trips, lock-outs and leases, and a utility that has asked for something."""
    return replace(
        Site(limits(fans=3)).settle(30.0).state,
        trips=tuple(Trip(key, "it was hot", STAMP) for key in trips),
        lockouts=tuple(Lockout(target, "anna", "a belt", STAMP) for target in locked),
        holds=tuple(Hold(one, LeaseKind.POWER_SIGNAL, "anna", "a test", STAMP, 1800.0, level=Level.CONTROL) for one in leases),
        sources=(SourceMemory("utility", Level.CONTROL, None, None, STAMP, event_id="event-of-then"),),
    )


def make(folder: Path, state: State | None = None, events: int = 3) -> Settings:
    """The site and its settings."""
    (folder / "data").mkdir(parents=True)
    configure(folder)
    write_ledger(folder / "data" / "ledger.db", state or a_state(), events)
    care.init(folder / "data" / "mine_data.db")
    add_records(folder / "data" / "mine_data.db", range(1, events + 1))
    with closing(tables.connect(folder / "data" / "alerts.db")) as db:
        db.execute("INSERT INTO outbox VALUES (7, 'telegram', ?)", (WAITING,))
        db.execute("INSERT INTO receipts VALUES (6, 'telegram', '[]', 'door', 1.0, 'taken')")
        db.execute("INSERT INTO transitions VALUES (1, 1.0, '{}')")
    return settings(folder)


def configure(folder: Path) -> None:
    """The configuration of the site in this folder."""
    (folder / "config.txt").write_text(f"[GENERAL]\nsite = north\ncontrol = armed\n[DATA]\nfolder = {folder / 'data'}\n")
    (folder / "loads.csv").write_text("name,kind,kW,pdu,outlet\n")


def settings(folder: Path, **env: str) -> Settings:
    """Those of the site's folder, with some of the environment besides."""
    return load(folder / "config.txt", env={"MINE_API_ACCESS_FILE": str(folder / "secrets" / "access.json"), **env})


def where(folder: Path, chosen: Settings) -> Places:
    return places.of(chosen)


def take(folder: Path, kind: Kind = Kind.DAILY, at: float = AT, **env: str) -> Taken:
    """A backup of the site."""
    chosen = settings(folder, **env)
    return taking.take(chosen, where(folder, chosen), kind, at)


def bring_back(folder: Path, archive: Path, passphrase: str = "") -> Restored:
    """A restore over the site."""
    target = where(folder, settings(folder))
    return restoring.restore(archive, target, target.first, NOW, passphrase)[1]


def write_ledger(path: Path, state: State, events: int) -> None:
    """State and events, as the controller writes them."""
    told = [Event(subject=("controller",), ledger_seq=0, kind="service", happened_at=1.0, title=f"{n}") for n in range(events)]

    async def written() -> None:
        ledger = Ledger(path)
        await ledger.commit(state, {}, told)
        ledger.close()

    asyncio.run(written())


def add_records(path: Path, numbers: Sequence[int] | range) -> None:
    """Events of the controller in the history."""
    with closing(sqlite3.connect(path)) as db:
        db.executemany(EVENT, [(number, f"event {number}") for number in numbers])
        db.commit()


def state_of(path: Path) -> State:
    """What a ledger holds."""
    return read_state(rows(path, "SELECT document FROM state")[0][0])[0]


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(query).fetchall()
