"""Which loads that may run are not back yet: heat that is still to come."""

from services.controller.core.memory import State
from services.controller.core.moments import Now
from services.controller.core.plant import Limits, Load
from services.controller.core.proof import fresh_watts, is_asleep
from services.controller.core.seen import LoadSeen, Snapshot
from services.controller.core.stamps import elapsed_s
from services.shared.vocabulary import LoadState, PowerState

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


def _draws_little(load: Load, seen: LoadSeen, limits: Limits, now: Now) -> bool:
    """Whether it still runs up: less than half of its nameplate by its own watts, without them by its own word."""
    watts = fresh_watts(seen, limits, now)
    return seen.state is LoadState.WAKING if watts is None else watts < load.kw * 500
