"""The alarm `backup` comes from who looks: a backup that failed, one that is old, and one that never was."""

from pathlib import Path

import pytest

from services.api.backup_watch import BackupWatch
from services.shared.backups import Archive, Kind, Note, note_document
from services.shared.clock import Moment
from services.shared.messages import Alarm, Message
from services.shared.settings import Settings
from services.shared.settings.sections import Backup, Data

HOUR = 3600.0
NOW_S = 1_795_000_000.0


class Hands:
    """A clock that stands where it is set."""

    def __init__(self) -> None:
        self.mono_s, self.trusted = 0.0, True

    def now(self) -> Moment:
        return Moment(self.mono_s, NOW_S + self.mono_s, self.trusted, "boot")


class Watched:
    def __init__(self, folder: Path, *, enabled: bool = True) -> None:
        settings = Settings(data=Data(folder=str(folder)), backup=Backup(enabled=enabled))
        self.folder, self.clock, self.told = folder / "backups", Hands(), list[Message]()
        self.folder.mkdir(exist_ok=True)
        self.watch = BackupWatch(settings, self.clock, self.told.append)  # type: ignore[arg-type]

    def make(self, number: int, kind: Kind, age_s: float) -> None:
        (self.folder / Archive(number, "mine", NOW_S - age_s, kind).name).touch()

    def after(self, hours: float) -> str:
        self.clock.mono_s = hours * HOUR
        return self.watch.look(self.clock.now())


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def test_fresh_backups_are_well(watched: Watched) -> None:
    watched.make(1, Kind.DAILY, 20 * HOUR)
    watched.make(2, Kind.HOURLY, 0.5 * HOUR)
    assert watched.after(1.5) == ""


def test_one_that_failed_is_told_with_its_reason_at_once(watched: Watched) -> None:
    (watched.folder / "last.json").write_text(note_document({Kind.DAILY: Note(NOW_S, False, "the second folder is not mounted")}))
    assert watched.after(0.0) == "daily: the second folder is not mounted"


def test_none_at_all_is_told_when_there_should_be_one_and_not_before(watched: Watched) -> None:
    assert watched.after(2.9) == ""
    assert watched.after(3.1) == "there is no backup"
    assert watched.after(37) == "there is no backup; there is no backup of everything"


def test_old_ones_are_told_after_the_plant_had_time_for_a_new_one(watched: Watched) -> None:
    watched.make(1, Kind.DAILY, 50 * HOUR)
    watched.make(2, Kind.HOURLY, 8 * HOUR)
    assert watched.after(0.9) == ""
    assert watched.after(2.0) == "the newest backup is 10 h old; the newest backup of everything is 52 h old"
    watched.clock.trusted = False
    assert watched.after(2.0) == ""


def test_switched_off_nothing_is_missed(tmp_path: Path) -> None:
    assert Watched(tmp_path, enabled=False).after(100) == ""


def test_it_is_one_alarm_from_its_first_word_to_its_end(watched: Watched) -> None:
    for cause in ("", "", "daily: no room", "daily: no room", "hourly: no room", ""):
        watched.clock.mono_s += 60
        watched.watch.tell(cause)
    alarms = [one for one in watched.told if isinstance(one, Alarm)]
    assert [(one.active, one.since_at - NOW_S) for one in alarms] == [(False, 60), (True, 180), (True, 180), (False, 360)]
