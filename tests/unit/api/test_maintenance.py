"""What is to be done each day is told as done for a day, and not for ever."""

import pytest

from services.api import maintenance
from services.api.maintenance import Job, jobs
from services.shared.clock import Moment
from services.shared.daily import Book
from services.shared.settings import Settings, sections
from services.shared.settings.on_disk import OnDisk

HOUR = 3_600.0


class Hands:
    """A clock that stands where it is set."""

    mono_s = 50.0

    def now(self) -> Moment:
        return Moment(self.mono_s, 1_795_348_800.0, True, "boot")


def told(hours: float, *, ok: bool = True) -> Job:
    """The ledger's job, so long after it was done."""
    clock = Hands()
    book = Book(clock)  # type: ignore[arg-type]
    book.note("ledger.db", clock.now(), "it is whole", ok=ok)
    clock.mono_s += hours * HOUR
    settings = Settings(backup=sections.Backup(enabled=False))
    found = jobs(settings, {"controller": list(book.collect())}, OnDisk(), clock.now()).jobs
    return next(one for one in found if one.name == "ledger.db")


@pytest.mark.parametrize("hours", [0.0, 24.5, 25.9])
def test_what_was_done_within_a_day_is_done(hours: float) -> None:
    assert (told(hours).ok, told(hours).words) == (True, "done, nothing was found")


@pytest.mark.parametrize(("hours", "ago"), [(26.1, "1 d 2 h"), (30 * 24.0, "30 d 0 h")])
def test_what_was_done_last_longer_ago_is_overdue_and_nobody_knows(hours: float, ago: str) -> None:
    job = told(hours)
    assert (job.ok, job.words) == (None, f"overdue: each day, and it was done last {ago} ago; see the log of the controller")
    assert job.at == pytest.approx(1_795_348_800.0 - hours * HOUR)


def test_what_found_something_wrong_stays_wrong_however_old_it_is() -> None:
    assert (told(1.0, ok=False).ok, told(30 * 24.0, ok=False).ok) == (False, False)
    assert "done last 30 d 0 h ago" in told(30 * 24.0, ok=False).words


def test_a_day_has_room_for_the_job_itself_and_the_next_look() -> None:
    assert 24 * HOUR < maintenance.OVERDUE_S == 26 * HOUR
