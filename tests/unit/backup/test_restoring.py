"""What comes back with a backup, what never does, and what a bad one is refused for."""

import asyncio
import gzip
import io
import json
import shutil
import sqlite3
import tarfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from services.api.history import care
from services.api.history.schema import HEAD
from services.backup import archive, quiet, restoring
from services.backup.trouble import Trouble
from services.controller.ledger import Ledger
from services.shared import restored
from services.shared.backups import Kind
from services.shared.settings import missing
from services.shared.settings.missing import UNTIL_ARMED
from services.shared.vocabulary import Control
from tests.unit.api.test_database_upgrade import RELEASED, made_by
from tests.unit.backup import site
from tests.unit.backup.site import a_state, rows, state_of


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """Of a site that stood tripped, with a lease, under a utility's event."""
    site.make(tmp_path, a_state(trips=["old-trip"], locked=["fan-1"], leases=["lease-of-then"]))
    return site.take(tmp_path).path


def test_no_lease_no_order_and_no_event_of_then_comes_back(tmp_path: Path, backup: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "data" / "ledger.db")) as db:
        db.execute("DELETE FROM state")
        db.commit()
    site.bring_back(tmp_path, backup)
    ledger = tmp_path / "data" / "ledger.db"
    state = state_of(ledger)
    assert (state.phase, state.holds, state.sources, state.ceilings, state.lowered) == ("starting", (), (), (), ())
    assert rows(ledger, "SELECT count(*) FROM orders") == [(0,)]
    assert len(state.fans) == 3  # what was learnt of them


def test_the_trips_and_lock_outs_of_then_and_of_today_both_stand_and_todays_event_goes_on(tmp_path: Path, backup: Path) -> None:
    (tmp_path / "data" / "ledger.db").unlink()
    today = a_state(trips=["stop", "old-trip"], locked=["fan-2"], leases=["lease-of-today"])
    site.write_ledger(tmp_path / "data" / "ledger.db", today, events=2)
    done = site.bring_back(tmp_path, backup)
    state = state_of(tmp_path / "data" / "ledger.db")
    assert sorted(trip.key for trip in state.trips) == ["old-trip", "stop"]
    assert sorted(lock.target for lock in state.lockouts) == ["fan-1", "fan-2"]
    assert state.holds == () and state.sources == today.sources
    assert set(done.kept.trips) == {"old-trip", "stop"}


def test_a_damaged_ledger_of_today_is_no_reason_to_lose_what_can_be_read_of_it(tmp_path: Path, backup: Path) -> None:
    path = tmp_path / "data" / "ledger.db"
    path.unlink()
    site.write_ledger(path, a_state(trips=["stop"]), events=3000)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size - 4096 * 20)
        file.write(b"\xff" * 4096)
    site.bring_back(tmp_path, backup)
    assert {trip.key for trip in state_of(path).trips} == {"stop", "old-trip"}


@pytest.mark.asyncio
async def test_the_controller_opens_it_and_numbers_its_events_above_all_that_were_given(tmp_path: Path) -> None:
    await asyncio.to_thread(site.make, tmp_path)
    backup = (await asyncio.to_thread(site.take, tmp_path)).path
    site.add_records(tmp_path / "data" / "mine_data.db", range(4, 900))  # what the ledger gave since, and history holds
    await asyncio.to_thread(site.bring_back, tmp_path, backup)
    ledger = Ledger(tmp_path / "data" / "ledger.db")
    try:
        state, orders = await ledger.load()
        told = await ledger.unconfirmed(0)
        assert state is not None and orders == {} and ledger.damage is None
        assert [event.title for event in told] == ["0", "1", "2", "restored from a backup"]
        assert told[-1].ledger_seq > 10**12 and told[-1].who == "mine restore"
        assert await ledger.forget(899)
    finally:
        ledger.close()


def test_events_that_the_restored_history_lacks_are_told_to_it_again_once(tmp_path: Path, backup: Path) -> None:
    ledger = tmp_path / "data" / "ledger.db"
    then = rows(ledger, "SELECT * FROM events")
    with closing(sqlite3.connect(ledger)) as db:
        db.execute("DELETE FROM events WHERE seq = 1")  # history has confirmed it since
        db.execute("INSERT INTO events SELECT 4, document FROM events WHERE seq = 3")
        db.commit()
    site.bring_back(tmp_path, backup)
    again = rows(ledger, "SELECT * FROM events ORDER BY seq")
    assert again[:3] == then and [seq for seq, _ in again[:4]] == [1, 2, 3, 4] and len(again) == 5


