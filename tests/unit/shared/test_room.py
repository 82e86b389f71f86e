"""What waits for its handlers has room in messages and in bytes; the rest waits in the broker."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from services.shared.room import Room


@pytest.mark.parametrize(("messages", "size"), [(3, 1_000_000), (1_000, 25)])
def test_no_more_is_let_in_than_there_is_room_for(messages: int, size: int) -> None:
    room = Room(messages, size)
    assert [room.take(10, 0.0) for _ in range(5)] == [True, True, True, False, False]
    room.give(10)
    assert [room.take(10, 0.0) for _ in range(2)] == [True, False]


def test_a_message_larger_than_all_room_comes_in_alone() -> None:
    room = Room(10, 100)
    assert [room.take(500, 0.0) for _ in range(2)] == [True, False]
    room.give(500)
    assert room.take(1, 0.0)


def test_who_waits_goes_on_when_there_is_room() -> None:
    room = Room(1, 100)
    room.take(1, 0.0)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(room.take, 1, 10.0)
        room.give(1)
        assert waiting.result()
