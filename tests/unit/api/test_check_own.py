"""The check's rows of our own: the backups by their age and their medium, the limits, the drills."""

from pathlib import Path

import pytest

from services.api import feed
from services.api.check import kept, own
from services.api.check.rows import CheckVerdict, Row
from services.api.history import later
from services.api.image import Image
from services.shared.backups import Archive, Kind, Note, note_document
from services.shared.clock import Moment
from services.shared.messages import Drill
from services.shared.settings.on_disk import OnDisk
from services.shared.settings.sections import Backup, Data
from services.shared.settings.tree import Settings
from services.shared.vocabulary import Control, Mode
from tests.integration.api_running import state
from tests.unit.api.builders import HandClock

HOUR = 3600.0
NOW = Moment(1000.0, 1_795_000_000.0, True, "boot")


class Kept:
    def __init__(self, data: Path) -> None:
        self.data, self.folder = data, data / "backups"

    def made(self, number: int, kind: Kind, age_s: float) -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / Archive(number, "mine", NOW.wall_s - age_s, kind).name).touch()

    def noted(self, *, ok: bool, words: str = "") -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / "last.json").write_text(note_document({Kind.HOURLY: Note(NOW.wall_s, ok, words)}))

    def rows(self, now: Moment = NOW, **chosen: object) -> dict[str, Row]:
        settings = Settings(data=Data(folder=str(self.data)), backup=Backup(**chosen))  # type: ignore[arg-type]
        return {row.name: row for row in kept.rows(settings, now)}


@pytest.fixture
def backups(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def test_the_last_good_backup_is_told_with_its_age(backups: Kept) -> None:
    assert backups.rows()["backups"].words == "none is made yet"
    backups.made(1, Kind.DAILY, 20 * HOUR)
    backups.made(2, Kind.HOURLY, 0.5 * HOUR)
    row = backups.rows()["backups"]
    assert (row.verdict, row.words) == (CheckVerdict.OK, "the last 30 min old, of everything 20 h 0 min old")


def test_one_that_is_old_is_a_warning_where_the_clock_is_trusted(backups: Kept) -> None:
    backups.made(1, Kind.DAILY, 50 * HOUR)
    assert backups.rows()["backups"].verdict is CheckVerdict.WARNING
    assert backups.rows(Moment(1000.0, NOW.wall_s, False, "boot"))["backups"].verdict is CheckVerdict.OK


def test_one_that_failed_is_a_fault_in_its_own_words(backups: Kept) -> None:
    backups.made(1, Kind.DAILY, HOUR)
    backups.noted(ok=False, words="no room: 20 MB are free")
    row = backups.rows()["backups"]
    assert (row.verdict, row.words) == (CheckVerdict.FAULT, "no room: 20 MB are free")


def test_a_second_medium_that_is_away_is_told_apart_from_the_card(backups: Kept) -> None:
    assert backups.rows()["second medium"].verdict is CheckVerdict.ABSENT
    assert backups.rows(second_folder="/mnt/usb")["second medium"].words == "nothing was copied to it yet"
    backups.made(1, Kind.DAILY, HOUR)
    backups.noted(ok=False, words="the second folder /mnt/usb is not on another medium: nothing is mounted there")
    rows = backups.rows(second_folder="/mnt/usb")
    assert (rows["backups"].verdict, rows["second medium"].verdict) == (CheckVerdict.OK, CheckVerdict.FAULT)
    assert "mounted" in rows["second medium"].hint
    backups.noted(ok=True)
    assert backups.rows(second_folder="/mnt/usb")["second medium"].words == "took the last one (/mnt/usb)"


def test_without_backups_it_warns(backups: Kept) -> None:
    assert backups.rows(enabled=False)["backups"].verdict is CheckVerdict.WARNING


def told(*drills: Drill, broker: bool = True) -> dict[str, Row]:
    clock = HandClock()
    image, settings = Image(Settings(), clock), Settings()
    said = state(Mode.NORMAL, host_boot="this-boot", decided_mono_s=1000.0)
    image.take_state(said.model_copy(update={"drills": drills, "control": Control.ARMED}))
    now = feed.build(image, settings, broker_connected=broker, history="")
    return {row.name: row for row in own.rows(now, settings)}


def drill(device: str, at: float | None, *, proven: bool = True) -> Drill:
    return Drill(device=device, at=at, proven=proven, seconds=None, how="")


def test_an_acting_device_that_was_never_drilled_is_a_warning_and_a_proven_one_is_well() -> None:
    assert told(drill("pdu-1", None), drill("foreman", 1.0))["drills"].words == "never drilled: pdu-1"
    assert told(drill("pdu-1", 1.0, proven=False))["drills"].words == "the last one failed: pdu-1"
    assert told(drill("pdu-1", 1.0))["drills"].verdict is CheckVerdict.OK
    assert "drills" not in told()


@pytest.mark.parametrize(("reason", "hint"), [(later.told("9004"), later.TO_DO), ("disk full", "is the card full")])
def test_records_that_are_not_stored_have_the_remedy_that_fits(reason: str, hint: str) -> None:
    page = feed.build(Image(Settings(), HandClock()), Settings(), broker_connected=True, history=reason)
    found = {row.name: row for row in own.rows(page, Settings())}["records"]
    assert (found.verdict, hint in found.hint, later.TO_DO in found.words) == (CheckVerdict.FAULT, True, False)


def test_a_service_that_was_never_heard_is_unknown_and_without_the_broker_nobody_decides_for_us() -> None:
    rows = told()
    assert (rows["broker"].verdict, rows["notifier"].verdict, rows["api"].verdict) == (
        CheckVerdict.OK, CheckVerdict.UNKNOWN, CheckVerdict.OK,
    )  # fmt: skip
    cut = told(broker=False)
    assert (cut["broker"].verdict, cut["controller"].verdict) == (CheckVerdict.FAULT, CheckVerdict.FAULT)


def test_a_limit_that_is_not_in_force_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "limits" not in told()
    monkeypatch.setattr(own.limits, "unreal", lambda: "no memory limit is in force: memory.max says there is none")
    row = told()["limits"]
    assert row.verdict is CheckVerdict.WARNING and "cgroup_enable=memory" in row.hint


@pytest.mark.parametrize(
    ("lies", "verdict", "words"),
    [
        (OnDisk(), CheckVerdict.OK, "in force as it lies on the card"),
        (OnDisk(changed=("[GENERAL] max_humidity", "loads.csv")), CheckVerdict.WARNING, "max_humidity, loads.csv"),
        (OnDisk(changed=tuple(f"[FANS] {n}" for n in range(9))), CheckVerdict.WARNING, "and 4 more"),
        (OnDisk(mistakes=("config.txt is empty",)), CheckVerdict.FAULT, "would not start again: config.txt is empty"),
        (OnDisk(mistakes=("x",), kept_at=0.0), CheckVerdict.FAULT, "it has mistakes: x"),
    ],
)
def test_what_lies_on_the_card_and_is_not_in_force_is_told_with_what_to_do(
    lies: OnDisk, verdict: CheckVerdict, words: str
) -> None:
    row = own.configuration(lies, Settings())
    assert (row.verdict, words in row.words, bool(row.hint)) == (verdict, True, verdict is not CheckVerdict.OK), row