def test_a_ledger_alone_comes_back_beside_the_records_of_today(tmp_path: Path) -> None:
    site.make(tmp_path)
    hourly = site.take(tmp_path, Kind.HOURLY).path
    site.add_records(tmp_path / "data" / "mine_data.db", range(4, 9))
    done = site.bring_back(tmp_path, hourly)
    assert [path.name for path in done.put] == ["ledger.db"]
    assert rows(tmp_path / "data" / "mine_data.db", "SELECT count(*) FROM events") == [(8,)]


def test_the_records_are_those_of_then_and_cursors_of_readers_never_go_back(tmp_path: Path, backup: Path) -> None:
    records = tmp_path / "data" / "mine_data.db"
    then = rows(records, "SELECT * FROM events")
    site.add_records(records, range(4, 50))
    ((last,),) = rows(records, "SELECT max(id) FROM events")
    site.bring_back(tmp_path, backup)
    now = rows(records, "SELECT * FROM events ORDER BY id")
    assert now[:-1] == then
    told = dict(zip([name for (name,) in rows(records, "SELECT name FROM pragma_table_info('events')")], now[-1], strict=True))
    assert told["id"] == last + 1 and told["title"] == "the records were restored from a backup"


def test_no_old_message_is_sent_again_and_what_waits_today_waits_on(tmp_path: Path, backup: Path) -> None:
    alerts = tmp_path / "data" / "alerts.db"
    with closing(sqlite3.connect(alerts)) as db:
        db.executescript("DELETE FROM outbox; INSERT INTO outbox VALUES (9, 'email', '{}'); DELETE FROM receipts;")
        db.execute("INSERT INTO receipts VALUES (8, 'email', '[]', 'gate', 2.0, 'taken')")
        db.commit()
    site.bring_back(tmp_path, backup)
    assert rows(alerts, "SELECT id FROM outbox") == [(9,)]
    assert rows(alerts, "SELECT id FROM receipts ORDER BY id") == [(6,), (8,)]


def test_what_the_controller_no_longer_says_is_over_after_a_restore_and_what_it_says_stands(tmp_path: Path, backup: Path) -> None:
    """The alarms' own file may be behind the ledger: killed before it was written, it held a trip that was reset."""
    ledger, alerts = tmp_path / "data" / "ledger.db", tmp_path / "data" / "alerts.db"
    ledger.unlink()
    site.write_ledger(ledger, replace(site.a_state(["fire"]), alarmed=(("trip_fire", 1.0), ("hot", 2.0))), 1)
    told = {"trip_stop": "controller", "trip_fire": "controller", "hot": "controller", "door": "collector"}
    with closing(sqlite3.connect(alerts)) as db:
        for key, source in told.items():
            document = json.dumps({"key": key, "source": source, "active": True, "ended_at": None})
            db.execute("INSERT INTO alarms VALUES (?, 'unacknowledged', ?)", (key, document))
        db.execute("INSERT INTO alarms VALUES ('odd', 'unacknowledged', 'no document')")
        db.commit()
    site.bring_back(tmp_path, backup)
    found = {str(key): json.loads(str(text)) for key, text in rows(alerts, "SELECT key, document FROM alarms WHERE key != 'odd'")}
    assert {key for key, one in found.items() if not one["active"]} == {"trip_stop"}
    assert [found[key]["ended_at"] for key in ("trip_stop", "hot")] == [site.NOW.wall_s, None]


def test_on_a_new_card_no_alarm_and_no_message_of_then_is_there(tmp_path: Path, backup: Path) -> None:
    shutil.copy(backup, tmp_path / backup.name)
    shutil.rmtree(tmp_path / "data")
    site.bring_back(tmp_path, tmp_path / backup.name)
    alerts = tmp_path / "data" / "alerts.db"
    assert rows(alerts, "SELECT count(*) FROM outbox") == [(0,)] and rows(alerts, "SELECT id FROM receipts") == [(6,)]
    assert [trip.key for trip in state_of(tmp_path / "data" / "ledger.db").trips] == ["old-trip"]


