"""kill -9 of the api's records at random moments, while readings, alarms and events flow through a real broker.

`python -m tests.proof.history_kills [count] [seed]` is the long form (1,000). The events come from the controller's own ledger,
which sends them until it is told that they are stored. After each kill the files are looked at as they lie there, in a copy:
SQLite would mend them. At the end everything that was published is there, once.
"""

import asyncio
import contextlib
import itertools
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.broker import INSTALL, LiveBroker, as_process, in_container
from tests.proof.history_lives import Lives
from tests.proof.history_source import Published, Source
from tests.waiting import until

LONGEST_LIFE_S = 0.7
CATCHES_UP_AT, CATCHES_UP_WITHIN_S = 20_000, 120.0
"""The broker keeps 50,000 messages for an api that is away and promises nothing beyond; before, one life may store what waits."""
_FILES = ("mine_data.db", "mine_data.db-wal")
_READINGS = "SELECT quantity || '@' || ts_ms FROM readings JOIN sensors ON sensors.id = sensor_id"
_EVENTS = "SELECT ledger_seq FROM events WHERE source = 'controller'"
_ALARMS = "SELECT key || '@' || since_ms || '@' || active FROM alarms WHERE source = 'controller'"


def looked_at(folder: Path, copy: Path) -> tuple[str, dict[str, list[Any]]]:
    """What SQLite says of the files as they lie there, and what is in them."""
    copy.mkdir(exist_ok=True)
    for name in _FILES:
        (copy / name).unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(folder / name, copy / name)
    with contextlib.closing(sqlite3.connect(copy / _FILES[0])) as db:
        verdict = str(db.execute("PRAGMA integrity_check").fetchone()[0])
        made = db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'alarms'").fetchone()[0]
        queries = {"readings": _READINGS, "events": _EVENTS, "alarms": _ALARMS} if made else {}
        return verdict, {what: [row[0] for row in db.execute(query)] for what, query in queries.items()}


def faults(published: Published, held: dict[str, list[Any]]) -> list[str]:
    """What is missing, and what is there twice."""
    found = []
    for what in ("readings", "events", "alarms"):
        expected: list[Any] = getattr(published, what)
        got = held.get(what, [])
        if missing := set(expected) - set(got):
            found.append(f"{len(missing)} of {len(expected)} {what} are missing, such as {sorted(missing)[:3]}")
        if len(got) != len(set(got)):
            found.append(f"{len(got) - len(set(got))} {what} are there twice")
    return found


async def campaign(folder: Path, broker: LiveBroker, site: str, count: int, chance: random.Random) -> tuple[Published, list[str]]:
    """So many kills; what was published, and what is wrong of it in the end."""
    source, lives = Source(folder, broker, site), Lives(folder, broker.settings("api"), site)
    lives.begin()
    await source.bus.start()
    try:
        await until(lambda: source.is_heard, 30, "the first life records")
        async with asyncio.TaskGroup() as flowing:
            tasks = [flowing.create_task(source.flow()), flowing.create_task(source.resend())]
            found = await _killed(source, lives, folder, count, chance)
            tasks[0].cancel()
            found = found or await _settled(source, folder)
            tasks[1].cancel()
        return source.published, found
    finally:
        lives.kill()
        await source.bus.stop()
        source.ledger.close()


async def _killed(source: Source, lives: Lives, folder: Path, count: int, chance: random.Random) -> list[str]:
    """Kill so many lives, and look at what each leaves."""
    for number in range(1, count + 1):
        await asyncio.sleep(chance.uniform(0.0, LONGEST_LIFE_S))
        if not lives.alive:
            return [f"it ended by itself before kill {number}"]
        lives.kill()
        stored = set(range(1, source.published.stored + 1))
        verdict, held = await asyncio.to_thread(looked_at, folder, folder / "copy")
        if verdict != "ok":
            return [f"kill {number}: integrity: {verdict}"]
        if short := stored - set(held.get("events", [])):
            return [f"kill {number}: events {sorted(short)[:3]} were said to be stored and are not"]
        lives.begin()
        if len(source.published.readings) - len(held.get("readings", [])) > CATCHES_UP_AT:
            await _caught_up(source, folder)
    return []


async def _caught_up(source: Source, folder: Path) -> None:
    """Wait until all that was published before is stored."""
    published = len(source.published.readings)

    async def stored() -> int:
        with contextlib.suppress(sqlite3.Error):
            return len((await asyncio.to_thread(looked_at, folder, folder / "copy"))[1].get("readings", []))
        return 0

    end = time.monotonic() + CATCHES_UP_WITHIN_S
    for _ in itertools.takewhile(lambda _: time.monotonic() < end, itertools.count()):
        if await stored() >= published:
            return
        await asyncio.sleep(1.0)


async def _settled(source: Source, folder: Path) -> list[str]:
    """The faults that are left when the last readings had the time to be stored."""
    end = time.monotonic() + 60
    for _ in itertools.takewhile(lambda _: time.monotonic() < end, itertools.count()):
        await asyncio.sleep(1.0)
        if not (found := await _found(source, folder)):
            break
    return found


async def _found(source: Source, folder: Path) -> list[str]:
    try:
        verdict, held = await asyncio.to_thread(looked_at, folder, folder / "copy")
    except sqlite3.Error as error:  # copied in the middle of a checkpoint
        return [str(error)]
    left = await source.ledger.unconfirmed(0)
    found = faults(source.published, held) + ([f"{len(left)} events are not confirmed"] if left else [])
    aside = await asyncio.to_thread(lambda: [path.name for path in folder.glob("*.damaged-*")])
    return found + [f"set aside as damaged: {name}" for name in aside] + ([] if verdict == "ok" else [f"integrity: {verdict}"])


def main(arguments: list[str]) -> int:
    """Returns the exit code: 0 when nothing is missing and nothing doubled."""
    count = int(arguments[0]) if arguments else 1000
    seed = int(arguments[1]) if len(arguments) > 1 else random.SystemRandom().randrange(10**6)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("broker", "data"):
            (folder / part).mkdir()
        broker = as_process(folder / "broker") or in_container(folder / "broker")
        if broker is None:
            raise SystemExit(INSTALL)
        began_s = time.monotonic()
        try:
            published, found = asyncio.run(campaign(folder / "data", broker, "kills", count, random.Random(seed)))
        finally:
            broker.remove()
    sys.stdout.write("".join(f"{fault}\n" for fault in found))
    sys.stdout.write(
        f"{count} kills in {time.monotonic() - began_s:.0f} s, seed {seed}: {len(published.readings)} readings, "
        f"{len(published.events)} events, {len(published.alarms)} alarms: {len(found)} faults\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
