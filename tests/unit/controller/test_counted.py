"""Counts and durations in a sentence."""

import pytest

from services.controller.core.counted import counted, lasting


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (45, "45 s"), (80, "1 min 20 s"), (960, "16 min"), (7_200, "2 h"), (7_690, "2 h 8 min")],
)
def test_a_duration_is_said_in_whole_units(seconds: float, words: str) -> None:
    assert lasting(seconds) == words


def test_one_load_is_no_loads() -> None:
    assert [counted(count, "load is", "loads are") for count in (0, 1, 2)] == ["0 loads are", "1 load is", "2 loads are"]
