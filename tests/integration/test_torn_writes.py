"""Power lost at any write: the ledger's files cut at every sector and inside them, with the sector that was being written torn.

Whatever a cut leaves, the ledger opens with exactly one of the commits that were made: the newest that is whole, never a mix.
"""

import random
import shutil
import sqlite3
from dataclasses import replace

import pytest
import pytest_asyncio

from services.controller.core.plant import Limits
from services.controller.ledger import Ledger
from services.controller.ledger_rows import LOST_TRIP
from tests.plant import Site, limits
from tests.unit.controller.test_ledger import an_event, an_order

COMMITS = 12
SECTOR = 512
FRAME_HEADER, WAL_HEADER = 24, 32
TARGETS = [(f"m-{n}", "soft") for n in range(10)]


def a_state(number: int):
    """A state that names its commit, now shorter, now longer than the one before."""
    site: Limits = limits(fans=3)
    names = frozenset(f"load-{n}" for n in range(120 * (number % 5)))
    return replace(Site(site).at(10.0).state, setpoint_kw=float(number), opened=names)


async def commit(ledger: Ledger, number: int) -> None:
    """Everything of a commit names it: the state, every order, the event."""
    orders = {target: an_order(float(number)) for target in TARGETS}
    await ledger.commit(a_state(number), orders, [an_event(f"commit {number}")])


