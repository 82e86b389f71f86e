"""Old products as they are found: linked units, units of Windows, folders that others share, files that are no database."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.made_up_pi import ROOT, Pi

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="the installer wants root")
RETIRE = "retire_old_product; echo folder=$OLD_FOLDER"
UNIT = "etc/systemd/system/bitcoin-mine.service"


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    made = Pi(tmp_path).with_systemd()
    (made.site / "config").mkdir(parents=True)
    return made


def unit(folder: str, end: str = "\n") -> str:
    return end.join(["[Service]", f"WorkingDirectory={folder}", f"ExecStart=/usr/bin/python3 {folder}/mine.py", ""])


def test_a_unit_of_windows_says_its_folder_too(pi: Pi) -> None:
    (pi.root / UNIT).write_bytes(unit("/home/pi/mine", "\r\n").encode())
    pi.write("home/pi/mine/config.txt", "[GENERAL]\n")
    ran = pi.parts(RETIRE)
    assert (ran.returncode, "folder=/home/pi/mine\n" in ran.stdout) == (0, True), ran.stderr
    assert (pi.site / "config/config.txt").exists()


def test_a_linked_unit_goes_with_its_link_and_with_what_was_laid_over_it(pi: Pi) -> None:
    (pi.root / UNIT).symlink_to(pi.write("home/pi/mine/bitcoin-mine.service", unit("/home/pi/mine")))
    pi.write(f"{UNIT}.d/override.conf", "[Service]\nUser=pi\n")
    pi.program("systemctl", f'[ "$1" != disable ] || rm -f {pi.root / UNIT}')  # as it does with a linked one
    ran = pi.parts(RETIRE)
    (kept,) = (pi.site / "retired").iterdir()
    assert ran.returncode == 0, ran.stderr
    assert not list((pi.root / UNIT).parent.iterdir())
    assert "mine.py" in (kept / "bitcoin-mine.service").read_text()
    assert (kept / "bitcoin-mine.service.d/override.conf").exists()


@pytest.mark.parametrize("folder", ["/home/pi", "/opt"])
def test_in_a_folder_that_others_share_only_its_own_script_is_taken_out_of_cron(pi: Pi, folder: str) -> None:
    pi.write("etc/passwd", "root:x:0:0:root:/root:/bin/bash\npi:x:1000:1000::/home/pi:/bin/bash\n")
    pi.write(UNIT, unit(folder))
    table = pi.write(
        "var/spool/cron/crontabs/pi", f"0 3 * * * {folder}/save-photos.sh\n1 * * * * python3 {folder}/mine.py --cron\n"
    )
    assert pi.parts(RETIRE).returncode == 0
    assert table.read_text().splitlines() == [
        f"0 3 * * * {folder}/save-photos.sh", f"# retired: 1 * * * * python3 {folder}/mine.py --cron",
    ]  # fmt: skip


def test_a_folder_with_letters_of_expressions_is_taken_by_its_letters(pi: Pi) -> None:
    folder = "/home/pi/mine (v1.2)+%|x"
    pi.write(UNIT, f"[Service]\nWorkingDirectory={folder}\n")
    table = pi.write("var/spool/cron/crontabs/pi", f"1 * * * * cd '{folder}/' && ./x\n2 * * * * /home/x/y\n")
    started = pi.write("etc/rc.local", f"#!/bin/sh\npython3 '{folder}/y.py' &\nexit 0\n")
    ran = pi.parts(RETIRE)
    assert ran.returncode == 0, ran.stderr
    assert table.read_text().count("# retired") == 1
    assert started.read_text() == f"#!/bin/sh\n# retired: python3 '{folder}/y.py' &\nexit 0\n"


def test_cut_off_after_the_unit_was_taken_the_next_run_finds_the_rest(pi: Pi) -> None:
    pi.write(UNIT, unit("/home/pi/mine"))
    pi.write("home/pi/mine/config.txt", "[GENERAL]\nsite = north\n")
    table = pi.write("var/spool/cron/crontabs/pi", "1 * * * * /home/pi/mine/x\n")
    assert pi.parts("retire_cron() { exit 9; }; retire_old_product").returncode == 9
    ran = pi.parts(f"{RETIRE}; take_over_records")
    assert ran.returncode == 0, ran.stderr
    assert ("# retired" in table.read_text(), (pi.site / "config/config.txt").exists()) == (True, True)
    assert "Retiring" not in pi.parts(RETIRE).stdout


def test_who_does_not_say_where_it_lies_is_asked_about(pi: Pi) -> None:
    pi.write(UNIT, "[Service]\nWorkingDirectory=~\nExecStart=/bin/sh -c 'cd mine && exec python3 mine.py'\n")
    table = pi.write("var/spool/cron/crontabs/pi", "1 * * * * ~/photos.sh\n")
    ran = pi.parts(RETIRE)
    assert (ran.returncode, "--old-folder" in ran.stderr, "retired" in table.read_text()) == (0, True, False), ran.stderr


def test_a_configuration_of_windows_letters_is_one_that_the_services_can_read(pi: Pi) -> None:
    pi.write(UNIT, unit("/home/pi/mine"))
    (pi.root / "home/pi/mine").mkdir(parents=True)
    (pi.root / "home/pi/mine/config.txt").write_bytes(b"# Temp\xe9rature \x80\r\n[GENERAL]\r\nmax_temp_celsius = 35\r\n")
    ran = pi.parts(RETIRE)
    assert ran.returncode == 0, ran.stderr
    taken = pi.site / "config/config.txt"
    assert taken.read_bytes().decode() == "# Température €\r\n[GENERAL]\r\nmax_temp_celsius = 35\r\n"
    assert (taken.stat().st_mode & 0o777, taken.stat().st_gid) == (0o640, 10001)


def brought(folder: Path, old: bytes) -> tuple[int, str, list[tuple[object, ...]]]:
    """The program that brings old rows: its code, its words, and the new rows."""
    (folder / "old.db").write_bytes(old)
    (folder / "config.txt").write_text("[GENERAL]\nmax_temp_celsius = 35\n")
    env = os.environ | {"PYTHONPATH": str(ROOT), "MINE_CONFIG": str(folder / "config.txt"), "MINE_DATA_FOLDER": str(folder)}
    command = [sys.executable, str(ROOT / "scripts/install/old_rows.py"), str(folder / "old.db")]
    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=30)
    with closing(sqlite3.connect(folder / "mine_data.db")) as new:
        return ran.returncode, ran.stdout + ran.stderr, new.execute("SELECT temperature_max_c FROM mine_states").fetchall()


def a_database(folder: Path, rows: int = 3) -> bytes:
    with closing(sqlite3.connect(folder / "made.db")) as old, old:
        old.execute('CREATE TABLE mine_states (ID INTEGER PRIMARY KEY, "Timestamp" TEXT, temperature_max_c REAL, state TEXT)')
        old.executemany(
            "INSERT INTO mine_states (Timestamp, temperature_max_c, state) VALUES ('2025-07-01', ?, ?)", [(31.5, "on")] * rows
        )
        old.execute("UPDATE mine_states SET state = CAST(x'e9' AS TEXT), temperature_max_c = 9e999 WHERE ID = 2")
    return (folder / "made.db").read_bytes()


def test_odd_letters_and_impossible_numbers_of_one_row_lose_no_other(tmp_path: Path) -> None:
    code, _, rows = brought(tmp_path, a_database(tmp_path))
    assert (code, rows) == (0, [(31.5,), (None,), (31.5,)])


@pytest.mark.parametrize("old", [b"", b"no database" * 500], ids=["empty", "junk"])
def test_what_is_no_database_is_told_in_a_line(tmp_path: Path, old: bytes) -> None:
    code, said, rows = brought(tmp_path, old)
    assert (code, rows, "cannot be read further" in said, "Traceback" in said) == (0, [], True, False), said


def test_of_a_torn_database_the_rows_before_the_tear_are_taken(tmp_path: Path) -> None:
    whole = a_database(tmp_path, 3000)
    code, said, rows = brought(tmp_path, whole[: len(whole) // 2] + b"\xff" * 9000 + whole[len(whole) // 2 + 9000 :])
    assert (code, 1000 < len(rows) < 3000, "malformed" in said) == (0, True, True), said
