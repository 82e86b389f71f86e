"""A backup counts when it is proven; killed, full or damaged, the one before stands."""

import sqlite3
import stat
import subprocess
import sys
import tarfile
import threading
from contextlib import closing
from pathlib import Path

import pytest

from services.backup import archive
from services.backup.trouble import Trouble
from services.shared.backups import Kind, archives, read_notes
from tests.unit.backup import site

_HOLD = "import fcntl, sys; file = open(sys.argv[1], 'a'); fcntl.flock(file, 2); print(flush=True); input()"


def names(folder: Path) -> list[str]:
    return [one.name for one in archives(folder, "north")]


def test_a_daily_backup_holds_everything_but_the_secrets_and_an_hourly_one_the_ledger(tmp_path: Path) -> None:
    site.make(tmp_path)
    daily, hourly = site.take(tmp_path), site.take(tmp_path, Kind.HOURLY)
    files = [one.name for one in daily.verdicts]
    assert files == ["ledger.db", "alerts.db", "mine_data.db", "config.txt", "loads.csv"]
    assert [one.name for one in hourly.verdicts] == ["ledger.db"]
    assert daily.troubles == () and not any(one.fault for one in (*daily.verdicts, *hourly.verdicts))
    assert daily.path.name == "north-000001-20261118T110640Z-daily.tar.gz"
    with tarfile.open(daily.path) as opened:
        assert opened.getnames() == ["manifest.json", *files]


def test_with_secrets_by_choice_and_only_our_own_user_may_read_any_of_it(tmp_path: Path) -> None:
    site.make(tmp_path)
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "ops-token").write_text("a token")
    made = site.take(tmp_path, MINE_BACKUP_SECRETS="yes")
    assert [one.name for one in made.verdicts][-1] == "secrets/ops-token"
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.path.parent.stat().st_mode) == 0o700


def test_while_somebody_writes_each_backup_is_one_moment_and_the_writer_never_waits(tmp_path: Path) -> None:
    site.make(tmp_path)
    path, stop, refused, written = tmp_path / "data" / "mine_data.db", threading.Event(), [], []

    def write() -> None:
        with closing(sqlite3.connect(path, timeout=0.0, isolation_level=None)) as db:
            while not stop.is_set():
                number = 4 + len(written)
                try:
                    db.execute("BEGIN IMMEDIATE")
                    db.execute(site.EVENT, (number, "x" * 2000))
                    db.execute("INSERT INTO sensors (device, quantity, unit, label) VALUES (?, 'q', 'W', '')", (f"d-{number}",))
                    db.execute("COMMIT")
                    written.append(number)
                except sqlite3.OperationalError as error:
                    refused.append(str(error))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [site.take(tmp_path, at=site.AT + n) for n in range(3)]
    finally:
        stop.set()
        writer.join()
    assert refused == [] and len(written) > 10
    counts = []
    for one in made:
        tables = {m.name: m for m in archive.check(one.path).members}["mine_data.db"].tables
        assert tables["events"].rows == tables["sensors"].rows + 3  # written in one commit
        counts.append(tables["events"].rows)
    assert counts == sorted(counts)


def test_a_damaged_database_is_no_backup_and_none_goes_for_it(tmp_path: Path) -> None:
    site.make(tmp_path, events=3000)
    for n in range(2):
        site.take(tmp_path, Kind.HOURLY, at=site.AT + n, MINE_BACKUP_KEEP_HOURLY="2")
    path = tmp_path / "data" / "ledger.db"
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 8192)
    before = names(tmp_path / "data" / "backups")
    with pytest.raises(Trouble, match=r"ledger\.db"):
        site.take(tmp_path, Kind.HOURLY, MINE_BACKUP_KEEP_HOURLY="2")
    assert names(tmp_path / "data" / "backups") == before
    note = read_notes(tmp_path / "data" / "backups")[Kind.HOURLY]
    assert not note.ok and "ledger.db" in note.words


def test_the_oldest_over_the_count_of_their_kind_go_when_a_newer_one_is_proven(tmp_path: Path) -> None:
    site.make(tmp_path)
    env = {"MINE_BACKUP_KEEP_HOURLY": "2", "MINE_BACKUP_KEEP_DAILY": "2"}
    for n, kind in enumerate((Kind.DAILY, Kind.HOURLY, Kind.HOURLY, Kind.HOURLY, Kind.MONTHLY, Kind.HOURLY)):
        site.take(tmp_path, kind, at=site.AT + n, **env)
    left = [(one.number, one.kind) for one in archives(tmp_path / "data" / "backups", "north")]
    assert left == [(1, "daily"), (4, "hourly"), (5, "monthly"), (6, "hourly")]


def test_no_room_on_the_card_is_told_before_anything_is_written(tmp_path: Path) -> None:
    site.make(tmp_path)
    with pytest.raises(Trouble, match="no room"):
        site.take(tmp_path, MINE_BACKUP_MIN_FREE_MB="1e12")
    assert sorted(p.name for p in (tmp_path / "data" / "backups").iterdir()) == ["backup.lock", "last.json"]


def test_two_are_never_made_at_once(tmp_path: Path) -> None:
    site.make(tmp_path)
    lock = site.take(tmp_path).path.with_name("backup.lock")
    held = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(lock)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert held.stdout and held.stdin
    with held:
        held.stdout.readline()
        with pytest.raises(Trouble, match="another backup"):
            site.take(tmp_path)
        held.stdin.close()
    assert read_notes(lock.parent)[Kind.DAILY].ok


def test_records_that_are_not_there_yet_are_told_and_the_rest_is_saved(tmp_path: Path) -> None:
    site.make(tmp_path)
    (tmp_path / "data" / "alerts.db").unlink()
    made = site.take(tmp_path)
    assert made.troubles == ("there is no alerts.db",)
    assert "ledger.db" in [one.name for one in made.verdicts]


def test_databases_are_found_in_folders_of_their_own_as_containers_have_them(tmp_path: Path) -> None:
    site.make(tmp_path)
    for own, name in (("ledger", "ledger.db"), ("alerts", "alerts.db"), ("history", "mine_data.db")):
        (tmp_path / "data" / own).mkdir()
        for file in (tmp_path / "data").glob(f"{name}*"):
            file.rename(tmp_path / "data" / own / file.name)
    assert site.take(tmp_path).troubles == ()
