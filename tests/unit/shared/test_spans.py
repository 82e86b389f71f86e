"""Durations as everybody writes them."""

import pytest

from services.shared.spans import span


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"), (-5, "0 s"), (59.9, "59 s"), (61, "1 min 1 s"), (601, "10 min"), (3_661, "1 h 1 min"), (90_000, "1 d 1 h"),
        (float("nan"), "an unknown time"), (float("inf"), "an unknown time"),
    ],
)  # fmt: skip
def test_a_duration_is_told_in_its_two_largest_units(seconds: float, told: str) -> None:
    assert span(seconds) == told
