"""A real installation into a folder, with the engine and without systemd: installed, installed again, updated, taken off.

One test, because it starts the containers once. With MINE_PROOF=long it also updates: to a version that works, and to one that
does not.
"""

import json
import os
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.compose_stack import engine
from tests.integration.made_up_pi import ROOT, Pi
from tests.ports import free_port
from tests.waiting import wait

pytestmark = [
    pytest.mark.compose,
    pytest.mark.timeout(600),
    pytest.mark.skipif(os.geteuid() != 0, reason="the installer wants root"),
]
OLD = "/home/pi/mine"
LONG = os.environ.get("MINE_PROOF") == "long"


class Site(Pi):
    """An installation of its own, beside whatever else runs on this engine."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        edge = f"10.{200 + secrets.randbelow(50)}.{secrets.randbelow(256)}"
        self.page_port = free_port()
        self.options = ["--yes", "--no-systemd", "--project", f"mine-test-{secrets.token_hex(4)}", "--site", "north"]
        self.options += ["--page-address", "127.0.0.1", "--page-port", str(self.page_port), "--debug-port", str(free_port())]
        for given in (f"MINE_EDGE_SUBNET={edge}.0/29", f"MINE_EDGE_GATEWAY={edge}.1", "MINE_BUILD_NETWORK=host"):
            self.options += ["--set", given]
        (self.programs / "dpkg").unlink()

    def script(self, name: str, *options: str) -> subprocess.CompletedProcess[str]:
        """One of the installed scripts."""
        command = [str(self.site / "current/scripts" / name), "--folder", str(self.site), "--no-systemd", *options]
        return subprocess.run(
            command, env=self.env(), capture_output=True, text=True, check=False, timeout=300, stdin=subprocess.DEVNULL
        )

    def mine(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The command on this host."""
        command = [str(self.root / "usr/local/bin/mine"), *words]
        return subprocess.run(
            command, env=self.env(), capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL
        )

    def mode(self) -> str:
        said = self.mine("status", "--json")
        return str(json.loads(said.stdout)["mode"]) if said.returncode == 0 else ""

    def containers(self) -> list[str]:
        asked = ["docker", "ps", "--quiet", "--no-trunc", "--filter", f"label=com.docker.compose.project={self.options[3]}"]
        return sorted(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split())


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with engine():
        made = Site(tmp_path)
        try:
            yield made
        finally:
            images = [f"bitcoin-mine-control:{one.name}" for one in (made.site / "releases").glob("[0-9]*")]
            if (made.site / "current").exists():
                made.script("uninstall.sh", "--yes", "--purge", str(made.site))
            for image in images:  # of an installation that did not come to its end
                subprocess.run(["docker", "image", "rm", image], capture_output=True, check=False)


def test_from_an_old_product_to_a_site_that_observes_and_back_to_nothing(site: Site, subtests: pytest.Subtests) -> None:
    an_old_product(site)
    first = site.install(*site.options, timeout_s=400)
    assert first.returncode == 0, first.stdout + first.stderr
    with subtests.test("it observes, under its name, with the old configuration"):
        assert site.mine("check", "--config-only").returncode == 0
        assert "control observe" in site.mine("status").stdout
        assert "192.168.1.100" in (site.site / "config/config.txt").read_text()
    with subtests.test("the old rows begin the history, and the old file is kept"):
        the_old_rows_are_there(site)
    with subtests.test("records and secrets belong to the services alone"):
        records_and_secrets_are_closed(site)
    with subtests.test("installed again, nothing changes"):
        installed_again_nothing_changes(site)
    with subtests.test("a tab completes its commands"):
        env = site.env() | {"_MINE_COMPLETE": "complete_bash", "COMP_WORDS": "mine stat", "COMP_CWORD": "1"}
        command = [str(site.root / "usr/local/bin/mine")]
        assert subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60).stdout.split() == [
            "status"
        ]
    with subtests.test("an update to what runs is none"):
        same = site.script("update.sh", "--from", str(ROOT))
        assert (same.returncode, "nothing new" in same.stdout) == (0, True), same.stderr
    if LONG:
        it_is_updated_and_taken_back(site, subtests)
    with subtests.test("after a stop no update is begun"):
        after_a_stop_no_update_is_begun(site)
    with subtests.test("taken off, its records stay"):
        taken_off_its_records_stay(site)


