"""An archive that was whole when it was made is read again each day, because a card forgets."""

from pathlib import Path

from typer.testing import CliRunner

from services.api.backup_watch import BackupWatch
from services.backup import checking, taking
from services.cli.main import app
from services.shared import backups
from services.shared.backups import Kind
from services.shared.clock import Clock
from tests.unit.backup import site

DAY = 86_400.0


def made(folder: Path, kind: Kind = Kind.DAILY) -> Path:
    settings = site.make(folder)
    return taking.take(settings, site.where(folder, settings), kind, site.AT).path


def spoil(path: Path) -> None:
    """One bit of the card turns."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)


def test_a_whole_archive_is_noted_as_such_and_not_read_again_before_a_day_is_over(tmp_path: Path) -> None:
    archive = made(tmp_path)
    places = site.where(tmp_path, site.settings(tmp_path))
    assert checking.is_due(archive.parent, site.AT)
    assert checking.check(places, site.AT).ok
    assert not checking.is_due(archive.parent, site.AT + DAY / 2)
    assert checking.is_due(archive.parent, site.AT + DAY)


def test_a_clock_of_1970_neither_skips_the_look_nor_repeats_it_each_hour(tmp_path: Path) -> None:
    archive = made(tmp_path)
    places = site.where(tmp_path, site.settings(tmp_path))
    checking.check(places, site.AT)
    assert checking.is_due(archive.parent, 600.0)
    checking.check(places, 600.0)
    assert not checking.is_due(archive.parent, 600.0 + 3_600.0)
    assert checking.is_due(archive.parent, site.AT + 7_200.0)


def test_a_bit_that_turned_on_the_card_is_the_alarm_and_over_with_the_next_good_one(tmp_path: Path) -> None:
    archive = made(tmp_path)
    spoil(archive)
    settings = site.settings(tmp_path)
    places, clock = site.where(tmp_path, settings), Clock("yes")
    watch = BackupWatch(settings, clock, lambda _: None)
    assert not checking.check(places, site.AT).ok
    assert watch.look(clock.now()).startswith(f"damaged since it was made: {archive.name} in backups: ")
    taking.take(settings, places, Kind.DAILY, site.AT + DAY)
    assert checking.check(places, site.AT + DAY).ok
    assert "damaged" not in watch.look(clock.now())


def test_the_second_folder_is_read_too(tmp_path: Path) -> None:
    archive = made(tmp_path)
    second = tmp_path / "usb"
    second.mkdir()
    copy = second / archive.name
    copy.write_bytes(archive.read_bytes())
    spoil(copy)
    settings = site.settings(tmp_path, MINE_BACKUP_SECOND_FOLDER=str(second))
    found = checking.check(site.where(tmp_path, settings), site.AT)
    assert not found.ok
    assert f"{archive.name} in usb" in found.words


def test_the_hourly_program_looks_by_itself(tmp_path: Path) -> None:
    archive = made(tmp_path)
    spoil(archive)
    env = {
        "MINE_CONFIG": str(tmp_path / "config.txt"),
        "MINE_GENERAL_CLOCK_TRUSTED": "no",
        "MINE_DATA_LOGS": str(tmp_path / "logs"),
    }
    assert CliRunner().invoke(app, ["backup", "--due"], env=env).exit_code == 0
    note = backups.read_checked(archive.parent)
    assert note is not None
    assert archive.name in note.words
    assert archive.name in (tmp_path / "logs" / "backup.log").read_text()
