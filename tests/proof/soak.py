"""The whole product for an hour, and what it holds at the end: memory, open files and threads must be flat.

`python -m tests.proof.soak [minutes]` (60): the simulated site of 300 miners, asked as often as a real one, with the life of
soak_life.py in it. Every 30 s what each process holds is written to logs/soak.jsonl; the first ten minutes, in which a service
fills what it keeps, are not judged. The exit code is 1 when a service grows, or ended.
"""

import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from bench.memory import MINERS, REAL_POLLS_S, SPEED
from services.cli.setup import provision
from tests.broker import INSTALL, as_process
from tests.end_to_end.whole_site import ROOT, SERVICES, WholeSite
from tests.proof.soak_figures import Sample, children, sample
from tests.proof.soak_life import Life
from tests.proof.soak_verdict import courses, disk, sees, table

MINUTES = 60.0
EVERY_S = 30.0
WARM_UP_S = 600.0
JUDGED = (*SERVICES, "backup")
RECORD = ROOT / "logs" / "soak.jsonl"


@contextlib.contextmanager
def living() -> Iterator[tuple[WholeSite, Life]]:
    """The site, decided and normal, and the life in it."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as ending:
        folder = Path(name)
        (broker_folder := folder / "broker").mkdir()
        broker = as_process(broker_folder)
        if broker is None:
            sys.exit(INSTALL)
        ending.callback(broker.remove)
        provision(folder / "secrets")
        (folder / "secrets" / "tls.crt").unlink(missing_ok=True)  # plain HTTP, as behind another's
        polls = {f"MINE_{section}_POLL_SECONDS": str(s) for section, s in REAL_POLLS_S.items()}
        polls["MINE_API_ACCESS_FILE"] = str(folder / "secrets" / "access.json")
        site = WholeSite(folder, broker, "soak", miners=MINERS, speed=SPEED, **polls)
        ending.callback(site.stop)
        site.start("simulator", *SERVICES, "backup").wait_mode("normal", 180)
        life = Life(site, broker, (folder / "secrets" / "operator-password").read_text().strip())
        ending.callback(life.close)
        yield site, life


def recorded(site: WholeSite, life: Life, minutes: float) -> list[Sample]:
    """What was held, every 30 s. Ends at once when a service does."""
    samples: list[Sample] = []
    pids = {name: pid for name, pid in children() if name in JUDGED}
    assert len(pids) == len(JUDGED), f"of {JUDGED} there are only {sorted(pids)}"
    began_s = time.monotonic()
    RECORD.parent.mkdir(exist_ok=True)
    with RECORD.open("w", encoding="utf-8") as record:
        while (at_s := time.monotonic() - began_s) < minutes * 60 and all(
            Path(f"/proc/{pid}/exe").exists() for pid in pids.values()
        ):
            if at_s >= len(samples) * EVERY_S:
                samples.append(sample(at_s, site.folder, pids))
                record.write(json.dumps(asdict(samples[-1])) + "\n")
                record.flush()
            life.passed(at_s)
            time.sleep(0.5)
    return samples


def judged(samples: list[Sample], minutes: float) -> bool:
    """Tell what was seen; whether all is flat."""
    warm_s = min(WARM_UP_S, minutes * 60 / 3)
    warm = [one for one in samples if one.at_s >= warm_s]
    found = list(courses(warm))
    sys.stdout.write(f"{table(found)}\n{disk(warm)}\n{sees(warm)}\n")
    for name in dict.fromkeys(one.process for one in found if one.grows):
        sys.stdout.write(f"{name} grows\n")
    return not any(one.grows for one in found)


def main(words: list[str]) -> int:
    """Returns the exit code: 0 flat, 1 not."""
    minutes = float(words[0]) if words else MINUTES
    os.nice(5)
    with living() as (site, life):
        samples = recorded(site, life, minutes)
        counted = ", ".join(f"{name} {count}" for name, count in sorted(life.counted.items()))
        sys.stdout.write(f"{len(samples)} samples in {samples[-1].at_s / 60:.0f} minutes; {counted}\n")
        if samples[-1].at_s < minutes * 60 - 2 * EVERY_S:
            sys.stdout.write("a service ended\n")
            return 1
    return 0 if judged(samples, minutes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
