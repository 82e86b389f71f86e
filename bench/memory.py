"""What the whole stack costs at rest: the four services, the broker, the clock of the backups. Beside them runs a simulated site
of 300 miners, which is not counted. Measured twice: on the very first start, which makes the records, and after a restart.

Memory is the kernel's proportional share (PSS of /proc/<pid>/smaps_rollup: of a page that three processes have, a third counts
for each), after a minute of calm; processor time is that of the minute after, in % of one core; the first decision is counted
from the start of all four at once. `python -m bench.memory [miners]`; with `--demo` the devices are asked as often as in the
demo, which is up to sixty times as often as on a real site.
"""

import os
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable
from pathlib import Path

from tests.broker import as_process
from tests.end_to_end.whole_site import SERVICES, WholeSite
from tests.ports import free_port
from tests.proof.soak_figures import children
from tests.waiting import wait

MINERS = 300
SPEED = 10.0
CALM_S = 60.0
MEASURED_S = 60.0
REAL_POLLS_S = {"SIGNAL": 60, "TEMPERATURE": 15, "IOTAWATT": 5, "FANS": 5, "FOREMAN": 15, "PDU": 5}
"""The defaults of a real site, which config/demo.txt shortens."""
STACK = (*SERVICES, "backup")
_OF_FILES = {"Rss:": 1, "Anonymous:": -1}
"""What of a file is in memory, less what the process changed of it."""
_TICKS = os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> tuple[float, float, float]:
    """All of it; what is its own (heap and stacks); its share of files (programs, libraries)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    mb = {name: int(size.split()[0]) / 1024 for name, size in (line.split(":") for line in lines)}
    return mb["Pss"], mb["Pss_Anon"], mb["Pss_File"] + mb["Pss_Shmem"]


def alone_mb(pids: Iterable[int]) -> float:
    """What all of them hold of files, of each what the one holds that has most of it: their share where nobody else runs."""
    held = [_of_files_mb(pid) for pid in pids]
    return sum(max(one.get(name, 0.0) for one in held) for name in set().union(*held))


def _of_files_mb(pid: int) -> dict[str, float]:
    found: dict[str, float] = {}
    name = ""
    for fields in map(str.split, Path(f"/proc/{pid}/smaps").read_text().splitlines()):
        if not fields[0].endswith(":"):
            name = fields[5] if len(fields) > 5 else ""
        elif fields[0] in _OF_FILES and name.startswith("/"):
            found[name] = found.get(name, 0.0) + _OF_FILES[fields[0]] * int(fields[1]) / 1024
    return found


def cpu_s(pid: int) -> float:
    """Processor time since its start."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def first_decision_s(site: WholeSite, port: int) -> float:
    """Seconds from the start of the services until the controller has decided."""
    began_s = time.monotonic()
    site.start(*STACK)
    wait(lambda: _is_ready(port), 60, "the controller decides")
    return time.monotonic() - began_s


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def at_rest() -> tuple[list[tuple[str, float, float, float, float]], float]:
    """Of each process its memory in MB and its processor time in %, the services first; and what files are to all, alone."""
    time.sleep(CALM_S)
    pids = {name: pid for name, pid in children() if name != "simulator"}
    memory = {name: memory_mb(pid) for name, pid in pids.items()}
    before_s = {name: cpu_s(pid) for name, pid in pids.items()}
    time.sleep(MEASURED_S)
    rows = [(name, *memory[name], (cpu_s(pids[name]) - before_s[name]) / MEASURED_S * 100) for name in (*STACK, "mosquitto")]
    return rows, alone_mb(pids.values())


def told(rows: list[tuple[str, float, float, float, float]], alone: float, decided_s: float) -> str:
    """The table."""
    lines = [f"{'':12}{'MB':>8}{'own':>8}{'files':>8}{'cpu %':>8}"]
    whole = ("all", *(sum(column) for column in list(zip(*rows, strict=True))[1:]))
    for name, *figures in (*rows, whole):
        lines.append(f"{name:12}" + "".join(f"{figure:8.1f}" for figure in figures))
    lines.append(f"where nothing else has these files open: {whole[2] + alone:.1f} MB, of which files are {alone:.1f}")
    return "\n".join([*lines, f"from the start to the first decision: {decided_s:.1f} s", ""])


def main(words: list[str]) -> None:
    """Start the site, measure it, end it."""
    port = free_port()
    polls = {} if "--demo" in words else {f"MINE_{section}_POLL_SECONDS": str(s) for section, s in REAL_POLLS_S.items()}
    miners = next((int(word) for word in words if word.isdigit()), MINERS)
    with tempfile.TemporaryDirectory() as folder:
        broker = as_process(Path(folder))
        if broker is None:
            sys.exit("Mosquitto is not installed: apt-get install -y mosquitto")
        polls["MINE_OPS_CONTROLLER_PORT"] = str(port)
        site = WholeSite(Path(folder), broker, "bench", miners=miners, speed=SPEED, **polls)
        try:
            site.start("simulator")
            for time_of in ("first start", "restart"):
                decided_s = first_decision_s(site, port)
                site.wait_mode("normal", 180)
                sys.stdout.write(f"{time_of}\n{told(*at_rest(), decided_s)}\n")
                site.end(*STACK)
        finally:
            site.stop()
            broker.remove()


if __name__ == "__main__":
    main(sys.argv[1:])
