"""How `alerts.db` is opened: WAL with FULL, so that an acknowledged commit is on the card."""

import logging
import sqlite3
from pathlib import Path

log = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS alarms (key TEXT PRIMARY KEY, phase TEXT NOT NULL, document TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY, channel TEXT NOT NULL, document TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS receipts (
  id INTEGER PRIMARY KEY, channel TEXT NOT NULL, keys TEXT NOT NULL, subject TEXT NOT NULL, at REAL NOT NULL, text TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS refs (
  thread TEXT NOT NULL, channel TEXT NOT NULL, recipient TEXT NOT NULL, ref TEXT, PRIMARY KEY (thread, channel, recipient)
) STRICT;
CREATE TABLE IF NOT EXISTS transitions (id INTEGER PRIMARY KEY, at REAL NOT NULL, document TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS transitions_by_time ON transitions (at);
"""


def open_file(path: Path) -> tuple[sqlite3.Connection, str | None]:
    """The file; a new one beside a damaged one; memory alone, with the reason, where there is none to be had."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return _connect(path), None
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            log.error("alerts.db is damaged and laid aside as alerts.db.damaged: %s", error)
            _lay_aside(path)
            return _connect(path), None
    except (sqlite3.Error, OSError) as error:
        log.error("alerts.db cannot be opened, what is told is forgotten at a restart: %s", error)
        return _connect(Path(":memory:")), f"alerts.db cannot be opened: {error}"


def _lay_aside(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        if (file := path.with_name(path.name + end)).exists():
            file.replace(file.with_name(file.name + ".damaged"))


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=5.0)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("PRAGMA journal_size_limit=8388608")
    db.executescript(_SCHEMA)
    return db
