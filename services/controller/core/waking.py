"""Which loads that may run are not back yet: heat that is still to come, and readers that are doubted.

A reader that repeats an old answer as new shows a load down for ever. Who did not show the last command does not prove the next.
"""

from services.controller.core.loads import locked_out
from services.controller.core.memory import State
from services.controller.core.moments import Now, Stamp
from services.controller.core.plant import Limits, Load
from services.controller.core.proof import fresh_watts, is_asleep
from services.controller.core.seen import LoadSeen, Snapshot
from services.controller.core.stamps import elapsed_s
from services.shared.vocabulary import Control, LoadState, PowerState

WAKING_AT_MOST_S = 600.0  # a miner needs up to ten minutes from the call until it hashes; what is later is an alarm


def still_waking(
    state: State, kept: frozenset[int], unwoken: frozenset[str], snapshot: Snapshot, limits: Limits, now: Now
) -> tuple[str, ...]:
    """Loads that were released a moment ago and are not back yet; empty once they had their time."""
    if elapsed_s(state.stepped, now) >= WAKING_AT_MOST_S:
        return ()
    seen = snapshot.loads
    weak = (i for i in sorted(kept) if _draws_little(limits.loads[i], seen[i], limits, now))
    sleeping = not_back(kept, unwoken, snapshot, limits)
    return (*sleeping, *(name for i in weak if (name := limits.loads[i].name) not in {*sleeping, *unwoken}))


def not_back(kept: frozenset[int], unwoken: frozenset[str], snapshot: Snapshot, limits: Limits) -> tuple[str, ...]:
    """Loads that may run and be woken, whose device says that they sleep or whose outlet is open."""
    seen = snapshot.loads
    sleeping = (i for i in sorted(kept) if is_asleep(seen[i]) or seen[i].outlet is PowerState.OFF)
    return tuple(name for i in sleeping if (name := limits.loads[i].name) not in unwoken)


def remember_unshown(
    state: State, kept: frozenset[int], unwoken: frozenset[str], snapshot: Snapshot, limits: Limits, now: Now
) -> tuple[tuple[Stamp, frozenset[str]], ...]:
    """The loads that are not back, since when. One that was late stays until it shows a change, or a person locks it out."""
    if limits.control is Control.OBSERVE:
        return ()
    waiting = frozenset(not_back(kept, unwoken, snapshot, limits))
    had_time = late(state, now)
    beside = zip(limits.loads, snapshot.loads, strict=True) if had_time else ()
    doubtful = {load.name for load, seen in beside if load.name in had_time and _is_same_reader_down(load, seen, limits, now)}
    names = waiting | (doubtful - locked_out(state, limits))
    old = tuple((since, members & names) for since, members in state.unshown)
    new = names.difference(*(members for _, members in old))
    return tuple(one for one in old if one[1]) + (((now, new),) if new else ())


def late(state: State, now: Now) -> frozenset[str]:
    """Loads that had their time to come back and did not."""
    had_time = (names for since, names in state.unshown if elapsed_s(since, now) >= WAKING_AT_MOST_S)
    return frozenset().union(*had_time)


def doubted(state: State, now: Now) -> frozenset[str]:
    """Loads that are asked off and whose readers did not show the last release: nothing that they say proves them off."""
    return late(state, now) - state.running


def _is_same_reader_down(load: Load, seen: LoadSeen, limits: Limits, now: Now) -> bool:
    """Whether what would prove a load off is what did not show it on. A miner asleep behind a closed outlet has two readers."""
    watts = fresh_watts(seen, limits, now)
    if watts is not None and watts > limits.asleep_watts:
        return False
    if load.pdu:
        return load.has_outlet and seen.outlet is not PowerState.ON
    return seen.watts is not None and seen.state not in (LoadState.HASHING, LoadState.WAKING)


def _draws_little(load: Load, seen: LoadSeen, limits: Limits, now: Now) -> bool:
    """Whether it still runs up: less than half of its nameplate by its own watts, without them by its own word."""
    watts = fresh_watts(seen, limits, now)
    return seen.state is LoadState.WAKING if watts is None else watts < load.kw * 500
