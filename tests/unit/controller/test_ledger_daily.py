"""The daily care of the ledger, while decisions are written."""

import asyncio
from pathlib import Path

import pytest

from services.controller.ledger import Ledger
from tests.unit.controller.test_ledger import a_state, an_event, an_order
from tests.unit.controller.test_ledger_damage import garble, written


@pytest.mark.asyncio
async def test_a_whole_ledger_is_said_to_be_and_its_log_is_folded_in(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    await written(path)
    ledger = Ledger(path)
    await asyncio.gather(*(ledger.commit(a_state(), {}, [an_event(f"event {n}")]) for n in range(20)), ledger.tend())
    assert await ledger.tend() == "ledger.db is whole"
    assert path.with_name("ledger.db-wal").stat().st_size == 0
    assert ledger.damage is None
    ledger.close()


@pytest.mark.asyncio
async def test_damage_that_nobody_would_have_met_is_found_and_what_holds_the_site_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    await written(path)
    ledger = Ledger(path)
    await ledger.load()
    await asyncio.to_thread(garble, path, "answered")
    assert "it lies aside as ledger.db.damaged-1" in await ledger.tend()
    state, orders = await ledger.load()
    assert state is not None
    assert orders == {("m-0", "soft"): an_order()}
    assert await ledger.tend() == "ledger.db is whole"
    ledger.close()
