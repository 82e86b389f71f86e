"""What a lease to wake does not wake, and who still holds it: an answer for whoever asked."""

from collections.abc import Iterator

from services.controller.core.loads import leased_down, locked_out
from services.controller.core.memory import Hold, State
from services.controller.core.plant import Limits, Load
from services.shared.vocabulary import LeaseKind

_MOST_TOLD = 3


def still_held(state: State, hold: Hold, limits: Limits) -> str:
    """Which loads that a lease names to wake stay asleep all the same, and by whom; empty for none, and for any other lease."""
    if hold.kind is not LeaseKind.MINERS or hold.action != "wake":
        return ""
    named = [load for load in limits.loads if _names(load) & set(hold.members)]
    down = leased_down(state, limits) | locked_out(state, limits)
    asleep = [load for load in named if load.name in down]
    if not asleep:
        return ""
    by = list(_holders(state, hold, asleep))
    more = f" and {len(by) - _MOST_TOLD} more" if len(by) > _MOST_TOLD else ""
    return (
        f"{len(asleep)} of {len(named)} loads stay asleep, held by {', '.join(by[:_MOST_TOLD])}{more}; the lease to wake stands"
    )


def _holders(state: State, hold: Hold, asleep: list[Load]) -> Iterator[str]:
    names = {name for load in asleep for name in (*_names(load), load.socket)}
    for one in state.holds:
        if one.action in ("sleep", "off") and one.asker != hold.asker and names & set(one.members):
            yield f"lease {one.id} of {one.owner}"
    for lock in state.lockouts:
        if lock.target in names:
            yield f"the lock-out of {lock.target} by {lock.owner}"


def _names(load: Load) -> set[str]:
    return {"all", load.name, load.group}
