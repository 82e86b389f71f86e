"""What a person is told of a target: why it is less than was asked for, and by what tolerance a load counts as within it."""

from typing import Any

import pytest

from services.cli import load_line
from services.cli.load_line import LoadLine, least, lower, within


def limit(kw: float, kind: str = "lease", scope: str = "site") -> dict[str, Any]:
    return {"kind": kind, "scope": scope, "ceiling_kw": kw}


def state(target_kw: float, *limits: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"load": {"target_kw": target_kw}, "limits": list(limits), "leases": [], "lockouts": [], **more}


WHOLE, OTHERS = " (5 kW is the limit; loads run whole)", " (5 kW is the limit; others hold more down)"
ASLEEP = {"leases": [{"kind": "miners"}]}


@pytest.mark.parametrize(
    ("of", "told"),
    [
        (state(5.0, limit(5.0)), ""),
        (state(3.5, limit(5.0)), WHOLE),
        (state(3.5, limit(5.0), limit(0.0, "air_unproven", "zone east")), WHOLE),
        (state(3.5, limit(5.0), limit(0.0, "rest")), WHOLE),
        (state(3.5, limit(5.0), limit(4.0, "signal")), OTHERS),
        (state(3.5, limit(5.0), limit(0.0, "trip", "zone east")), OTHERS),
        (state(3.5, limit(5.0), lockouts=[{"target": "m-1"}]), OTHERS),
        (state(3.5, limit(5.0), **ASLEEP), OTHERS),
    ],
)
def test_a_target_below_what_was_asked_says_why(of: dict[str, Any], told: str) -> None:
    assert lower(of, 5.0) == told


def test_the_least_that_is_left_does_not_count_what_only_keeps_load_from_rising() -> None:
    assert least(state(3.5, limit(5.0), limit(0.0, "rest"), limit(1.0, "airflow", "zone east")), 9.0) == 5.0
    assert least(state(3.5), 9.0) == 9.0


@pytest.mark.parametrize(
    ("kw", "tolerance_kw", "told"),
    [(199.9, 30.4, ""), (210.1, 30.4, ", within the meter's tolerance of 30.4 kW of 200 kW"), (210.1, None, "")],
)
def test_a_load_above_the_target_is_told_with_the_tolerance(kw: float, tolerance_kw: float | None, told: str) -> None:
    assert within({"measured_kw": kw, "tolerance_kw": tolerance_kw}, 200.0) == told


def test_on_a_terminal_a_bar_shows_what_has_come_off(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(load_line, "changing", lambda line: shown.append(line) is None)
    line = LoadLine()
    for kw in (100.0, 40.0):
        line.show({"measured_kw": kw, "target_kw": 0.0, "unknown_kw": 0.0})
    assert shown == [
        "[..............................] 100.0 kW still on, target 0.0 kW, 0.0 kW unknown",
        "[##################............] 40.0 kW still on, target 0.0 kW, 0.0 kW unknown",
    ]
