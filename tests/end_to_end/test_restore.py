"""A site is backed up while it runs and brought back into a second folder; the services come up from it and switch nothing."""

import contextlib
import json
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.shared.settings.missing import ONCE_ARMED, UNTIL_ARMED
from tests.end_to_end.whole_site import ROOT, WholeSite
from tests.waiting import wait

pytestmark = pytest.mark.timeout(180)
_EVENTS = "SELECT id, source, ledger, ledger_seq, happened_ms, title FROM events ORDER BY id"


def mine(site: WholeSite, *arguments: str) -> str:
    command = [sys.executable, "-m", "services.cli.main", *arguments]
    done = subprocess.run(command, env=site.env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def events(folder: Path) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(f"file:{folder}/mine_data.db?mode=ro", uri=True)) as db:
        return db.execute(_EVENTS).fetchall()


def held(site: WholeSite) -> dict[str, Any]:
    """What a person or a trip holds, as the page tells it."""
    state = site.get("/api/state")["state"]
    named = {"trips": "key", "lockouts": "target", "leases": "id"}
    return {name: [one[key] for one in state[name]] for name, key in named.items()} | {"control": state["control"]}


def test_the_services_come_up_from_a_restore_with_trips_and_lock_outs_no_lease_and_observing(whole_site):
    site = whole_site().start().settled()
    site.post("/api/debug/fans", {"fans": {"1": "on"}, "minutes": 60})
    site.post("/api/v1/requests/lockout", {"reason": "a belt", "payload": {"target": "fan-2"}})
    site.post("/api/debug/emergency-shutdown", {})
    wait(lambda: any("stop" in one[5] for one in events(site.folder / "data")), 90, "the trip is in the history")
    made = json.loads(mine(site, "backup", "--json"))
    assert made["troubles"] == [] and all(one["ok"] for one in made["files"])
    assert set(site.status()["services"].values()) == {"online"}
    site.stop()
    before = events(site.folder / "data")
    second = site.folder / "second"
    assert "It can be restored." in mine(site, "restore", "--verify", made["archive"])
    mine(site, "restore", "--yes", "--to", str(second), made["archive"])
    restored = events(second)
    assert restored[:-1] == before[: len(restored) - 1] and any("stop" in one[5] for one in restored)

    site.env |= {"MINE_DATA_FOLDER": str(second), "MINE_CONFIG": str(second / "config" / "config.txt")}
    site.env |= {"MINE_GENERAL_CONTROL": "armed"}
    site.start()
    wait(lambda: site.mode() == "emergency", 40, "the trip is known again")
    assert held(site) == {"trips": ["stop"], "lockouts": ["fan-2"], "leases": [], "control": "observe"}
    assert any(line.endswith(UNTIL_ARMED) for line in site.status()["missing"])
    wait(lambda: any(one[5] == "restored from a backup" for one in events(second)), 30, "the restore is in the history")
    now = events(second)
    assert now[: len(restored)] == restored and len({one[1:4] for one in now}) == len(now)
    assert {one[2] for one in now if one[1] == "controller"} == {1}, "no new event was taken for one of another ledger"
    assert site.asleep() == 0 and site.open_outlets() == 0

    mine(site, "arm", "--yes")
    wait(lambda: any(line.endswith(ONCE_ARMED) for line in site.status()["missing"]), 30, "the controller says that it was armed")
    site.send("controller", signal.SIGKILL)
    site.start("controller")
    wait(lambda: site.hashing() == 0, 60, "the trip takes the load off, now that a person has armed it")