def test_it_comes_up_observing_however_armed_its_configuration_and_environment_are(tmp_path: Path, backup: Path) -> None:
    env = {"MINE_GENERAL_CONTROL": "armed"}
    assert site.settings(tmp_path, **env).general.control is Control.ARMED
    site.bring_back(tmp_path, backup)
    held = site.settings(tmp_path, **env)
    assert held.general.control is Control.OBSERVE
    assert held.origins["GENERAL.control"] == f"restored from {backup.name}; `mine arm` ends it"
    assert f"Restored from {backup.name}{UNTIL_ARMED}" in missing(held)
    assert restored.arm(tmp_path / "data") and not restored.arm(tmp_path / "data")
    assert site.settings(tmp_path, **env).general.control is Control.ARMED


def test_what_was_there_is_kept_beside_and_a_present_secret_stays(tmp_path: Path) -> None:
    site.make(tmp_path)
    (tmp_path / "secrets").mkdir()
    for name in ("kept", "lost"):
        (tmp_path / "secrets" / name).write_text("then")
    backup = site.take(tmp_path, MINE_BACKUP_SECRETS="yes").path
    (tmp_path / "secrets" / "kept").write_text("today")
    (tmp_path / "secrets" / "lost").unlink()
    (tmp_path / "config.txt").write_text((tmp_path / "config.txt").read_text() + "# today\n")
    done = site.bring_back(tmp_path, backup)
    assert {path.name.partition(".before-restore-")[0] for path in done.aside} == {
        "ledger.db",
        "alerts.db",
        "mine_data.db",
        "config.txt",
    }
    assert all(path.exists() for path in done.aside)
    assert (tmp_path / "secrets" / "kept").read_text() == "today" and (tmp_path / "secrets" / "lost").read_text() == "then"
    assert "# today" not in (tmp_path / "config.txt").read_text()


def test_a_configuration_that_cannot_be_written_is_laid_beside_the_records_as_the_containers_have_them(
    tmp_path: Path, backup: Path
) -> None:
    for folder, name in (("ledger", "ledger.db"), ("alerts", "alerts.db"), ("history", "mine_data.db")):
        (tmp_path / "data" / folder).mkdir()
        (tmp_path / "data" / name).rename(tmp_path / "data" / folder / name)
    (tmp_path / "config.txt").write_text((tmp_path / "config.txt").read_text() + "# today\n")
    (tmp_path / ".config.txt.new").mkdir()  # nothing can be written there
    done = site.bring_back(tmp_path, backup)
    (laid,) = (tmp_path / "data" / "history").glob("config.txt.from-restore-*")
    assert [line for line in done.left if str(laid) in line]
    assert "# today" in (tmp_path / "config.txt").read_text() and "# today" not in laid.read_text()


def test_it_is_refused_while_a_service_runs_on_the_folder_and_nothing_is_touched(tmp_path: Path, backup: Path) -> None:
    ledger = Ledger(tmp_path / "data" / "ledger.db")
    with pytest.raises(Trouble, match="controller runs"):
        site.bring_back(tmp_path, backup)
    ledger.close()
    with closing(sqlite3.connect(tmp_path / "data" / "alerts.db")) as notifier:
        notifier.execute("SELECT * FROM facts").fetchall()
        with pytest.raises(Trouble, match=r"alerts\.db is in use"):
            site.bring_back(tmp_path, backup)
    assert list(tmp_path.rglob("*before-restore*")) == [] and restored.why(tmp_path / "data") is None


