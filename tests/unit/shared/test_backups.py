"""The names of backups, and what they say of the next one."""

from pathlib import Path

import pytest

from services.shared.backups import Archive, Kind, Note, archives, due, note_document, read_name, read_notes

HOUR, DAY = 3600.0, 86_400.0
NOON = 1_795_003_200.0  # 2026-11-18 12:00 UTC


def made(*ages_s: tuple[Kind, float]) -> list[Archive]:
    return [Archive(number, "north", NOON - age_s, kind) for number, (kind, age_s) in enumerate(ages_s, 1)]


def test_a_name_tells_site_number_time_and_kind_and_other_files_tell_nothing() -> None:
    archive = Archive(7, "north-2", NOON, Kind.DAILY)
    assert archive.name == "north-2-000007-20261118T120000Z-daily.tar.gz"
    assert read_name(archive.name) == archive
    for name in (
        "last.json",
        f".{archive.name}.half",
        f"{archive.name}.enc",
        archive.name.replace("18T", "99T"),
        "a/b-daily.tar.gz",
    ):
        assert read_name(name) is None


def test_the_archives_of_a_site_are_ordered_by_their_number_whatever_the_clock_said(tmp_path: Path) -> None:
    later, earlier = Archive(2, "north", 60.0, Kind.HOURLY), Archive(1, "north", NOON, Kind.HOURLY)
    for one in (later, earlier, Archive(3, "south", NOON, Kind.HOURLY)):
        (tmp_path / one.name).touch()
    assert archives(tmp_path, "north") == (earlier, later)


@pytest.mark.parametrize(
    ("before", "trusted", "expected"),
    [
        ([], True, Kind.MONTHLY),
        ([], False, Kind.HOURLY),
        ([(Kind.MONTHLY, 10 * 60.0)], True, None),
        ([(Kind.MONTHLY, HOUR)], True, Kind.HOURLY),
        ([(Kind.MONTHLY, 10 * DAY), (Kind.DAILY, DAY)], True, Kind.DAILY),
        ([(Kind.MONTHLY, 10 * DAY), (Kind.DAILY, DAY), (Kind.HOURLY, 60.0)], True, Kind.DAILY),
        ([(Kind.MONTHLY, 10 * DAY), (Kind.DAILY, 2 * DAY), (Kind.HOURLY, HOUR)], False, Kind.HOURLY),
        ([(Kind.MONTHLY, 20 * DAY), (Kind.DAILY, HOUR)], True, Kind.MONTHLY),
        ([(Kind.MONTHLY, 10 * DAY), (Kind.DAILY, -DAY)], True, Kind.DAILY),
    ],
)  # fmt: skip
def test_which_one_it_is_time_for(before: list[tuple[Kind, float]], trusted: bool, expected: Kind | None) -> None:
    assert due(made(*before), NOON, trusted=trusted) is expected


def test_a_year_of_asking_each_hour_makes_each_kind_as_often_as_it_is_named() -> None:
    there: list[Archive] = []
    counts = dict.fromkeys(Kind, 0)
    for hour in range(365 * 24):
        kind = due(there, NOON + hour * HOUR, trusted=True)
        if kind is not None:
            counts[kind] += 1
            there = [*(one for one in there[-60:] if one.kind.is_full), Archive(hour, "north", NOON + hour * HOUR, kind)]
    assert sum(counts.values()) == 365 * 24 and counts[Kind.MONTHLY] == 13
    assert 350 <= counts[Kind.DAILY] + counts[Kind.MONTHLY] <= 372


def test_a_note_comes_back_and_garbage_is_none(tmp_path: Path) -> None:
    notes = {Kind.DAILY: Note(NOON, False, "no room")}
    (tmp_path / "last.json").write_text(note_document(notes))
    assert read_notes(tmp_path) == notes
    for garbage in ("", "[]", '{"daily": 3}', '{"weekly": {"at": 1, "ok": true, "words": ""}}', "[" * 100_000):
        (tmp_path / "last.json").write_text(garbage)
        assert read_notes(tmp_path) == {}
    assert read_notes(tmp_path / "nowhere") == {}
