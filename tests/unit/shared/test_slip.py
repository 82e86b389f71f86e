"""Asking for a limit that takes nothing off."""

import pytest

from services.shared.slip import slip


@pytest.mark.parametrize("kw", [1015.0, 2000.0, 99_999.0])
def test_a_limit_that_leaves_all_the_loads_on_is_told_with_what_was_found_and_what_is_allowed(kw: float) -> None:
    assert (
        slip(kw, 1015.0) == f"target_kw: found {kw:g} kW, which takes nothing off; allowed: 0 to less than 1015 kW, all the loads"
    )


@pytest.mark.parametrize(("kw", "nominal_kw"), [(None, 1015.0), (0.0, 1015.0), (1014.9, 1015.0), (500.0, 0.0), (500.0, None)])
def test_a_limit_that_takes_something_off_or_of_which_nobody_knows_is_not(kw: float | None, nominal_kw: float | None) -> None:
    assert slip(kw, nominal_kw) is None
