"""Runs in a container: the rows of the old product's `mine_states` begin the new history, in the columns that both tables have.

Its times without a zone are the site's local ones. What a column cannot hold is left out, never guessed; a row without a time
that can be read is not taken, and counted. Of a damaged file the rows before the damage are taken, and the damage is told.
"""

import math
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from services.api.history import care
from services.shared.settings import load

FIXED = {"id", "timestamp", "reasons", "clock_trusted"}
KINDS = {"TEXT": (str,), "REAL": (int, float), "INTEGER": (int,)}


def main(old: Path, new: Path, zone: ZoneInfo) -> str:
    """What was taken, in words. Raises sqlite3.Error of the new one, OSError."""
    care.init(new)
    damage: list[str] = []
    with closing(sqlite3.connect(new)) as target, target:
        kinds = {row[1]: KINDS.get(row[2], ()) for row in target.execute("PRAGMA table_info(mine_states)")}
        taken = passed = 0
        for row in rows(old, damage):
            values = converted(row, kinds, zone)
            if values is None:
                passed += 1
                continue
            marks = ", ".join("?" * len(values))
            target.execute(f"INSERT INTO mine_states ({', '.join(values)}) VALUES ({marks})", list(values.values()))  # noqa: S608
            taken += 1
    told = f"records: {taken} old rows begin the new history, {passed} had no time that can be read"
    return "\n".join([told, *(f"! records: the old file cannot be read further: {words}" for words in damage)])


def rows(old: Path, damage: list[str]) -> Iterator[dict[str, object]]:
    """Those that can be read, by their names; why there are no more is added to the damage."""
    try:
        with closing(sqlite3.connect(old)) as source:
            source.row_factory = sqlite3.Row
            source.text_factory = lambda raw: raw.decode("utf-8", "replace")  # one odd letter is no reason to lose a year
            for row in source.execute("SELECT * FROM mine_states ORDER BY rowid"):
                yield {str(name).lower(): row[name] for name in row.keys()}  # noqa: SIM118 - a Row iterates its values
    except sqlite3.DatabaseError as error:
        damage.append(str(error))


def converted(row: dict[str, object], kinds: dict[str, tuple[type, ...]], zone: ZoneInfo) -> dict[str, object] | None:
    """The row as the new table takes it; None without a time."""
    moment = when(row.get("timestamp"), zone)
    if moment is None:
        return None
    shared = {name: value for name, value in row.items() if name not in FIXED and fits(value, kinds.get(name, ()))}
    return {"timestamp": moment, "reasons": '["from the old program"]', "clock_trusted": 0, **shared}


def fits(value: object, kinds: tuple[type, ...]) -> bool:
    """Whether a column takes it; an infinite number is no measurement."""
    return isinstance(value, kinds) and not (isinstance(value, float) and not math.isfinite(value))


def when(found: object, zone: ZoneInfo) -> str | None:
    """ISO 8601 UTC, as the new rows have it; of Unix seconds, or of a text as SQLite and Python write it."""
    try:
        if isinstance(found, (int, float)):
            moment = datetime.fromtimestamp(found, UTC)
        else:
            moment = datetime.fromisoformat(str(found))
            moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return None


if __name__ == "__main__":
    settings = load()
    print(main(Path(sys.argv[1]), Path(settings.data.folder) / "mine_data.db", ZoneInfo(settings.general.timezone)))  # noqa: T201