def an_old_product(site: Site) -> None:
    unit = f"[Service]\nWorkingDirectory={OLD}\nExecStart=/usr/bin/python3 {OLD}/bitcoin_mine.py\n"
    site.write("etc/systemd/system/bitcoin-mine.service", unit)
    site.write(f"{OLD}/config/config.txt", "[GENERAL]\nmax_temp_celsius = 35\n[APIS]\nroomalert_ip = 192.168.1.100\n")
    with closing(sqlite3.connect(site.root / OLD[1:] / "mine_data.db")) as old, old:
        old.execute("CREATE TABLE mine_states (id INTEGER PRIMARY KEY, timestamp TEXT, temperature_max_c REAL, state TEXT)")
        rows = [("2025-07-01 12:00:00", 31.5, "on"), ("yesterday", 1.0, "on"), ("2025-07-01 12:02:00", "hot", "on")]
        old.executemany("INSERT INTO mine_states (timestamp, temperature_max_c, state) VALUES (?, ?, ?)", rows)


def the_old_rows_are_there(site: Site) -> None:
    with closing(sqlite3.connect(site.site / "data/history/mine_data.db")) as new:
        rows = new.execute("SELECT timestamp, temperature_max_c FROM mine_states ORDER BY id LIMIT 2").fetchall()
    assert rows == [("2025-07-01T17:00:00.000Z", 31.5), ("2025-07-01T17:02:00.000Z", None)]  # the site's zone is America/Chicago
    assert list(site.site.glob("retired/*/records/mine_data.db"))


def records_and_secrets_are_closed(site: Site) -> None:
    for name in ("data", "data/secrets", "data/ledger", "backups"):
        found = (site.site / name).stat()
        assert (found.st_uid, found.st_mode & 0o777) == (10001, 0o700), name
    assert (site.site / "data/secrets/operator-password").stat().st_mode & 0o777 == 0o600
    assert (site.site / "data/ledger/ledger.db").exists()
    assert (site.site / "logs/controller.log").exists()


def installed_again_nothing_changes(site: Site) -> None:
    before = site.containers(), (site.site / "site.env").read_text(), (site.site / "config/config.txt").stat().st_mtime_ns
    again = site.install(*site.options, timeout_s=200)
    assert (again.returncode, "written:" in again.stdout) == (0, False), again.stdout + again.stderr
    assert before == (
        site.containers(),
        (site.site / "site.env").read_text(),
        (site.site / "config/config.txt").stat().st_mtime_ns,
    )


def after_a_stop_no_update_is_begun(site: Site) -> None:
    stopped = site.mine("stop", "--no-wait", "--reason", "a try")
    assert (stopped.returncode, "nothing is switched" in stopped.stdout + stopped.stderr) == (1, True), "it observes"
    wait(lambda: site.mode() == "emergency", 30, "stopped")
    before = site.containers()
    refused = site.script("update.sh", "--from", str(another_version(site, "9.9.9")))
    assert (refused.returncode, "emergency" in refused.stderr) == (3, True), refused.stderr
    assert site.containers() == before


def another_version(site: Site, version: str, broken: str = "") -> Path:
    """The program under another number; `broken` is a module that ends at once."""
    folder = site.root.parent / version
    unwanted = shutil.ignore_patterns(
        "node_modules", "dist*", "__pycache__", ".*_cache", ".venv", ".git", "data", "logs", "mutants"
    )
    shutil.copytree(ROOT, folder, ignore=unwanted)
    project = folder / "pyproject.toml"
    project.write_text(project.read_text().replace('version = "0', f'version = "{version}', 1))
    if broken:
        module = folder / broken
        module.write_text("raise SystemExit('broken')\n" + module.read_text())
    return folder


def it_is_updated_and_taken_back(site: Site, subtests: pytest.Subtests) -> None:
    wait(lambda: site.mode() == "normal", 150, "the grace after the start is over")
    with subtests.test("an update that works keeps the one before"):
        done = site.script("update.sh", "--from", str(another_version(site, "7.0")))
        assert done.returncode == 0, done.stdout + done.stderr
        assert (site.site / "current").resolve().name.startswith("7.0")
        assert list((site.site / "backups").glob("*-daily.tar.gz"))
    with subtests.test("a version that does not start is taken back, and the site goes on"):
        failed = site.script("update.sh", "--from", str(another_version(site, "8.0", "services/notifier/main.py")))
        assert (failed.returncode, "runs again" in failed.stderr) == (5, True), failed.stdout + failed.stderr
        assert (site.site / "current").resolve().name.startswith("7.0")
        assert not list((site.site / "releases").glob("8.0*"))
        wait(lambda: site.mode() == "normal", 150, "normal again")
    with subtests.test("both are in the audit"):
        assert "it did not pass its test" in (site.site / "logs/updates.log").read_text()


def taken_off_its_records_stay(site: Site) -> None:
    not_sure = site.script("uninstall.sh")
    assert (not_sure.returncode, bool(site.containers())) == (3, True)
    off = site.script("uninstall.sh", "--yes")
    assert (off.returncode, site.containers()) == (0, []), off.stderr
    left = {path.name for path in site.site.iterdir()}
    assert {"data", "config", "backups", "logs", "retired"} <= left
    assert not left & {"current", "releases", "site.env"}
    assert not (site.root / "usr/local/bin/mine").exists()
