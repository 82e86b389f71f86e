"""A ledger that is missing where there was one, or that somebody deletes or replaces while it is written."""

import asyncio
import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import replace

import pytest

from services.controller import ledger_file, ledger_renewal
from services.controller.core.memory import Lockout, Trip
from services.controller.ledger import Ledger
from services.controller.ledger_connection import LedgerConnection
from services.controller.ledger_place import MARKER
from services.controller.ledger_rows import LOST_TRIP
from tests.unit.controller.test_ledger import a_state, an_event, an_order
from tests.unit.controller.test_ledger_card import card  # noqa: F401 - a fixture

pytestmark = pytest.mark.asyncio
DIES_WITH_IT = """
import asyncio, os, signal, sys
from pathlib import Path
from services.controller.ledger import Ledger
from tests.unit.controller.test_ledger_lost import stopped

ledger = Ledger(Path(sys.argv[1]))
asyncio.run(ledger.commit(stopped(), {}, []))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.db"


def stopped():
    state = a_state()
    return replace(
        state, trips=(Trip("stop", "by ann", state.started),), lockouts=(Lockout("m-0", "ann", "repair", state.started),)
    )


def deleted(path):
    """As an operator does: `rm ledger.db*`."""
    for part in path.parent.glob("ledger.db*"):
        part.unlink()


async def found(path):
    """What a new process finds."""
    ledger = Ledger(path)
    state, _ = await ledger.load()
    ledger.close()
    return state, ledger.damage


async def is_lost(path):
    """Whether the trip that holds all load off stands in the next start, and in the one after it."""
    return [[trip.key for trip in (await found(path))[0].trips] for _ in range(2)] == [[LOST_TRIP]] * 2


async def test_a_ledger_that_is_missing_after_a_kill_is_no_new_site_and_holds_all_load_off(path):
    killed = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", DIES_WITH_IT, str(path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    deleted(path)
    state, damage = await found(path)
    assert [trip.key for trip in state.trips] == [LOST_TRIP]
    assert "missing" in damage
    assert [trip.key for trip in (await found(path))[0].trips] == [LOST_TRIP], "until a person resets it"


async def test_a_site_of_an_older_version_is_marked_when_it_starts(path):
    ledger_file.opened(path).close()
    await found(path)
    deleted(path)
    assert await is_lost(path)


@pytest.mark.parametrize("step", ["write", "put"])
async def test_a_power_cut_between_the_first_ledger_and_its_marker_is_no_loss(path, monkeypatch, step):
    with monkeypatch.context() as cut_off, pytest.raises(KeyboardInterrupt):
        cut_off.setattr(f"services.shared.whole_file.{step}", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        LedgerConnection(path)
    assert await found(path) == (None, None)
    assert path.with_name(MARKER).exists()


async def test_a_folder_that_is_deleted_with_all_that_is_in_it_begins_anew(path):
    await found(path)
    for one in path.parent.iterdir():
        one.unlink()
    assert await found(path) == (None, None)


async def test_a_renewal_that_a_power_cut_broke_off_with_the_ledger_missing_is_still_a_loss(path, monkeypatch):
    await found(path)
    deleted(path)
    with monkeypatch.context() as cut_off, pytest.raises(KeyboardInterrupt):
        cut_off.setattr(ledger_renewal, "new_of", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        LedgerConnection(path)
    assert await is_lost(path)


async def test_a_missing_ledger_on_a_card_that_takes_nothing_is_a_loss_too(path, card):  # noqa: F811
    await found(path)
    deleted(path)
    card.refuses(13)
    ledger = Ledger(path)
    state, _ = await ledger.load()
    assert [trip.key for trip in state.trips] == [LOST_TRIP]
    card.undo()
    await ledger.commit(state, {}, [])
    ledger.close()
    assert await is_lost(path)


@pytest.mark.parametrize("gone", ["all", "the file", "its log", "replaced"])
async def test_a_ledger_that_is_deleted_or_replaced_while_it_is_in_use_is_noticed_and_made_anew_with_all_that_was_in_it(
    path, gone
):
    ledger = Ledger(path)
    await ledger.load()
    (first,) = await ledger.commit(stopped(), {("m-0", "soft"): an_order()}, [an_event("before")])
    if gone == "all":
        deleted(path)
    elif gone == "its log":
        path.with_name("ledger.db-wal").unlink()
    else:
        path.unlink()
    if gone == "replaced":
        with closing(ledger_file.opened(path.with_name("other.db"))):
            pass
        path.with_name("other.db").rename(path)
    await ledger.look()
    assert "deleted or replaced" in ledger.damage
    (event,) = await ledger.commit(None, {("m-1", "soft"): an_order()}, [an_event("after")])
    assert event.ledger_seq == first.ledger_seq + 1
    damage = ledger.damage
    await ledger.look()
    assert ledger.damage == damage, "it is there again"
    assert bool(list(path.parent.glob("*.damaged-1"))) is (gone == "replaced")
    ledger._lock.close()  # killed
    again = Ledger(path)
    assert await again.load() == (stopped(), {("m-0", "soft"): an_order(), ("m-1", "soft"): an_order()})
    assert [one.title for one in await again.unconfirmed(0)] == ["before", "after"]
    again.close()


async def test_a_lock_out_right_after_the_ledger_was_deleted_is_in_a_file_that_a_restart_finds(path):
    ledger = Ledger(path)
    await ledger.load()
    await ledger.commit(a_state(), {}, [])
    deleted(path)
    await ledger.commit(stopped(), {}, [])
    assert ledger.has_latched(stopped())
    ledger._lock.close()
    assert (await found(path))[0] == stopped()


async def test_each_loss_is_told_anew(path):
    ledger = Ledger(path)
    told = set()
    for _ in range(2):
        deleted(path)
        await ledger.look()
        told.add(ledger.damage)
        await ledger.commit(a_state(), {}, [])
    assert len(told) == 2
    ledger.close()


async def test_a_renewal_in_use_that_is_killed_before_the_new_file_has_its_name_is_ended_by_the_next_start(path, monkeypatch):
    ledger = Ledger(path)
    await ledger.commit(stopped(), {}, [])
    deleted(path)
    await ledger.look()
    with monkeypatch.context() as cut_off, pytest.raises(KeyboardInterrupt):
        cut_off.setattr("services.controller.ledger_connection.end_renewal", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        await ledger.commit(None, {}, [an_event()])
    ledger._lock.close()
    assert (await found(path))[0] == stopped()
