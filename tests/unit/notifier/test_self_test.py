"""When the site may tell the outside watcher that it is well, and what it says when it may not."""

from dataclasses import replace

import pytest

from services.notifier.self_test import Known, self_test
from tests.unit.notifier.words import at

WELL = Known(
    started_mono_s=0.0, decided_mono_s=10_000.0, measures=True, heard_mono_s=9_990.0, lost=(), broker_lost_mono_s=None,
    emergency_waits_s=None, desk_fault=None, store_fault=None, proved_mono_s=9_000.0, prove_within_s=86_400.0,
)  # fmt: skip
NOW = at(10_001)


def test_a_site_that_is_controlled_measured_connected_and_heard_is_well() -> None:
    assert self_test(WELL, NOW) == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"decided_mono_s": None}, "the controller was not heard"),
        ({"decided_mono_s": 9_900.0}, "the controller's last decision is 1 min 41 s old"),
        ({"heard_mono_s": 9_000.0}, "no device has answered for 16 min"),
        ({"heard_mono_s": None}, "no device has answered for 2 h 46 min"),
        ({"lost": ("collector", "api")}, "the collector has fallen silent; the api has fallen silent"),
        ({"broker_lost_mono_s": 9_000.0}, "the broker has been away for 16 min"),
        ({"emergency_waits_s": 700.0}, "no channel has accepted an emergency for 11 min"),
        ({"desk_fault": "the alarms were passed over 31 s ago"}, "the alarms were passed over 31 s ago"),
        ({"store_fault": "alerts.db cannot be written: disk full"}, "alerts.db cannot be written: disk full"),
        ({"prove_within_s": 900.0}, "no channel has taken a message for 16 min"),
        ({"prove_within_s": 900.0, "proved_mono_s": None}, "no channel has taken a message for 2 h 46 min"),
    ],
)
def test_each_thing_that_is_not_well_is_named(change: dict[str, object], reason: str) -> None:
    assert "; ".join(self_test(replace(WELL, **change), NOW)) == reason  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"decided_mono_s": 9_942.0},
        {"measures": False, "heard_mono_s": None},
        {"broker_lost_mono_s": 9_942.0},
        {"emergency_waits_s": 599.0},
        {"prove_within_s": None, "proved_mono_s": None},
    ],
)
def test_what_may_pass_by_itself_and_what_is_not_there_is_no_reason(change: dict[str, object]) -> None:
    assert self_test(replace(WELL, **change), NOW) == ()  # type: ignore[arg-type]
