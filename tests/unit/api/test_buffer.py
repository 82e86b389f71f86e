"""What waits for the disk."""

from collections.abc import Callable

from services.api.history.buffer import (
    FLOOD_ENDED_S,
    MOST_PER_COMMIT,
    OTHERS_WAIT_S,
    READINGS_PER_COMMIT,
    READINGS_WAIT_S,
    Batch,
    Buffer,
    Queue,
    rows_of,
)


def nothing() -> None:
    pass


def add_reading(buffer: Buffer, n: int, mono_s: float = 0.0, release: Callable[[], None] = nothing) -> None:
    buffer.add_reading(("r", n), {"r": n}, mono_s, release)


def add_event(buffer: Buffer, n: int, *releases: Callable[[], None]) -> None:
    buffer.add(buffer.events, ("e", n), {"e": n}, *releases)


def numbers(queue: Queue) -> list[int]:
    return [next(iter(row.values())) for row in rows_of(queue)]


def test_events_are_due_soon_after_the_first_of_them_and_readings_by_number_or_age() -> None:
    buffer = Buffer()
    add_reading(buffer, 1)
    add_event(buffer, 2)
    assert not buffer.take(10.0)
    add_event(buffer, 3)
    assert not buffer.take(10.0 + OTHERS_WAIT_S - 0.1)
    batch = buffer.take(10.0 + OTHERS_WAIT_S)
    assert (numbers(batch.readings), numbers(batch.events)) == ([], [2, 3])
    buffer.stored(batch)
    assert len(buffer) == 1
    assert len(buffer.take(READINGS_WAIT_S).readings) == 1
    for n in range(READINGS_PER_COMMIT):
        add_reading(buffer, n, 100.0)
    assert len(buffer.take(100.0).readings) == READINGS_PER_COMMIT


def test_a_burst_goes_to_the_disk_in_parts_so_that_a_query_waits_for_one_of_them_only() -> None:
    buffer = Buffer()
    for n in range(MOST_PER_COMMIT + 3):
        add_reading(buffer, n)
    assert numbers(buffer.take(0.0).readings) == list(range(MOST_PER_COMMIT))
    assert not buffer.take(1.0).readings
    assert len(buffer.take(FLOOD_ENDED_S).readings) == 3, "the rest of a flood does not wait for more"


def test_when_there_is_too_much_the_oldest_readings_go_first_and_events_last() -> None:
    buffer, released = Buffer(largest=3), []
    for n in range(2):
        add_event(buffer, n)
    for n in range(3):
        add_reading(buffer, n, release=lambda n=n: released.append(n))  # type: ignore[misc]
    assert numbers(buffer.readings) == [2]
    assert released == [0, 1], "the broker need not keep what is given up"
    for n in range(2, 4):
        add_event(buffer, n)
    assert numbers(buffer.readings) == []
    assert numbers(buffer.events) == [1, 2, 3]
    assert buffer.dropped == 4


def test_what_is_on_its_way_to_the_disk_still_takes_room() -> None:
    buffer = Buffer(largest=3)
    for n in range(3):
        add_event(buffer, n)
    batch = buffer.take(0.0, everything=True)
    add_reading(buffer, 1)
    assert (len(buffer), buffer.dropped) == (3, 1)
    buffer.stored(batch)
    add_reading(buffer, 2)
    assert (len(buffer), buffer.dropped) == (1, 1)


def test_what_comes_again_while_it_waits_is_one_row_that_holds_both_messages() -> None:
    buffer, released = Buffer(), []
    for n in range(3):
        add_event(buffer, 7, lambda n=n: released.append(n))  # type: ignore[misc]
    batch = buffer.take(0.0, everything=True)
    assert numbers(batch.events) == [7]
    for release in batch.releases():
        release()
    assert released == [0, 1, 2]


def test_what_could_not_be_stored_comes_back_in_its_order_with_what_came_again_meanwhile() -> None:
    buffer = Buffer()
    for n in range(3):
        add_event(buffer, n, nothing)
    batch = buffer.take(0.0, everything=True)
    add_event(buffer, 1, nothing)
    add_event(buffer, 3, nothing)
    buffer.put_back(batch)
    assert (numbers(buffer.events), len(buffer)) == ([0, 1, 2, 3], 4)
    assert len(list(buffer.take(0.0, everything=True).releases())) == 5


def test_readings_that_could_not_be_stored_are_due_at_once() -> None:
    buffer = Buffer()
    add_reading(buffer, 1, 100.0)
    buffer.put_back(buffer.take(100.0, everything=True))
    assert len(buffer.take(100.0).readings) == 1


def test_a_batch_halves_down_to_single_rows() -> None:
    buffer = Buffer()
    for n in range(3):
        add_event(buffer, n)
    add_reading(buffer, 9)

    def parts(batch: Batch) -> list[Batch]:
        return [batch] if len(batch) <= 1 else [part for half in batch.halves() for part in parts(half)]

    single = parts(buffer.take(0.0, everything=True))
    assert [len(part) for part in single] == [1, 1, 1, 1]
    assert sorted(n for part in single for queue in (part.readings, part.events) for n in numbers(queue)) == [0, 1, 2, 9]
