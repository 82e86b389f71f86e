"""What waits for the disk."""

from services.api.history.buffer import READINGS_PER_COMMIT, READINGS_WAIT_S, Buffer


def test_events_are_due_at_once_and_readings_by_number_or_age() -> None:
    buffer = Buffer()
    buffer.add_reading({"n": 1}, 0.0)
    buffer.events.append({"n": 2})
    assert (len(buffer.take(READINGS_WAIT_S - 1).readings), len(buffer)) == (0, 1)
    assert len(buffer.take(READINGS_WAIT_S).readings) == 1
    for n in range(READINGS_PER_COMMIT):
        buffer.add_reading({"n": n}, 100.0)
    assert len(buffer.take(100.0).readings) == READINGS_PER_COMMIT


def test_when_there_is_too_much_the_oldest_readings_go_first_and_events_last() -> None:
    buffer = Buffer(largest=3)
    buffer.events.extend({"e": n} for n in range(2))
    for n in range(3):
        buffer.add_reading({"r": n}, 0.0)
    assert list(buffer.readings) == [{"r": 2}]
    buffer.events.extend({"e": n} for n in range(2, 4))
    buffer.trim()
    assert list(buffer.readings) == []
    assert list(buffer.events) == [{"e": 1}, {"e": 2}, {"e": 3}]
    assert buffer.dropped == 4


def test_what_could_not_be_stored_comes_back_in_its_order() -> None:
    buffer = Buffer()
    buffer.events.extend({"e": n} for n in range(3))
    batch = buffer.take(0.0)
    buffer.events.append({"e": 3})
    buffer.put_back(batch, 0.0)
    assert [row["e"] for row in buffer.events] == [0, 1, 2, 3]
