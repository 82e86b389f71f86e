"""What a year of curtailments costs to read: the list, and the story of the newest, of one in mid-year, and of a long one.

Run: python -m bench.curtailments_year [folder]. The year of bench/history_year.py, whose first eight sensors are PDUs, with a row
of the records every 2 minutes and two curtailments a day: 50 decisions and 300 loads that sleep and wake in each, which is 1.3
million steps of commands.
"""

import asyncio
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench.history_year import DAY_S, NOW_S, build
from services.api.history.rows import timestamp
from tests.integration.api_running import Running, running
from tests.integration.test_history import NOBODY

DAYS, A_DAY, LOADS, DECISIONS = 365, 2, 300, 50
_TIMES = 7
_EVENT = (
    "INSERT INTO events (source, boot, ledger, ledger_seq, happened_ms, timestamp, clock_trusted, kind, title, reasons, mode,"
    " device, target, phase, command_id, seconds, who, detail, act)"
    " VALUES ('controller', 'b', 1, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?)"
)  # fmt: skip
_ROW = (
    "INSERT INTO mine_states (timestamp, mode, reasons, measured_kw, target_kw, setpoint_kw, unknown_kw, forced, clock_trusted)"
    " VALUES (?, ?, ?, ?, ?, ?, 0, 0, 1)"
)
_INPUTS = {
    "signals": [{"name": "utility", "level": "control", "target_kw": 0.0, "age_s": 2.0, "raw_text": "Full Load Control"}],
    "temperatures": [{"sensor": f"roomalert-1/sensor-{n}", "zone": "main", "celsius": 24.5, "age_s": 3.0} for n in range(30)],
    "meters": [{"name": f"pdu-{n}", "kw": 3.5, "age_s": 1.0} for n in range(8)],
    "load": {"measured_kw": 28.0, "unknown_kw": 0.0, "setpoint_kw": 0.0},
    "ceilings": [{"rule": "signal utility", "scope": "site", "kw": 0.0}],
}
_MODES = ("curtailing", "curtailed", "restoring", "normal")
_LASTS_S = {"curtailing": 200, "curtailed": 7_200, "restoring": 600}


def fill(path: Path) -> None:
    """Two curtailments a day, each of some two hours, the oldest of a whole day."""
    with closing(sqlite3.connect(path)) as plain, plain:
        plain.execute("PRAGMA synchronous=OFF")
        plain.execute("UPDATE sensors SET device = 'pdu-' || id, quantity = 'power', unit = 'kW' WHERE id <= 8")
        begins = [NOW_S - (DAYS * A_DAY - n) * DAY_S // A_DAY + 3_600 for n in range(DAYS * A_DAY)]
        seq = 0
        for begin in begins:
            rows = list(_events(begin))
            plain.executemany(_EVENT, [(seq + n, *row) for n, row in enumerate(rows, 1)])
            seq += len(rows)
        plain.executemany(_ROW, (_row(at, begins) for at in range(NOW_S - DAYS * DAY_S, NOW_S, 120)))


def _events(begin: float) -> Iterator[tuple[object, ...]]:
    at, detail = begin, json.dumps(_INPUTS)
    before = "normal"
    for mode in _MODES:
        reasons = json.dumps(["utility signal: Control, at most 0 kW", "proven by measurement"])
        yield _turn(at, "transition", f"{before} to {mode}", mode, reasons, detail)
        if mode in ("curtailing", "restoring"):
            yield from _commands(at, "sleep" if mode == "curtailing" else "wake", begin)
        if mode == "restoring":
            for n in range(DECISIONS):
                yield _turn(at + n * 10, "decision", "limited by ramp", mode, reasons, detail)
        at, before = at + _LASTS_S.get(mode, 0), mode


def _turn(at: float, kind: str, title: str, mode: str, reasons: str, detail: str) -> tuple[object, ...]:
    ms = int(at * 1000)
    return (ms, timestamp(ms), kind, title, reasons, mode, "", "", None, "", None, detail, "")


def _commands(at: float, act: str, begin: float) -> Iterator[tuple[object, ...]]:
    for n in range(LOADS):
        for phase, late_s in (("sent", 0.0), ("acknowledged", 0.4), ("confirmed", 60.0)):
            ms = int((at + n / 3 + late_s) * 1000)
            id_ = f"{act}-{begin:.0f}-{n}"
            yield (ms, timestamp(ms), "command", f"{act} {n}", "[]", "", "foreman", f"m-{n}", phase, id_, late_s, "", act)


def _row(at: int, begins: list[int]) -> tuple[object, ...]:
    since = (at - begins[0]) % (DAY_S // A_DAY)
    off = 0 <= since < _LASTS_S["curtailing"] + _LASTS_S["curtailed"]
    kw = 12.0 if off else 985.0
    return (timestamp(at * 1000), "curtailed" if off else "normal", '["as the row says"]', kw, 0.0 if off else 985.0, kw)


async def measure(path: Path) -> None:
    """Over HTTP, from the question to the answer's last byte."""
    async with running(path.parent, NOBODY) as api:
        listed = (await api.get("/api/v1/curtailments?limit=100")).body["curtailments"]
        year = f"from={NOW_S - DAYS * DAY_S}&to={NOW_S}"
        middle = NOW_S - DAYS * DAY_S // 2
        (mid,) = (await api.get(f"/api/v1/curtailments?to={middle}&limit=1")).body["curtailments"]
        (old,) = (await api.get(f"/api/v1/curtailments?to={NOW_S - 364 * DAY_S}&limit=1")).body["curtailments"]
        for name, path_ in (
            ("list, 10", "/api/v1/curtailments"),
            ("list, 100", "/api/v1/curtailments?limit=100"),
            ("list, 10 of mid-year", f"/api/v1/curtailments?to={middle}"),
            ("list, 100 of the year", f"/api/v1/curtailments?limit=100&{year}"),
            ("story, newest", f"/api/v1/curtailments/{listed[0]['id']}"),
            ("story, 20 days old", f"/api/v1/curtailments/{listed[40]['id']}"),
            ("story, mid-year", f"/api/v1/curtailments/{mid['id']}"),
            ("story, a year old", f"/api/v1/curtailments/{old['id']}"),
            ("csv, newest", f"/api/v1/curtailments/{listed[0]['id']}.csv"),
        ):
            taken = [await _timed(api, path_) for _ in range(_TIMES)]
            size = len((await api.get(path_)).text)
            sys.stdout.write(f"{name:24}{statistics.median(taken):8.1f} ms median{max(taken):8.1f} worst{size / 1000:9.1f} kB\n")


async def _timed(api: Running, path: str) -> float:
    began_s = time.perf_counter()
    answer = await api.get(path)
    assert answer.status == 200, answer.text
    return (time.perf_counter() - began_s) * 1000


def run(folder: Path) -> None:
    """Build and measure."""
    path = folder / "mine_data.db"
    if not path.exists():
        build(path)
        fill(path)
    sys.stdout.write(f"{path.stat().st_size / 1e6:.0f} MB\n")
    asyncio.run(measure(path))


def main() -> None:
    """In a folder that is named, or in one that goes away."""
    if len(sys.argv) > 1:
        run(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            run(Path(folder))


if __name__ == "__main__":
    main()