@pytest_asyncio.fixture
async def torn(tmp_path):
    """The files as a power cut finds them, and the size of the WAL after each commit."""
    path = tmp_path / "site" / "ledger.db"
    ledger = Ledger(path)
    await commit(ledger, 0)
    await ledger._run(lambda: ledger._held.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
    wal, ends = path.with_name("ledger.db-wal"), []
    for number in range(1, COMMITS + 1):
        await commit(ledger, number)
        ends.append(wal.stat().st_size)
    files = path.read_bytes(), wal.read_bytes()
    ledger.close()
    shutil.rmtree(path.parent)
    return *files, ends


async def found(path, database: bytes, wal: bytes) -> tuple[int, str | None]:
    """Which commit the ledger opens with; fails on a mix of two."""
    for name in path.parent.glob("*"):
        name.unlink()
    path.write_bytes(database)
    path.with_name("ledger.db-wal").write_bytes(wal)
    ledger = Ledger(path)
    state, orders = await ledger.load()
    events = await ledger.unconfirmed(0)
    await ledger.commit(state, {}, [an_event("and it can be written")])
    ledger.close()
    assert state is not None
    number = int(state.setpoint_kw)
    assert state == a_state(number)
    assert orders == {target: an_order(float(number)) for target in TARGETS}
    assert [event.title for event in events] == [f"commit {n}" for n in range(number + 1)]
    return number, ledger.damage


def newest_whole(ends: list[int], size: int) -> int:
    """How many commits lie whole before this byte of the WAL."""
    return sum(end <= size for end in ends)


def cuts(wal: bytes) -> list[int]:
    """Every sector, and in every frame: inside its header, just before and just after its page begins, just before its end."""
    page = int.from_bytes(wal[8:12], "big")
    frames = range(WAL_HEADER, len(wal), FRAME_HEADER + page)
    places = (0, 1, 8, FRAME_HEADER - 1, FRAME_HEADER, page // 2, FRAME_HEADER + page - 1)
    inside = {frame + place for frame in frames for place in places}
    return sorted(cut for cut in {*range(0, len(wal) + 1, SECTOR), *inside, len(wal)} if cut <= len(wal))


@pytest.mark.timeout(120)
@pytest.mark.parametrize("part", range(4))
@pytest.mark.asyncio
async def test_a_wal_cut_anywhere_gives_the_newest_whole_commit(tmp_path, torn, part):
    database, wal, ends = torn
    tried = cuts(wal)[part::4]
    for size in tried:
        number, damage = await found(tmp_path / "ledger.db", database, wal[:size])
        assert (number, damage) == (newest_whole(ends, size), None), f"cut at {size} of {len(wal)}"
    print(f"{len(tried)} cuts of a WAL of {len(wal)} bytes")  # noqa: T201


@pytest.mark.timeout(120)
@pytest.mark.parametrize("part", range(4))
@pytest.mark.asyncio
async def test_a_torn_sector_at_the_end_gives_the_newest_commit_before_it(tmp_path, torn, part):
    """The file has its length, the sectors after the cut are zeros, garbage, or what an earlier round of the WAL left."""
    database, wal, ends = torn
    chance = random.Random(part)
    tried = cuts(wal)[part::4]
    for size in tried:
        junk = chance.choice((bytes(SECTOR), chance.randbytes(SECTOR), wal[:SECTOR]))
        number, damage = await found(tmp_path / "ledger.db", database, wal[:size] + junk)
        whole = wal[:size] + junk
        same = next((n for n, (a, b) in enumerate(zip(whole, wal, strict=False)) if a != b), min(len(whole), len(wal)))
        assert (number, damage) == (newest_whole(ends, same), None), f"torn at {size}"
    print(f"{len(tried)} torn sectors")  # noqa: T201


@pytest.mark.timeout(120)
@pytest.mark.asyncio
async def test_a_flipped_bit_in_the_wal_ends_it_there_and_mixes_nothing(tmp_path, torn):
    database, wal, ends = torn
    chance = random.Random(5)
    for _ in range(200):
        at = chance.randrange(WAL_HEADER, len(wal))
        flipped = wal[:at] + bytes([wal[at] ^ (1 << chance.randrange(8))]) + wal[at + 1 :]
        number, damage = await found(tmp_path / "ledger.db", database, flipped)
        assert (number, damage) == (newest_whole(ends, at), None), f"a bit at {at}"


@pytest.mark.timeout(120)
@pytest.mark.asyncio
async def test_sectors_of_the_last_commit_that_came_in_any_order_are_all_or_nothing(tmp_path, torn):
    """A card may write the sectors of one flush in any order: any of them may be missing when the power goes."""
    database, wal, ends = torn
    chance = random.Random(6)
    begin = ends[-2]
    sectors = range(begin - begin % SECTOR, len(wal), SECTOR)
    for _ in range(200):
        torn_wal = bytearray(wal)
        for sector in chance.sample(sectors, chance.randint(1, len(sectors))):
            first = max(begin, sector)
            torn_wal[first : sector + SECTOR] = bytes(min(sector + SECTOR, len(wal)) - first)
        number, damage = await found(tmp_path / "ledger.db", database, bytes(torn_wal))
        assert damage is None
        assert number == COMMITS - (torn_wal != wal)


@pytest.mark.timeout(120)
@pytest.mark.asyncio
async def test_a_checkpoint_cut_anywhere_is_done_again_from_the_wal(tmp_path, torn):
    """While pages move into the file the WAL stays whole: pages half moved, or torn, are moved again."""
    database, wal, _ = torn
    path = tmp_path / "ledger.db"
    path.write_bytes(database)
    path.with_name("ledger.db-wal").write_bytes(wal)
    db = sqlite3.connect(path)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    moved = path.read_bytes()
    sizes = range(0, len(moved) + 1, SECTOR)
    for size in sizes:
        half = moved[:size] + database[size:]
        assert await found(path, half, wal) == (COMMITS, None), f"{size} bytes moved"
    print(f"{len(sizes)} cuts of a checkpoint")  # noqa: T201


@pytest.mark.timeout(120)
@pytest.mark.asyncio
async def test_a_file_cut_after_its_checkpoint_is_whole_or_said_to_be_damaged(tmp_path, torn):
    """Not a power cut but a worn card: no WAL is left to repair it. Damage is said; what is read is one commit's all the same."""
    database, path = torn[0], tmp_path / "ledger.db"
    for size in range(SECTOR, len(database), SECTOR):
        for name in path.parent.glob("*"):
            name.unlink()
        path.write_bytes(database[:size])
        ledger = Ledger(path)
        state, orders = await ledger.load()
        await ledger.commit(None, {}, [an_event("it can be written")])
        ledger.close()
        assert ledger.damage, f"cut at {size}"
        assert state == a_state(0) or [trip.key for trip in state.trips] == [LOST_TRIP], f"cut at {size}"
        assert orders.items() <= {target: an_order(0.0) for target in TARGETS}.items()
