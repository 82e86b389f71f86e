"""kill -9 of real processes at random instants of a curtailment and its restore, against the same event undisturbed.

`python -m tests.proof.kills [count] [seed]` is the long form: so many kills (MINE_PROOF_KILLS, 1,000) over several sites side by
side. The plant is watched all the while, from outside, many times a second.
"""

import contextlib
import os
import random
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.broker import INSTALL, as_process, in_container
from tests.end_to_end.whole_site import WholeSite
from tests.proof.killed_mine import MINERS, QUICK, SPEED, Mine, faults, on_kept_ports

_ALL_AT_ONCE = 0.1
"""How many of the kills take every service at once."""
_ONE_AFTER_THE_OTHER = threading.Lock()


@dataclass
class Campaign:
    """What came of one site's kills."""

    mine: Mine
    rate_hz: float = float("inf")
    found: list[str] = field(default_factory=list)

    def run(self, count: int, chance: random.Random) -> None:
        """One event after the other until so many kills were made, or one changed something."""
        calm = self.mine.event(down=0, back=0)
        while self.mine.kills < count and not self.found:
            before = self.mine.kills
            killed = self.mine.event(down=chance.randint(1, 6), back=chance.randint(1, 6), all_at_once=_ALL_AT_ONCE)
            self.rate_hz = min(self.rate_hz, killed[2].rate_hz())
            self.found += [f"after {self.mine.kills} kills: {fault}" for fault in faults(calm, killed, self.mine.kills - before)]


def _campaign(number: int, count: int, seed: int) -> Campaign:
    """So many kills on a site of its own."""
    chance = random.Random(f"{seed}/{number}")
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as ending:
        folder = Path(name)
        (folder / "broker").mkdir()
        broker = as_process(folder / "broker") or in_container(folder / "broker")
        if broker is None:
            raise SystemExit(INSTALL)
        ending.callback(broker.remove)
        with _ONE_AFTER_THE_OTHER:  # each looks for free ports
            site = on_kept_ports(WholeSite(folder, broker, f"kills-{number}", miners=MINERS, speed=SPEED, **QUICK))
            ending.callback(site.stop)
            mine = Mine(site.start().settled(), chance)
        campaign = Campaign(mine)
        try:
            campaign.run(count, chance)
        except AssertionError as error:
            campaign.found.append(f"after {mine.kills} kills: {error}")
        return campaign


def main(arguments: list[str]) -> int:
    """Returns the exit code: 0 when no kill changed an outcome."""
    count = int(arguments[0]) if arguments else int(os.environ.get("MINE_PROOF_KILLS", "1000"))
    seed = int(arguments[1]) if len(arguments) > 1 else random.SystemRandom().randrange(10**6)
    sites = max(1, min((os.cpu_count() or 1), count // 10, 8))
    began_s = time.monotonic()
    with ThreadPoolExecutor(sites) as pool:
        campaigns = list(pool.map(lambda n: _campaign(n, -(-count // sites), seed), range(sites)))
    found = [fault for one in campaigns for fault in one.found]
    made, rate = sum(one.mine.kills for one in campaigns), min(one.rate_hz for one in campaigns)
    sys.stdout.write("".join(f"{fault}\n" for fault in found))
    sys.stdout.write(
        f"{made} kills on {sites} sites in {time.monotonic() - began_s:.0f} s, seed {seed}, watched at {rate:.0f} Hz at least: "
        f"{len(found)} outcomes differ\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
