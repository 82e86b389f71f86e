"""What is kept in a few words."""

import pytest

from services.notifier.facts import number


@pytest.mark.parametrize(
    ("text", "found"), [("17.5", 17.5), ("", None), ("soon", None), ("nan", None), ("inf", None), ("1e999", None)]
)
def test_a_fact_that_is_no_finite_number_is_none(text: str, found: float | None) -> None:
    assert number(text) == found
