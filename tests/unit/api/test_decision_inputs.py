"""What a decision went by, as its event keeps it."""

import pytest

from services.api.decision_inputs import dicts, number, read, texts


@pytest.mark.parametrize("stored", ["", "no JSON", "[1]", "null", "7"])
def test_what_is_no_object_is_no_input_of_a_decision(stored: str) -> None:
    assert read(stored) == {}


@pytest.mark.parametrize("stored", ["", "no JSON", "{}", "null", "7"])
def test_what_is_no_list_is_no_reason_and_no_error(stored: str) -> None:
    assert texts(stored) == []


def test_of_the_inputs_what_is_of_another_kind_is_left_out_and_true_is_no_number() -> None:
    inputs = read('{"signals": [{"name": "utility"}, 7, null], "meters": "none"}')
    assert (dicts(inputs, "signals"), dicts(inputs, "meters"), dicts(inputs, "switches")) == ([{"name": "utility"}], [], [])
    assert [number(one) for one in (7, 7.5, True, "7", None)] == [7.0, 7.5, None, None, None]
