"""A number as a device, a file or a database tells it."""

import pytest

from services.shared.numbers import finite


@pytest.mark.parametrize(
    ("told", "found"),
    [(17.5, 17.5), (" 17.5 ", 17.5), ("", None), (None, None), ("soon", None), (True, None), ("nan", None), ("1e999", None)],
)
def test_what_is_no_finite_number_is_none(told: object, found: float | None) -> None:
    assert finite(told) == found
