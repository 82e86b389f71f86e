"""A controller killed before and after every one of its writes, and with every order on the wire: no outcome differs.

The same day is lived once undisturbed and once for every such seam, with the process killed there, or the whole computer.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.controller.core.orders import Act
from services.shared.vocabulary import Level
from tests.integration.dying_site import AWAY_S, DyingSite, Seam, small_site
from tests.integration.plant_in_memory import FANS

LOCKED_AT, ASKED_AT, RELEASED_AT, DAY_ENDS, LATEST = 1014.0, 1024.0, 1080.0, 1140.0, 1260.0
PARTS = 6
LOCKOUT = ("lockout", '{"target": "m-5"}')
STOP = ("stop", "{}")
DAYS = {"a curtailment": {LOCKED_AT: LOCKOUT}, "the stop button": {LOCKED_AT: STOP}}
LONGER_S = 3 * AWAY_S
"""How much later a killed controller may have all load off: its absence and one pause between two tries."""


def level(now_s: float) -> Level:
    """What the utility asks."""
    return Level.CONTROL if ASKED_AT <= now_s < RELEASED_AT else Level.NORMAL


@dataclass(frozen=True)
class Outcome:
    """How the day ended."""

    mode: str
    phase: str
    asleep: frozenset[str]
    open_outlets: frozenset[str]
    fans_off: int
    trips: tuple[str, ...]
    lockouts: tuple[str, ...]


def outcome(site: DyingSite) -> Outcome | None:
    """None while nothing was told yet."""
    told, plant = site.state, site.plant
    if told is None:
        return None
    trips, lockouts = tuple(one.key for one in told.trips), tuple(one.target for one in told.lockouts)
    off = len(plant.fans_off_until)
    powered = frozenset(plant.asleep) - frozenset(plant.open_outlets)  # whose outlet opens has no turn at Foreman after it
    return Outcome(told.mode, told.phase, powered, frozenset(plant.open_outlets), off, trips, lockouts)


async def lived(
    folder: Path, day: str, die_at: set[Seam], expected: Outcome | None = None, *, new_boot: bool = False
) -> DyingSite:
    """A day; where an outcome is expected it may come later, and is waited for."""
    site = DyingSite(folder, level, DAYS[day], small_site())

    def done() -> bool:
        return site.plant.now_s >= DAY_ENDS and (expected is None or outcome(site) == expected)

    await site.live_until(LATEST, die_at=die_at, new_boot=new_boot, done=done)
    return site


def all_down_at(site: DyingSite) -> float:
    """When the last miner was told to leave, or its outlet opened, in the event."""
    down = (Act.SLEEP, Act.OUTLET_OFF)
    first = {(act, name): at for at, act, name in reversed(site.plant.wire) if act in down and at < RELEASED_AT}
    return max(first.values())


def miners_orders(site: DyingSite) -> Counter[tuple[Act, str]]:
    """How often each was sent. Sleep beside an outlet that opens goes by the turns at Foreman, which a death shifts."""
    cut = {name for _, act, name in site.plant.wire if act is Act.OUTLET_OFF}
    wire = ((act, name) for _, act, name in site.plant.wire if name.startswith("m-"))
    return Counter((act, name) for act, name in wire if act is not Act.SLEEP or name not in cut)


def assert_as_undisturbed(site: DyingSite, calm: DyingSite, seam: str) -> None:
    """No outcome differs, nothing is raised, no order is of another kind, no relay chatters."""
    assert outcome(site) == outcome(calm), seam
    early = [rise for rise in site.plant.rises if rise[0] < RELEASED_AT]
    assert not early, f"{seam}: raised in the event: {early}"
    assert all_down_at(site) <= all_down_at(calm) + site.deaths * LONGER_S, seam
    sent, usual = miners_orders(site), miners_orders(calm)
    assert sent.keys() <= usual.keys(), f"{seam}: {sent.keys() - usual.keys()}"
    assert all(count <= usual[order] + site.deaths for order, count in sent.items()), f"{seam}: {sent - usual}"
    assert len(site.plant.rises) == len(calm.plant.rises), f"{seam}: each miner comes back once"
    more = site.plant.relay_changes.total() - calm.plant.relay_changes.total()
    assert more <= 2 * FANS * site.deaths, f"{seam}: {more} more changes of relays"


@pytest.mark.timeout(170)
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("new_boot", [False, True], ids=["kill", "power cut"])
@pytest.mark.parametrize("day", DAYS)
@pytest.mark.asyncio
async def test_a_death_at_any_write_changes_no_outcome(tmp_path, day, new_boot, part):
    calm = await lived(tmp_path / "calm", day, set())
    assert len(calm.seams) > 30
    for number, seam in enumerate(calm.seams[part::PARTS]):
        site = await lived(tmp_path / str(number), day, {seam}, outcome(calm), new_boot=new_boot)
        assert site.deaths == 1
        assert_as_undisturbed(site, calm, f"{day}, died at {seam}")
    print(f"{number + 1} deaths of {len(calm.seams)} seams")  # noqa: T201


@pytest.mark.timeout(120)
@pytest.mark.parametrize("new_boot", [False, True], ids=["kill", "power cut"])
@pytest.mark.asyncio
async def test_a_controller_that_dies_with_every_order_it_sends_still_takes_the_load_off(tmp_path, new_boot):
    site = DyingSite(tmp_path, lambda now_s: Level.CONTROL if now_s >= ASKED_AT else Level.NORMAL, {}, small_site())
    every = {("wire", n) for n in range(1, 200)}
    await site.live_until(1400.0, die_at=every, new_boot=new_boot, done=lambda: len(site.plant.asleep) == 6)
    assert len(site.plant.asleep) == 6 and not site.plant.rises
    assert site.deaths >= 6


@pytest.mark.timeout(120)
@pytest.mark.asyncio
async def test_deaths_one_after_the_other_add_up_to_nothing(tmp_path):
    calm = await lived(tmp_path / "calm", "a curtailment", set())
    seams = {seam for seam in calm.seams if seam[1] % 7 == 5}
    site = await lived(tmp_path / "killed", "a curtailment", seams, outcome(calm))
    assert site.deaths >= 4
    assert_as_undisturbed(site, calm, "died again and again")
