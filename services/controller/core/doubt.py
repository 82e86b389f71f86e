"""Who did not show the last command does not prove the next: loads that were released and whose readers never showed it.

A reader that repeats an old answer as new looks healthy and shows a load down for ever. From one reader alone that cannot be told
from a load that does not come; both leave it unknown what it draws (decision 21).
"""

from services.controller.core.loads import locked_out
from services.controller.core.memory import State
from services.controller.core.moments import Now, Stamp
from services.controller.core.plant import Limits, Load
from services.controller.core.proof import fresh_watts, is_fresh
from services.controller.core.seen import LoadSeen, Snapshot
from services.controller.core.stamps import elapsed_s
from services.controller.core.waking import WAKING_AT_MOST_S
from services.shared.vocabulary import Control, LoadState, PowerState

_WORKS = (LoadState.HASHING, LoadState.WAKING)


def remember_unshown(
    state: State, kept: frozenset[int], unwoken: frozenset[str], snapshot: Snapshot, limits: Limits, now: Now
) -> tuple[tuple[Stamp, frozenset[str]], ...]:
    """The released loads that are read as down, since when. A reader that counts as lost says nothing: its time ends."""
    if limits.control is Control.OBSERVE:
        return ()
    known = frozenset().union(*(names for _, names in state.unshown))
    released = ((limits.loads[i], snapshot.loads[i]) for i in kept if limits.loads[i].name not in unwoken)
    down = frozenset(load.name for load, seen in released if _reads_down(load, seen, load.name in known, limits, now))
    old = tuple((since, names & down) for since, names in state.unshown)
    return tuple(one for one in old if one[1]) + (((now, down - known),) if down - known else ())


def late(state: State, now: Now) -> frozenset[str]:
    """Released loads that had their time to come back and did not."""
    had_time = (names for since, names in state.unshown if elapsed_s(since, now) >= WAKING_AT_MOST_S)
    return frozenset().union(*had_time)


def remember_doubted(state: State, kept: frozenset[int], snapshot: Snapshot, limits: Limits, now: Now) -> frozenset[str]:
    """The late loads whose reader is in doubt, until it shows a change, or a person who has looked locks the load out."""
    had_time = late(state, now)
    if not had_time and not state.doubted:
        return frozenset()
    doubted = set()
    for i, (load, seen) in enumerate(zip(limits.loads, snapshot.loads, strict=True)):
        enters = load.name in had_time and _is_one_readers_word(load, seen)
        stays = load.name in state.doubted and not _shows_on(load, seen, i in kept, limits, now)
        if enters or stays:
            doubted.add(load.name)
    return frozenset(doubted) - locked_out(state, limits)


def _reads_down(load: Load, seen: LoadSeen, is_known: bool, limits: Limits, now: Now) -> bool:
    """An open outlet or a word of sleep. One that began so is not back by a word of work that its own watts contradict."""
    watts = fresh_watts(seen, limits, now)
    if watts is not None and watts > limits.asleep_watts:
        return False
    if seen.outlet is PowerState.OFF and _is_heard(seen.outlet_mono_s, load.pdu, limits, now):
        return True
    low = is_known and seen.state in _WORKS and watts is not None
    return (seen.state is LoadState.ASLEEP or low) and _is_heard(seen.state_mono_s, load.soft_device, limits, now)


def _is_heard(polled_mono_s: float | None, device: str, limits: Limits, now: Now) -> bool:
    """Whether a device that says this is not lost: Foreman may be polled more rarely than a meter proves anything."""
    limit_s = max(limits.meter_max_age_s, limits.lost_after_s.get(device, 0.0))
    return polled_mono_s is not None and now.mono_s - polled_mono_s <= limit_s


def _is_one_readers_word(load: Load, seen: LoadSeen) -> bool:
    """Whether what would prove a load off is alone in showing it down. A miner asleep behind a closed outlet has two readers."""
    if seen.outlet is PowerState.OFF:
        return load.has_outlet
    return seen.watts is not None and (seen.state in _WORKS or not load.pdu)


def _shows_on(load: Load, seen: LoadSeen, is_kept: bool, limits: Limits, now: Now) -> bool:
    """Watts; where nothing has any, a closed outlet or a word of work; or a closed outlet beside a miner that nobody reaches."""
    watts = fresh_watts(seen, limits, now)
    if watts is not None and watts > limits.asleep_watts:
        return True
    has_word = is_fresh(seen.state_mono_s, limits, now)
    if not load.pdu:
        return seen.watts is None and seen.state in _WORKS and has_word
    if seen.outlet is not PowerState.ON or not is_fresh(seen.outlet_mono_s, limits, now):
        return False
    return not load.soft_device or seen.watts is None or (is_kept and seen.state is LoadState.UNKNOWN and has_word)
