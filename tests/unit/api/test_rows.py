"""Messages as rows: what SQLite cannot hold is left out."""

import pytest

from services.api.history import rows
from services.shared.messages import Event, Reading
from services.shared.vocabulary import Quality


@pytest.mark.parametrize("at", [-1.0, 1e300, 4.2e9])
def test_an_impossible_moment_makes_no_row(at: float) -> None:
    assert rows.milliseconds(at) is None
    assert rows.of_event(Event(source="x", ledger_seq=1, kind="audit", happened_at=at, title="")) is None


@pytest.mark.parametrize("seq", [0, -1, 2**70])
def test_an_impossible_number_makes_no_row(seq: int) -> None:
    assert rows.of_event(Event(source="x", ledger_seq=seq, kind="audit", happened_at=1.0, title="")) is None


def test_a_bad_reading_has_no_value_and_a_flag() -> None:
    reading = Reading(
        device="d", quantity="q", value=9.0, unit="Cel", quality=Quality.BAD, poll_started_mono_s=0.0, measured_at=1.0
    )
    row = rows.of_reading(reading)
    assert row is not None
    assert row["value"] is None
    assert row["flags"] == rows.Flag.BAD | rows.Flag.CLOCK_UNTRUSTED


def test_timestamps_sort_as_text() -> None:
    assert rows.timestamp(1_800_000_000_000) == "2027-01-15T08:00:00.000Z"