def damaged(backup: Path, how: str) -> Path:
    bad = backup.with_name("bad.tar.gz")
    data = backup.read_bytes()
    if how == "cut off":
        bad.write_bytes(data[: len(data) // 2])
    elif how == "a changed byte":
        bad.write_bytes(data[:-8] + bytes([data[-8] ^ 0x55]) + data[-7:])
    elif how == "garbage":
        bad.write_bytes(b"no archive" * 1000)
    elif how == "nothing":
        bad.write_bytes(b"")
    else:
        _rewritten(backup, bad, how)
    return bad


def _rewritten(backup: Path, bad: Path, how: str) -> None:
    with tarfile.open(backup) as old, tarfile.open(bad, "w:gz") as new:
        for entry in old:
            file = old.extractfile(entry)
            assert file is not None
            data = file.read()
            if how == "another content" and entry.name == "config.txt":
                data = data.replace(b"north", b"south")
            if how == "no manifest" and entry.name == "manifest.json":
                continue
            if how == "a way out" and entry.name in ("manifest.json", "config.txt"):
                data = data.replace(b'"config.txt"', b'"../config.txt"')
                entry.name = entry.name.replace("config.txt", "../config.txt")
            if how == "a link" and entry.name == "config.txt":
                entry.type, entry.linkname, data = tarfile.SYMTYPE, "/etc/passwd", b""
            if how == "fewer rows told" and entry.name == "manifest.json":
                data = data.replace(b"     3,", b"     2,")
            if how == "another format" and entry.name == "manifest.json":
                data = data.replace(b'"format": 1', b'"format": 9')
            entry.size = len(data)
            new.addfile(entry, io.BytesIO(data))
        if how == "one too many":
            new.addfile(tarfile.TarInfo("more"), io.BytesIO())


@pytest.mark.parametrize(
    "how",
    [
        "cut off", "a changed byte", "garbage", "nothing", "another content", "no manifest", "a way out", "a link",
        "fewer rows told", "another format", "one too many",
    ],
)  # fmt: skip
def test_a_bad_archive_is_refused_with_a_reason_and_nothing_is_touched(tmp_path: Path, backup: Path, how: str) -> None:
    bad = damaged(backup, how)
    before = {path: path.read_bytes() for path in (tmp_path / "data").glob("*.db")}
    with pytest.raises(Trouble) as caught:
        site.bring_back(tmp_path, bad)
    assert str(caught.value)
    assert {path: path.read_bytes() for path in (tmp_path / "data").glob("*.db")} == before
    assert not (tmp_path.parent / "config.txt").exists()


def test_an_archive_that_swells_is_stopped_by_what_its_manifest_says(tmp_path: Path, backup: Path) -> None:
    bad = backup.with_name("bomb.tar.gz")
    bad.write_bytes(gzip.compress(b"\0" * 50_000_000))
    with pytest.raises(Trouble, match="does not begin with a manifest"):
        restoring.verify(bad, tmp_path / "look", "")


@pytest.mark.parametrize("version", RELEASED)
def test_a_backup_of_an_older_version_is_brought_to_this_one(tmp_path: Path, version: str) -> None:
    site.make(tmp_path)
    records = tmp_path / "data" / "mine_data.db"
    records.unlink()
    made_by(version, records)
    backup = site.take(tmp_path).path
    assert {one.name: one.schema for one in restoring.verify(backup, tmp_path / "look", "").manifest.members}[
        "mine_data.db"
    ] == version
    site.bring_back(tmp_path, backup)
    assert care.check(records).version == HEAD and care.check(records).ok


def test_no_byte_of_an_archive_changes_what_is_in_it_without_being_found(tmp_path: Path) -> None:
    site.make(tmp_path)
    hourly = site.take(tmp_path, Kind.HOURLY).path
    data, bad = hourly.read_bytes(), tmp_path / "bad.tar.gz"
    for place in range(10, len(data), 7):
        bad.write_bytes(data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :])
        try:
            archive.check(bad)
        except Trouble:
            continue
        # another name in the header of gzip, or another way to say the same zeros
        assert gzip.decompress(bad.read_bytes()) == gzip.decompress(data)


def test_from_another_file_system_a_file_takes_its_place_too(tmp_path: Path) -> None:
    memory = Path("/dev/shm")
    if not memory.exists() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no other file system here")
    (tmp_path / "ledger.db").write_text("today")
    new = memory / f"mine-restore-{tmp_path.parent.name}-{tmp_path.name}"
    try:
        new.write_text("then")
        kept = quiet.replace(new, tmp_path / "ledger.db", tmp_path / "ledger.db.before")
    finally:
        new.unlink(missing_ok=True)
    assert (tmp_path / "ledger.db").read_text() == "then" and kept is not None and kept.read_text() == "today"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ledger.db", "ledger.db.before"]
