"""After a restore the controller says that somebody armed: nobody else need see the folder in which that is written."""

import asyncio
from pathlib import Path

import pytest

from services.controller import arming
from services.controller.core.moments import Now
from services.controller.report import Report
from services.shared import restored
from services.shared.messages import State
from services.shared.settings.missing import ONCE_ARMED, UNTIL_ARMED
from tests.plant import BOOT, Site, limits, seen
from tests.unit.controller.parts import KeptBus
from tests.waiting import until

METER = "No meter: site_meter and pdu_ip are empty; a curtailment cannot be proven."
WAITS = f"Restored from mine-1.tar.gz{UNTIL_ARMED}"


def said(report: Report, bus: KeptBus) -> tuple[str, ...]:
    """What the state says is missing."""
    site = Site(limits())
    snapshot = seen(0.0, site.limits)
    report.tell(site.at(1.0, snapshot), snapshot, (), Now(1.0, 1_790_000_001.0, True, BOOT), set())
    told = bus.of(State)[-1]
    assert isinstance(told, State)
    return told.missing


@pytest.mark.asyncio
async def test_the_state_says_that_a_restored_site_was_armed_while_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arming, "LOOK_S", 0.01)
    restored.observe(tmp_path, "restored from mine-1.tar.gz")
    bus = KeptBus()
    report = Report(bus, limits(), (WAITS, METER))
    looking = asyncio.create_task(arming.tell(report, tmp_path))
    assert said(report, bus) == (WAITS, METER)
    restored.arm(tmp_path)
    await until(looking.done)
    assert said(report, bus) == (f"Restored from mine-1.tar.gz{ONCE_ARMED}", METER)


@pytest.mark.asyncio
async def test_of_a_site_that_was_never_restored_nothing_changes(tmp_path: Path) -> None:
    bus = KeptBus()
    report = Report(bus, limits(), (METER,))
    await asyncio.wait_for(arming.tell(report, tmp_path), 5.0)
    assert said(report, bus) == (METER,)
