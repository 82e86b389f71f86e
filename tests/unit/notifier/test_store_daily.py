"""The daily care of `alerts.db`, beside the telling of alarms."""

import asyncio
from pathlib import Path

import pytest

from services.notifier.store import Store
from tests.unit.notifier.test_store import change
from tests.unit.notifier.test_store_damage import filled, overwrite


@pytest.mark.asyncio
async def test_a_whole_file_is_said_to_be_and_no_alarm(tmp_path: Path) -> None:
    path = tmp_path / "alerts.db"
    filled(path)
    store = Store(path)
    await asyncio.gather(store.save(change(100)), store.tend())
    assert await store.tend() == "alerts.db is whole"
    assert store.fault is None
    store.close()
    assert await store.tend() == "alerts.db is closed"


@pytest.mark.asyncio
async def test_damage_that_nobody_would_have_met_is_found_and_told_and_no_record_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "alerts.db"
    filled(path)
    store = Store(path)
    overwrite(path, "receipts", "zeroed")
    assert "lies aside as alerts.db.damaged" in await store.tend()
    assert store.fault is not None
    assert await store.tend() == "alerts.db is whole"
    store.close()
    assert len(Store(path).records) == 60
