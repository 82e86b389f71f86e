"""The soak's own judgement: a leak is seen through noise, and noise, a wave or a single wild value is no leak."""

import math
import random
from dataclasses import replace

import pytest

from tests.proof.soak_figures import Figures, Sample
from tests.proof.soak_verdict import courses, disk, sees, slope, table

CALM = Figures(pss=50.0, rss=70.0, own=45.0, files=20, threads=7, children=0)
EVERY_S, HOUR = 30.0, range(120)


def samples(**changed: object) -> list[Sample]:
    """An hour of one service; each named figure as a function of the hours passed."""
    found = []
    for number in HOUR:
        at_s = number * EVERY_S
        figures = replace(CALM, **{name: of(at_s / 3600) for name, of in changed.items()})  # type: ignore[operator]
        found.append(Sample(at_s, {"api": figures}, {"ledger.db": 1.0 + at_s / 3600}, 0.0))
    return found


def growing(**changed: object) -> list[str]:
    return [one.figure for one in courses(samples(**changed)) if one.grows]


def test_the_slope_is_that_of_most_pairs_whatever_one_value_does() -> None:
    line = [(float(x), 3.0 + 0.5 * x) for x in range(20)]
    assert slope(line) == pytest.approx(0.5)
    assert slope([*line[:7], (7.0, 1e6), *line[8:]]) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(("an_hour", "noise"), [(0.7, 0.05), (2.0, 0.3)])
def test_a_leak_is_seen_through_noise(an_hour: float, noise: float) -> None:
    chance = random.Random(1)
    assert growing(own=lambda h: 45 + an_hour * h + chance.gauss(0, noise)) == ["own"]


def test_a_leak_is_seen_through_the_steps_of_the_allocator_and_steps_alone_are_none() -> None:
    assert growing(own=lambda h: 45 + 0.4 * (h > 0.3) + 0.4 * (h > 0.8)) == []
    assert growing(own=lambda h: 45 + 0.4 * (h > 0.3) + 0.4 * (h > 0.8) + 0.7 * h) == ["own"]


def test_noise_a_wave_and_a_single_peak_are_no_leak() -> None:
    chance = random.Random(1)
    assert growing(own=lambda h: 45 + chance.gauss(0, 1)) == []
    assert growing(own=lambda h: 45 + 3 * math.sin(h * 60)) == []
    assert growing(own=lambda h: 85 if 0.5 < h < 0.52 else 45) == []


def test_what_fills_up_is_no_leak() -> None:
    assert growing(own=lambda h: 45 + 3 * min(h, 0.4)) == []
    assert growing(own=lambda h: 45 + 2 * (1 - math.exp(-4 * h))) == []


def test_what_belongs_to_others_may_change() -> None:
    assert growing(pss=lambda h: 50 + 9 * h, rss=lambda h: 70 + 9 * h) == []


@pytest.mark.parametrize(("figure", "an_hour"), [("files", 10), ("threads", 4), ("children", 6)])
def test_files_threads_and_children_that_are_left_behind_are_seen(figure: str, an_hour: int) -> None:
    assert growing(**{figure: lambda h: int(20 + an_hour * h)}) == [figure]


def test_visits_that_come_and_go_are_no_growth() -> None:
    assert growing(files=lambda h: 20 + int(h * 1000) % 7) == []


def test_the_table_names_what_grows_and_the_disk_is_told_beside_it() -> None:
    found = samples(threads=lambda h: int(7 + 8 * h))
    lines = table(list(courses(found))).splitlines()
    assert [line.split()[:2] for line in lines if line.endswith("grows")] == [["api", "threads"]]
    assert disk(found) == "MB per hour on the disk: ledger.db 1.0, logs 0.0"


@pytest.mark.parametrize(("minutes", "an_hour"), [(60, "0.5"), (12, "2.0")])
def test_a_short_run_says_that_it_sees_less(minutes: int, an_hour: str) -> None:
    found = samples()[: minutes * 2 + 1]
    assert sees(found) == f"a leak of memory is seen from {an_hour} MB an hour on"
