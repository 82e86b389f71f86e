"""One mine of real processes that is asked, released and killed, and what an event with kills did otherwise than without."""

import contextlib
import random
import signal
import socket
import threading
from dataclasses import dataclass

from tests.end_to_end.whole_site import SERVICES, WholeSite
from tests.proof.watch import Watch
from tests.waiting import wait

QUICK = {
    "MINE_POWER_RELEASE_SECONDS": "2", "MINE_POWER_RESTORE_STEP_SECONDS": "1", "MINE_POWER_RESTORE_STEP_PERCENT": "25",
    "MINE_POWER_RESTORE_JITTER_SECONDS": "0", "MINE_POWER_START_GRACE_SECONDS": "2", "MINE_FANS_MIN_ON_SECONDS": "5",
    "MINE_FOREMAN_CALLS_PER_SECOND": "4",
}  # fmt: skip
"""A site whose event takes seconds, most of them while miners are told; a fan's shortest run is long enough to be seen."""

MIN_ON_S = 4.0
"""Of the five seconds that a started fan must run, what a watch beside a busy computer can vouch for."""
MINERS, SPEED, HELD_DOWN = 20, 60, "A-01-01"
_DECIDES = "begins "


@dataclass(frozen=True)
class Ended:
    """Where an event, or the return from it, ended."""

    mode: str
    asleep: int
    open_outlets: int
    targets: tuple[tuple[str, str], ...]
    trips: tuple[str, ...]
    leases: tuple[str, ...]


class Mine:
    """One site that is asked and released again and again, and killed meanwhile. `kills` counts since the start.

    A person holds one miner down all the while: what the ledger must never forget.
    """

    def __init__(self, site: WholeSite, chance: random.Random) -> None:
        self.site = site
        self.kills = 0
        self._chance = chance
        self._begun = 1
        site.post("/api/debug/miners", {"action": "sleep", "members": [HELD_DOWN], "minutes": 1440, "reason": "repair"})
        wait(lambda: site.asleep() == 1, 60, "the one that a person holds down")

    def event(self, *, down: int, back: int, all_at_once: float = 0.0) -> tuple[Ended, Ended, Watch]:
        """One curtailment with so many kills, and the restore with so many. Fails where something was raised in the event."""
        site = self.site
        with Watch(site) as watch:
            site.tell("signal", level="control")
            self._kill(down, all_at_once)
            held = self._ended("curtailed", lambda: site.asleep() == MINERS)
            watch.released()
            site.tell("signal", level="normal")
            self._kill(back, all_at_once)
            free = self._ended("manual", lambda: site.hashing() == MINERS - 1)
        return held, free, watch

    def kill(self, *names: str) -> None:
        """kill -9 these at once, and start them again."""
        for name in names:
            self.site.send(name, signal.SIGSTOP)  # so that none outlives another by what it can still say
        for name in names:
            self.site.send(name, signal.SIGKILL)
        self.site.start(*names)
        self.kills += 1
        self._begun += "controller" in names

    def begun(self) -> bool:
        """Whether the controller that was started last decides."""
        return self.site.log("controller").count(_DECIDES) >= self._begun

    def _kill(self, count: int, all_at_once: float) -> None:
        for _ in range(count):
            if self._chance.random() < 0.75:
                wait(self.begun, 30, "a controller that decides")
            else:
                self._begun = self.site.log("controller").count(_DECIDES)  # it is killed while it starts
            threading.Event().wait(self._chance.uniform(0.0, 1.2))
            self.kill(*(SERVICES if self._chance.random() < all_at_once else ("controller",)))

    def _ended(self, mode: str, plant_is_there: object) -> Ended:
        site = self.site
        wait(self.begun, 30, "a controller that decides")
        wait(plant_is_there, 90, f"{mode}: {site.plant()['miners']}")
        site.wait_mode(mode, 60)
        whole = site.get("/api/state")
        members = [(one["name"], one["target"]) for group in whole["groups"] for one in group["members"]]
        told = whole["state"]
        trips, leases = (tuple(one[key] for one in told[what]) for what, key in (("trips", "key"), ("leases", "id")))
        return Ended(mode, site.asleep(), site.open_outlets(), tuple(sorted(members)), trips, leases)


def faults(calm: tuple[Ended, Ended, Watch], killed: tuple[Ended, Ended, Watch], kills: int) -> list[str]:
    """What an event with kills did otherwise than the undisturbed one; empty when nothing."""
    found = [f"ended {now} instead of {usual}" for now, usual in zip(killed[:2], calm[:2], strict=True) if now != usual]
    watch, usual = killed[2], calm[2]
    if rises := watch.rises_in_event():
        found.append(f"power rose in the event: {rises}")
    if watch.most_open_outlets() > usual.most_open_outlets():
        found.append(f"{watch.most_open_outlets()} outlets were open")
    if short := [run for run in watch.fan_runs() if run < MIN_ON_S]:
        found.append(f"fans ran for {[round(run, 1) for run in short]} s only")
    more = watch.fan_changes() - usual.fan_changes()
    if more > 2 * watch.fans * max(kills, 1):
        found.append(f"{more} more changes of relays")
    return found


def on_kept_ports(site: WholeSite) -> WholeSite:
    """The site's own listeners below the ports of outgoing connections: another program's must not take one while it is dead."""
    names = ("SIMULATOR_CONTROL", "API", "API_DEBUG", *(f"OPS_{name.upper()}" for name in SERVICES))
    ports = dict(zip(names, _kept_ports(len(names)), strict=True))
    site.control_port, site.page_port, site.debug_port = (ports[name] for name in names[:3])
    site.env |= {f"MINE_{name}_PORT": str(port) for name, port in ports.items()}
    return site


def _kept_ports(count: int) -> list[int]:
    found: list[int] = []
    while len(found) < count:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            found.append(port)
    return found
