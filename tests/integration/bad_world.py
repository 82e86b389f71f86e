"""A whole site in a bad world: its services have a calendar, a card and a resolver of their own; the devices have none of it."""

import contextlib
import os
import signal
import struct
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.whole_site import SERVICES, WholeSite
from tests.waiting import wait

HERE = Path(__file__).parent


def fill(path: Path) -> None:
    """Write a file until no byte is left."""
    with path.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))


class Calendar:
    """The wall clock of the services, by a library that is loaded before theirs; monotonic time is the true one."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "calendar"
        library = folder / "bad_clock.so"
        made = ["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(HERE / "bad_clock.c")]
        subprocess.run(made, check=True, capture_output=True)
        self.around = ("env", f"LD_PRELOAD={library}", f"MINE_TEST_CALENDAR={self._file}")
        self.set(time.time())

    def set(self, at: float, *, held: bool = True) -> None:
        """It is so many Unix seconds now, and NTP vouches for it or not. All services see it at once."""
        with self._file.open("r+b" if self._file.exists() else "wb", buffering=0) as file:
            file.write(struct.pack("<qq", round(at - time.time()), held))


class Namespace:
    """A view of the file system that the services alone share: what is mounted there goes with them. For root."""

    def __init__(self) -> None:
        self._holder = subprocess.Popen(["unshare", "--mount", "sleep", "1000"])
        wait(lambda: self._view(self._holder.pid) != self._view(os.getpid()), 5, "a view of their own")
        self.around = ("nsenter", f"--mount=/proc/{self._holder.pid}/ns/mnt")

    @staticmethod
    def _view(pid: int) -> str:
        return str(Path(f"/proc/{pid}/ns/mnt").readlink())

    def mount(self, *words: str) -> bool:
        """Whether the kernel took it."""
        return subprocess.run([*self.around, "mount", *words], capture_output=True, check=False).returncode == 0

    def unmount(self, where: Path) -> None:
        """Nothing in it may be open."""
        subprocess.run([*self.around, "umount", str(where)], check=True, capture_output=True)

    def seen(self, path: Path) -> Path:
        """A path within, from here."""
        return Path(f"/proc/{self._holder.pid}/root{path}")

    def end(self) -> None:
        """Nobody holds it any longer."""
        self._holder.kill()
        self._holder.wait(5)


class Card:
    """The card under data and logs: a small file system that can be full or read-only."""

    def __init__(self, namespace: Namespace, where: Path, megabytes: int) -> None:
        self._namespace, self._where = namespace, where
        where.mkdir()
        assert namespace.mount("-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(where))
        self.folder = namespace.seen(where)
        (self.folder / "data").mkdir()

    def fill(self) -> None:
        """Leave no byte."""
        fill(self.folder / "something-else")

    def empty(self) -> None:
        """Somebody deletes what is not ours."""
        (self.folder / "something-else").unlink()

    def read_only(self, yes: bool) -> bool:
        """As a card that fails is mounted again. False while a file is open for writing."""
        return self._namespace.mount("-o", f"remount,{'ro' if yes else 'rw'}", str(self._where))


class DyingCard:
    """A card under data and logs that dies in the middle: a real file system in a file."""

    def __init__(self, namespace: Namespace, where: Path) -> None:
        self._namespace, self._where, self._image = namespace, where, where.with_suffix(".image")
        where.mkdir()
        with self._image.open("wb") as file:
            file.truncate(32_000_000)
        subprocess.run(["mkfs.ext4", "-q", str(self._image)], check=True, capture_output=True)
        assert namespace.mount("-o", "loop", str(self._image), str(where))
        (namespace.seen(where) / "data").mkdir()

    def die(self) -> None:
        """ext4 gives up, as after an error of the card: read-only at once, whatever is open for writing."""
        assert self._namespace.mount("-o", "remount,abort", str(self._where))

    def found_read_only(self) -> None:
        """The boot after that: what was written is there, and nothing can be."""
        self._namespace.unmount(self._where)
        assert self._namespace.mount("-o", "loop", str(self._image), str(self._where)), "its log is played back"
        assert self._namespace.mount("-o", "remount,ro", str(self._where))

    def writable(self) -> bool:
        """False while the kernel does not let us."""
        return self._namespace.mount("-o", "remount,rw", str(self._where))


class World:
    """A site, and what is bad around it."""

    def __init__(self, site: WholeSite) -> None:
        self.site = site
        self._namespace: Namespace | None = None

    def own_calendar(self) -> Calendar:
        """Before the services are started."""
        calendar = Calendar(self.site.folder)
        self.site.around += calendar.around
        return calendar

    def own_view(self) -> Namespace:
        """Before the services are started."""
        if self._namespace is None:
            self._namespace = Namespace()
            self.site.around = (*self._namespace.around, *self.site.around)
        return self._namespace

    def own_card(self, megabytes: int = 8) -> Card:
        """Before the services are started."""
        where = self.site.folder / "card"
        self.site.env |= {"MINE_DATA_FOLDER": str(where / "data"), "MINE_DATA_LOGS": str(where / "logs")}
        return Card(self.own_view(), where, megabytes)

    def own_dying_card(self) -> DyingCard:
        """Before the services are started."""
        where = self.site.folder / "card"
        self.site.env |= {"MINE_DATA_FOLDER": str(where / "data"), "MINE_DATA_LOGS": str(where / "logs")}
        return DyingCard(self.own_view(), where)

    def end(self) -> None:
        """The site, then its world."""
        self.site.stop()
        if self._namespace is not None:
            self._namespace.end()

    # --- what people see ------------------------------------------------------------------------------------------------

    def told(self, channel: str = "telegram") -> list[dict[str, Any]]:
        """What a channel took."""
        return self.site.sinks()[channel]

    def messages_of(self, word: str, channel: str = "telegram") -> int:
        """How many of them say this word."""
        return sum(word in str(one) for one in self.told(channel))

    def until_alarm(self, key: str, *, active: bool = True, deadline_s: float = 30.0) -> None:
        """Wait for an alarm to stand, or to be over."""
        what = f"{key} {'stands' if active else 'is over'}"
        wait(lambda: self.site.status() and (key in self.site.alarms()) is active, deadline_s, what)

    def curtailed(self, deadline_s: float = 40.0) -> float:
        """The utility asks; how long it took until it was proven (s)."""
        began = time.monotonic()
        self.site.tell("signal", level="control")
        self.site.wait_mode("curtailed", deadline_s)
        assert self.site.asleep() == 20
        return time.monotonic() - began

    def killed(self) -> None:
        """kill -9 of all services."""
        for name in SERVICES:
            self.site.send(name, signal.SIGKILL)

    def lines(self) -> dict[str, int]:
        """How many each service has logged."""
        return {name: len(self.site.log(name).splitlines()) for name in SERVICES}

    def threads(self, name: str) -> int:
        """How many a service has now."""
        return len(list(Path(f"/proc/{self.site._programs[name].pid}/task").iterdir()))

    def rss_kb(self, name: str) -> int:
        """The memory of a service that lies in RAM."""
        found = Path(f"/proc/{self.site._programs[name].pid}/status").read_text().partition("VmRSS:")[2]
        return int(found.split()[0])

    def begun(self) -> int:
        """How often a controller began."""
        return self.site.log("controller").count("loop: begins ")


def needs(*command: str, why: str) -> pytest.MarkDecorator:
    """Skips where what makes such a world is not there, or not ours to use. In CI all is: a skip would hide a test."""
    return pytest.mark.skipif(not _is_ci() and not _works(command), reason=why)


def _is_ci() -> bool:
    return bool(os.environ.get("MINE_REQUIRE_ENGINE")) or os.environ.get("CI") == "true"


def _works(command: tuple[str, ...]) -> bool:
    with contextlib.suppress(OSError):
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    return False
