"""A backup or a restore that dies at its n-th step on the card, for every n: run as a program, it says what it found wrong.

Python tells of each opening, renaming, linking and removing before it is done (https://docs.python.org/3/library/audit_events.html);
there the process kills itself.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from services.api.history import care
from services.backup import restoring
from services.shared import restored
from services.shared.backups import Kind, archives
from tests.unit.backup import site

STEPS = ("open", "os.rename", "os.remove", "os.link", "os.mkdir", "os.chmod", "os.rmdir", "sqlite3.connect", "shutil.copyfile")


def dies(work: Callable[[], object], number: int, folder: Path) -> bool:
    """Whether the work died at its step of this number; False when it has no such step, and was done."""
    pid = os.fork()
    if pid == 0:
        left = number

        def step(name: str, args: tuple[object, ...]) -> None:
            nonlocal left
            if name in STEPS and str(folder) in str(args[0]):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(step)
        work()
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("the work failed by itself")
    return os.WIFSIGNALED(status)


def backups(folder: Path) -> Iterator[str]:
    """What is wrong with the backups after each death; at last the number of deaths."""
    site.make(folder)
    first = site.take(folder).path
    number, before = 1, first.name
    while dies(partial(site.take, folder, Kind.DAILY, site.AT + number), number, folder):
        made = archives(first.parent, "north")
        if before not in [one.name for one in made]:
            yield f"step {number}: the one before is gone"
        for one in made[-1:]:
            if fault := restoring.verify(first.parent / one.name, folder / "look", "").fault:
                yield f"step {number}: {one.name} is none: {fault}"
        number, before = number + 1, made[-1].name
    if [path for path in first.parent.iterdir() if path.name.startswith(".")]:
        yield "halves are left after one that was done"
    yield f"{number - 1} deaths"


def restores(folder: Path) -> Iterator[str]:
    """What is wrong with the site after each death, and after the restore that followed; at last the number of deaths."""
    site.make(folder / "then", site.a_state(trips=["old-trip"]))
    backup = site.take(folder / "then").path
    site.make(folder / "today", site.a_state(trips=["stop"]), events=5)
    number, dead = 0, True
    while dead:
        number += 1
        here = folder / "dying"
        shutil.rmtree(here, ignore_errors=True)
        shutil.copytree(folder / "today", here)
        site.configure(here)
        dead = dies(partial(site.bring_back, here, backup), number, here)
        yield from (f"step {number}: {fault}" for fault in _faults(here))
        if number % 5 == 0:
            site.bring_back(here, backup)
            if {trip.key for trip in site.state_of(here / "data" / "ledger.db").trips} != {"stop", "old-trip"}:
                yield f"step {number}: a trip is lost by the restore that followed"
    yield f"{number - 1} deaths"


def _faults(here: Path) -> Iterator[str]:
    ledger = here / "data" / "ledger.db"
    trips = {trip.key for trip in site.state_of(ledger).trips}
    if "stop" not in trips:
        yield "today's trip is lost"
    if "old-trip" in trips and restored.why(here / "data") is None:
        yield "restored, and it does not observe"
    if not care.check(here / "data" / "mine_data.db").ok:
        yield "the records are damaged"


if __name__ == "__main__":
    found = list({"backups": backups, "restores": restores}[sys.argv[1]](Path(sys.argv[2])))
    sys.stdout.write("\n".join(found))
    sys.exit(1 if len(found) > 1 else 0)
