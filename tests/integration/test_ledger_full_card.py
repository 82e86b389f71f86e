"""A card without a free byte: what a person latched is stored on it all the same, and where it is not, that is said."""

import asyncio
import sqlite3
import subprocess
from contextlib import suppress
from dataclasses import replace

import pytest

from services.controller.core.memory import Lockout, Trip
from services.controller.ledger import Ledger
from services.controller.ledger_reserve import FULL, NAME
from tests.integration.bad_world import fill, needs
from tests.unit.controller.test_ledger import a_state, an_event

pytestmark = [pytest.mark.asyncio, needs("unshare", "--mount", "true", why="only root may mount a card of its own")]


@pytest.fixture(params=["tmpfs", "ext4"])
def folder(request, tmp_path):
    """A card of 12 MB."""
    where = tmp_path / "card"
    where.mkdir()
    if request.param == "tmpfs":
        mount = ["-t", "tmpfs", "-o", "size=12m", "none"]
    else:
        image = tmp_path / "image"
        with image.open("wb") as file:
            file.truncate(16_000_000)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(image)], check=True, capture_output=True)
        mount = ["-o", "loop", str(image)]
    if subprocess.run(["mount", *mount, str(where)], check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    yield where
    subprocess.run(["umount", "--lazy", str(where)], check=True)  # a ledger that was killed has it open still


def stopped(*locked):
    state = a_state()
    lockouts = tuple(Lockout(target, "ann", "repair", state.started) for target in locked)
    return replace(state, trips=(Trip("stop", "by ann", state.started),), lockouts=lockouts)


async def full_card(folder, held=1):
    """A ledger that can store nothing of what the plant does any more."""
    ledger = Ledger(folder / "ledger.db")
    await ledger.load()
    await ledger.commit(a_state(), {}, [an_event("x" * 20_000) for _ in range(held)])
    fill(folder / "something-else")
    with suppress(Exception):
        for _ in range(3000):
            await ledger.commit(None, {}, [an_event("x" * 20_000)])
        pytest.fail("the card was never full")
    return ledger


async def found(folder):
    ledger = Ledger(folder / "ledger.db")
    state, _ = await ledger.load()
    ledger.close()
    return state


async def test_a_stop_and_three_lock_outs_on_a_full_card_are_there_after_kill_9(folder):
    ledger = await full_card(folder)
    for n in range(4):
        wanted = stopped(*(f"m-{i}" for i in range(n)))
        with suppress(Exception):  # the events beside it find no room
            await ledger.commit(wanted, {}, [an_event("y" * 50_000) for _ in range(20)])
        assert ledger.has_latched(wanted), n
        fill(folder / "something-else")  # somebody else is always faster
    ledger._lock.close()
    assert await found(folder) == wanted


async def test_a_stop_after_a_restart_on_a_full_card_is_there_after_the_next(folder):
    ledger = await full_card(folder)
    ledger.close()
    fill(folder / "something-else")
    ledger = Ledger(folder / "ledger.db")
    await ledger.load()
    with suppress(Exception):
        await ledger.commit(stopped(), {}, [an_event("y" * 50_000) for _ in range(20)])
    assert ledger.has_latched(stopped())
    ledger._lock.close()
    assert await found(folder) == stopped()


async def test_what_the_plant_does_never_takes_what_is_kept_and_it_is_made_again_when_there_is_room(folder):
    ledger = await full_card(folder)
    assert (folder / NAME).stat().st_size == FULL
    with suppress(Exception):
        await ledger.commit(stopped(), {}, [])
    await ledger.look()
    assert (folder / NAME).stat().st_size < FULL, "it must not be what fills a card"
    (folder / "something-else").unlink()
    await asyncio.to_thread(subprocess.run, ["sync", "-f", str(folder)], check=True)
    await ledger.look()
    assert (folder / NAME).stat().st_size == FULL
    ledger.close()


async def test_where_even_the_reserve_is_gone_nobody_is_told_that_it_is_stored(folder):
    ledger = await full_card(folder)
    (folder / NAME).unlink()
    fill(folder / "something-else")
    ledger_is_full = False
    for n in range(2000):
        try:
            await ledger.commit(stopped(f"m-{n}"), {}, [])
        except Exception:
            ledger_is_full = True
            break
    assert ledger_is_full
    assert not ledger.has_latched(stopped(f"m-{n}"))
    ledger.close()


async def test_a_ledger_that_is_deleted_on_a_full_card_is_never_said_to_hold_a_stop_and_does_when_there_is_room(folder):
    ledger = await full_card(folder, held=100)
    for part in folder.glob("ledger.db*"):
        part.unlink()
    for n in range(3):
        with pytest.raises(sqlite3.Error):
            await ledger.commit(stopped(f"m-{n}"), {}, [])
        assert not ledger.has_latched(stopped(f"m-{n}"))
        assert not list(folder.glob("ledger.db*")), "no half of one"
        fill(folder / "something-else")
    (folder / "something-else").unlink()
    await asyncio.to_thread(subprocess.run, ["sync", "-f", str(folder)], check=True)
    await ledger.commit(stopped(), {}, [])
    assert ledger.has_latched(stopped())
    ledger._lock.close()
    assert await found(folder) == stopped()
