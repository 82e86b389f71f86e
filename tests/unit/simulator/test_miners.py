"""One miner's watts as it sleeps, wakes, boots and loses power."""

import pytest

from services.simulator.layout import places
from services.simulator.miners import Miner
from services.simulator.site import Faults

S21, WHATSMINER = places(2)


def miner_of(place=S21, faults: Faults | None = None, seed: int = 1) -> Miner:
    return Miner(place, seed, faults or Faults())


def run(miner: Miner, start_s: float, seconds: float) -> float:
    for passed in range(1, int(seconds) + 1):
        miner.step(start_s + passed)
    return start_s + seconds


def seconds_until(miner: Miner, start_s: float, condition, limit_s: int = 1200) -> float:
    for passed in range(limit_s):
        miner.step(start_s + passed)
        if condition():
            return passed
    raise AssertionError(f"not within {limit_s} s: {miner.phase}")


@pytest.mark.parametrize("seed", range(30))
def test_its_power_is_gone_twenty_to_a_hundred_and_twenty_seconds_after_the_command(seed: int) -> None:
    miner = miner_of(seed=seed)
    miner.command("sleeping", 0)
    assert 20 <= seconds_until(miner, 0, lambda: miner.watts <= 60) <= 120
    assert miner.state == "asleep"


def test_most_miners_sleep_within_a_minute() -> None:
    miners = [miner_of(seed=seed) for seed in range(100)]
    for miner in miners:
        miner.command("sleeping", 0)
        run(miner, 0, 61)
    assert 85 <= sum(miner.state == "asleep" for miner in miners) < 100


@pytest.mark.parametrize("seed", range(10))
def test_waking_takes_minutes_to_the_first_hash_and_five_more_to_full_power(seed: int) -> None:
    miner = miner_of(seed=seed)
    full = miner.watts
    miner.command("sleeping", 0)
    now = run(miner, 0, 150)
    miner.command("normal", now)
    assert miner.state == "waking"
    first = seconds_until(miner, now, lambda: miner.state == "hashing")
    assert 120 <= first <= 241
    assert miner.watts < 0.5 * full
    assert 298 <= seconds_until(miner, now + first, lambda: miner.watts >= full) <= 302


def test_a_cold_boot_comes_before_waking() -> None:
    miner = miner_of()
    miner.power(False, 0)
    assert (miner.watts, miner.state) == (0, "off")
    miner.power(True, 10)
    assert miner.state == "waking"
    assert 60 + 120 <= seconds_until(miner, 10, lambda: miner.state == "hashing") <= 180 + 241


@pytest.mark.parametrize(("place", "state"), [(S21, "asleep"), (WHATSMINER, "hashing")])
def test_after_a_power_cut_an_antminer_sleeps_on_and_a_whatsminer_mines(place, state: str) -> None:
    miner = miner_of(place)
    miner.command("sleeping", 0)
    now = run(miner, 0, 150)
    miner.power(False, now)
    miner.power(True, now + 60)
    run(miner, now + 60, 900)
    assert miner.state == state


def test_without_power_it_hears_nothing() -> None:
    miner = miner_of()
    miner.power(False, 0)
    miner.command("sleeping", 1)
    assert miner.mode == "normal"
    assert miner.state == "off"


def test_a_miner_told_to_wake_while_it_falls_asleep_wakes_afterwards() -> None:
    miner = miner_of()
    miner.command("sleeping", 0)
    miner.command("normal", 5)
    seconds_until(miner, 5, lambda: miner.state == "waking")
    seconds_until(miner, 200, lambda: miner.state == "hashing")


def test_a_lying_miner_shows_itself_asleep_and_draws_on_until_it_is_told_again_without_the_fault() -> None:
    faults = Faults()
    faults.set(f"miner:{S21.name}", "lie")
    miner = miner_of(faults=faults)
    miner.command("sleeping", 0)
    run(miner, 0, 150)
    assert miner.state == "asleep"
    assert miner.watts > 3000
    faults.clear()
    miner.command("sleeping", 200)
    run(miner, 200, 150)
    assert miner.watts <= 60


def test_a_stuck_miner_obeys_nothing_and_a_late_one_obeys_late() -> None:
    faults = Faults()
    faults.set(f"miner:{S21.name}", "stuck")
    faults.set(f"miner:{WHATSMINER.name}", "late", 600)
    stuck, late = miner_of(S21, faults), miner_of(WHATSMINER, faults)
    for miner in (stuck, late):
        miner.command("sleeping", 0)
        run(miner, 0, 500)
        assert miner.state == "hashing"
    run(late, 500, 230)
    run(stuck, 500, 230)
    assert (stuck.state, late.state) == ("hashing", "asleep")


def test_low_power_draws_less_and_an_unknown_mode_is_refused() -> None:
    miner = miner_of()
    full = miner.watts
    miner.command("low", 0)
    run(miner, 0, 61)
    assert miner.watts == pytest.approx(0.8 * full)
    with pytest.raises(ValueError, match="allowed: sleeping, low, normal, high"):
        miner.command("turbo", 70)
