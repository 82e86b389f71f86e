"""kill -9 of the notifier's outbox: before any statement that writes, when a provider has taken a message, and at any moment.

`python -m tests.proof.notifier_kills [count] [seed]` is the long form (1,000). The site burns all the while, and the providers
fail half of the time. Every emergency reaches everybody, and so does its end; what comes twice is
marked as repeated, and nothing else.
"""

import asyncio
import contextlib
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from tests.proof.notifier_lives import Lives
from tests.proof.notifier_site import Site, waiting
from tests.waiting import until

_FILES = ("alerts.db", "alerts.db-wal")
LONGEST_LIFE_S, LATEST_STATEMENT, LATEST_TAKE = 0.3, 120, 6
SETTLED_WITHIN_S = 120.0


def verdict(folder: Path, copy: Path) -> str:
    """What SQLite says of the file as it lies there, in a copy: it would mend it."""
    copy.mkdir(exist_ok=True)
    for name in _FILES:
        (copy / name).unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(folder / name, copy / name)
    with contextlib.closing(sqlite3.connect(copy / _FILES[0])) as db:
        return str(db.execute("PRAGMA integrity_check").fetchone()[0])


async def campaign(folder: Path, count: int, chance: random.Random) -> tuple[Site, list[str]]:
    """So many kills; the site with what its providers took, and what is wrong of it in the end."""
    site = Site(chance)
    server = await site.listen()
    lives = Lives(folder, site.port)
    burning = asyncio.create_task(site.burn(folder))
    try:
        for number in range(1, count + 1):
            fault = await _killed(site, lives, chance) or await asyncio.to_thread(verdict, folder, folder / "copy")
            if fault != "ok":
                return site, [f"kill {number}: {fault}"]
        burning.cancel()
        lives.begin()
        return site, await _settled(site, folder)
    finally:
        burning.cancel()
        lives.kill()
        server.close()
        await until(lambda: not site.connections, what="the dead hang up")


async def _killed(site: Site, lives: Lives, chance: random.Random) -> str:
    """One life and its end, in one of three ways. Returns what is wrong with how it ended."""
    way = chance.choice(("statement", "take", "moment"))
    lives.begin(die_at=chance.randint(1, LATEST_STATEMENT) if way == "statement" else 0)
    left = chance.randint(1, LATEST_TAKE)
    taken = asyncio.Event()

    def on_take() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            lives.kill()
            taken.set()

    if way == "take":
        site.on_take = on_take
        await asyncio.wait_for(taken.wait(), 20)
        site.on_take = lambda: None
        return ""
    if way == "statement":
        await until(lambda: lives.ended_by is not None, 20, "it comes to its last statement")
    else:
        await asyncio.sleep(chance.uniform(0.0, LONGEST_LIFE_S))
    ended_by = lives.ended_by
    lives.kill()
    return "" if ended_by in (None, -9) else f"it ended by itself ({ended_by})"


async def _settled(site: Site, folder: Path) -> list[str]:
    """The faults that are left when the last messages had the time to leave."""
    site.fails = False
    end = time.monotonic() + SETTLED_WITHIN_S
    while time.monotonic() < end and not (site.is_over and waiting(folder) == 0):
        site.learn(folder)
        site.end_all()
        await asyncio.sleep(0.1)
    left = waiting(folder)
    return site.faults() + ([f"{left} messages still wait"] if left else []) + ([] if site.is_over else ["not all is known"])


def main(arguments: list[str]) -> int:
    """Returns the exit code: 0 when nothing is missing and nothing came twice without a mark."""
    count = int(arguments[0]) if arguments else 1000
    seed = int(arguments[1]) if len(arguments) > 1 else random.SystemRandom().randrange(10**6)
    began_s = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        site, found = asyncio.run(campaign(Path(name), count, random.Random(seed)))
    sys.stdout.write("".join(f"{fault}\n" for fault in found[:50]))
    sys.stdout.write(f"{count} kills in {time.monotonic() - began_s:.0f} s, seed {seed}: {summary(site)}: {len(found)} faults\n")
    return 1 if found else 0


def summary(site: Site) -> str:
    """What was seen."""
    marked = sum(one.subject.startswith("(repeated)") for one in site.taken)
    return f"{len(site.words)} emergencies, {site.asked} sendings, {len(site.taken)} taken, {marked} of them marked as repeated"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
