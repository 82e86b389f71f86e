"""The rule by which a process that runs is taken for hung."""

import re
from pathlib import Path

from services.shared.healthcheck import DEADLINE_S, SERVICES
from services.shared.hung import EACH_S, STARTS_WITHIN_S, UNWELL_IN_A_ROW, counted, is_hung
from services.shared.systemd import READY_WITHIN_S

WATCHDOG_S = 120.0
"""WatchdogSec of the unit in docs/manual/watched.md."""


ROOT = Path(__file__).parents[3]


def after(*well: bool, count: int | None = None, runs_s: float = 60.0) -> int | None:
    for one in well:
        count = counted(count, well=one, runs_s=runs_s)
    return count


def test_what_was_well_and_is_silent_five_times_in_a_row_is_hung() -> None:
    assert not is_hung(after(True, *[False] * (UNWELL_IN_A_ROW - 1)))
    assert is_hung(after(True, *[False] * UNWELL_IN_A_ROW))


def test_a_busy_computer_on_which_four_of_five_answers_are_late_has_no_hung_service() -> None:
    late = [True, False, False, False, False] * 100
    assert not any(is_hung(after(*late[:n])) for n in range(len(late)))


def test_what_starts_slowly_is_left_alone_for_ten_minutes_and_then_judged() -> None:
    assert after(*[False] * 59) is None
    assert is_hung(after(*[False] * UNWELL_IN_A_ROW, runs_s=STARTS_WITHIN_S))


def test_what_survives_its_end_is_ended_again_once_a_minute_and_not_at_each_look() -> None:
    assert [is_hung(after(True, *[False] * n)) for n in range(11)] == [n in (5, 10) for n in range(11)]


def test_the_containers_go_by_the_same_numbers() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    (health,) = re.findall(r"^x-health: &health\n((?:  .*\n)+)", compose, re.MULTILINE)
    assert f"interval: {EACH_S:g}s" in health
    assert compose.count("services.shared.container_check, ") == len(SERVICES)
    patient = re.search(r"most=(\d+); \[ ! -e /tmp/answered \] \|\| most=(\d+);", compose)
    assert patient and int(patient[2]) == UNWELL_IN_A_ROW
    assert STARTS_WITHIN_S <= int(patient[1]) * (EACH_S + DEADLINE_S) < STARTS_WITHIN_S + 60


def test_one_hung_service_is_back_before_systemd_starts_all_of_them_again() -> None:
    last_end_s = UNWELL_IN_A_ROW * (EACH_S + DEADLINE_S)
    assert last_end_s + READY_WITHIN_S / 2 < WATCHDOG_S
