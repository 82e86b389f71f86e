"""What the four services and the broker cost at rest. Beside them runs a simulated site of 300 miners, which is not counted.

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
from collections.abc import Iterator
from pathlib import Path

from tests.broker import as_process
from tests.end_to_end.whole_site import SERVICES, WholeSite
from tests.ports import free_port
from tests.waiting import wait

MINERS = 300
SPEED = 10.0
CALM_S = 60.0
MEASURED_S = 60.0
REAL_POLLS_S = {"SIGNAL": 60, "TEMPERATURE": 15, "IOTAWATT": 5, "FANS": 5, "FOREMAN": 15, "PDU": 5}
"""The defaults of a real site, which config/demo.txt shortens."""
_TICKS = os.sysconf("SC_CLK_TCK")


def children() -> Iterator[tuple[str, int]]:
    """What this program started: name and process id."""
    for pid in Path("/proc/self/task", str(os.getpid()), "children").read_text().split():
        words = Path("/proc", pid, "cmdline").read_text().split("\0")
        module = next((word for word in words if word.startswith("services.")), "")
        yield (module.split(".")[1] if module else "broker"), int(pid)


def memory_mb(pid: int) -> tuple[float, float, float]:
    """All of it; what is its own (heap and stacks); its share of files (programs, libraries)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    mb = {name: int(size.split()[0]) / 1024 for name, size in (line.split(":") for line in lines)}
    return mb["Pss"], mb["Pss_Anon"], mb["Pss_File"] + mb["Pss_Shmem"]


def cpu_s(pid: int) -> float:
    """Processor time since its start."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def first_decision_s(site: WholeSite, port: int) -> float:
    """Seconds from the start of the services until the controller has decided."""
    began_s = time.monotonic()
    site.start(*SERVICES)
    wait(lambda: _is_ready(port), 60, "the controller decides")
    return time.monotonic() - began_s


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def at_rest() -> list[tuple[str, float, float, float, float]]:
    """Of each process its memory in MB and its processor time in %, the services first."""
    time.sleep(CALM_S)
    pids = {name: pid for name, pid in children() if name != "simulator"}
    memory = {name: memory_mb(pid) for name, pid in pids.items()}
    before_s = {name: cpu_s(pid) for name, pid in pids.items()}
    time.sleep(MEASURED_S)
    return [(name, *memory[name], (cpu_s(pids[name]) - before_s[name]) / MEASURED_S * 100) for name in (*SERVICES, "broker")]


def told(rows: list[tuple[str, float, float, float, float]], decided_s: float) -> str:
    """The table."""
    lines = [f"{'':12}{'MB':>8}{'own':>8}{'files':>8}{'cpu %':>8}"]
    whole = ("all", *(sum(column) for column in list(zip(*rows, strict=True))[1:]))
    for name, *figures in (*rows, whole):
        lines.append(f"{name:12}" + "".join(f"{figure:8.1f}" for figure in figures))
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
            decided_s = first_decision_s(site, port)
            site.wait_mode("normal", 180)
            sys.stdout.write(told(at_rest(), decided_s))
        finally:
            site.stop()
            broker.remove()


if __name__ == "__main__":
    main(sys.argv[1:])
