"""Who did not show the last command does not prove the next: loads that were released and whose readers never showed it.

A reader that repeats an old answer as new looks healthy and shows a load down for ever. From one reader alone that cannot be told
from a load that does not come; both leave it unknown what it draws (decision 21).
"""

from typing import TypeVar

from services.controller.core.changed import changed
from services.controller.core.loads import locked_out
from services.controller.core.memory import State
from services.controller.core.moments import Now
from services.controller.core.plant import Limits, Load
from services.controller.core.proof import fresh_watts, is_fresh
from services.controller.core.seen import LoadSeen, Snapshot
from services.controller.core.silence import FIRST_ANSWER_S
from services.controller.core.stamps import ago, elapsed_s
from services.controller.core.waking import WAKING_AT_MOST_S
from services.shared.vocabulary import Control, LoadState, PowerState

T = TypeVar("T")
_WORKS = (LoadState.HASHING, LoadState.WAKING)


def with_doubt(
    state: State, kept: frozenset[int], unwoken: frozenset[str], snapshot: Snapshot, limits: Limits, now: Now
) -> State:
    """The state with what is remembered of released loads that did not show it.

    A site that observes commands nothing, so nothing is awaited there; what was in doubt stays so until it is armed again.
    """
    if limits.control is Control.OBSERVE:
        state = changed(state, unshown=(), unshown_held=())
    else:
        state = _with_unshown(state, kept, unwoken, snapshot, limits, now)
    return _with_doubted(state, kept, snapshot, limits, now)


def late(state: State, now: Now) -> frozenset[str]:
    """Released loads that had their time to come back and did not."""
    waited = (*((elapsed_s(since, now), names) for since, names in state.unshown), *state.unshown_held)
    return frozenset().union(*(names for waited_s, names in waited if waited_s >= WAKING_AT_MOST_S))


def _with_unshown(
    state: State, kept: frozenset[int], unwoken: frozenset[str], snapshot: Snapshot, limits: Limits, now: Now
) -> State:
    """The released loads that are read as down. Under a hold their time stands still: nobody tells them to come back.

    So does the time of those that are late: no restart makes them early again, however little a stored state knows of time.
    """
    known = frozenset().union(*(names for _, names in (*state.unshown, *state.unshown_held)))
    pairs = [(limits.loads[i], snapshot.loads[i]) for i in kept]
    down = {load.name for load, seen in pairs if _reads_down(load, seen, load.name in known, limits, now)}
    is_early = elapsed_s(state.started, now) <= FIRST_ANSWER_S
    unread = {load.name for load, seen in pairs if _is_unread(load, seen, is_early) and not _draws(seen, limits, now)}
    resting = unwoken | late(state, now)
    goes_on, stands = frozenset(down - resting), frozenset((down | unread) & known & resting)
    return changed(
        state,
        unshown=_together(
            *((since, names & goes_on) for since, names in state.unshown),
            *((ago(waited_s, now), names & goes_on) for waited_s, names in state.unshown_held),
            (now, goes_on - known),
        ),
        unshown_held=_together(
            *((waited_s, names & stands) for waited_s, names in state.unshown_held),
            *((elapsed_s(since, now), names & stands) for since, names in state.unshown),
        ),
    )


def _together(*groups: tuple[T, frozenset[str]]) -> tuple[tuple[T, frozenset[str]], ...]:
    return tuple(one for one in groups if one[1])


def _with_doubted(state: State, kept: frozenset[int], snapshot: Snapshot, limits: Limits, now: Now) -> State:
    """The late loads whose reader is in doubt, until it shows a change, or a person who has looked locks the load out."""
    had_time = late(state, now)
    if not had_time and not state.doubted:
        return state
    doubted, opened = set(), set()
    for i, (load, seen) in enumerate(zip(limits.loads, snapshot.loads, strict=True)):
        was, was_open = load.name in state.doubted, load.name in state.doubted_open
        enters = load.name in had_time and _is_one_readers_word(load, seen)
        if enters or (was and not _shows_on(load, seen, i in kept, was_open, limits, now)):
            doubted.add(load.name)
            if (was_open or not was) and (seen.outlet is PowerState.OFF or not enters):
                opened.add(load.name)
    locked = locked_out(state, limits)
    return changed(state, doubted=frozenset(doubted) - locked, doubted_open=frozenset(opened) - locked)


def _draws(seen: LoadSeen, limits: Limits, now: Now) -> bool:
    watts = fresh_watts(seen, limits, now)
    return watts is not None and watts > limits.asleep_watts


def _is_unread(load: Load, seen: LoadSeen, is_early: bool) -> bool:
    """Whether one of its readers has said nothing yet to this process, which began a moment ago."""
    if seen.state in _WORKS and seen.watts is None and not is_early:
        return False  # where nothing measures it, its own word is all there is
    return bool(load.pdu and seen.outlet_mono_s is None) or bool(load.soft_device and seen.state_mono_s is None)


def _reads_down(load: Load, seen: LoadSeen, is_known: bool, limits: Limits, now: Now) -> bool:
    """An open outlet or a word of sleep. One that began so is not back by a word of work that its own watts contradict."""
    if _draws(seen, limits, now):
        return False
    watts = fresh_watts(seen, limits, now)
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


def _shows_on(load: Load, seen: LoadSeen, is_kept: bool, was_open: bool, limits: Limits, now: Now) -> bool:
    """Watts; where nothing has any, a closed outlet or a word of work; or a closed outlet beside a miner that nobody reaches.

    `was_open`: the doubt is that of an outlet that read open. That it reads closed is the change that was missing, but of watts
    that stand still it says nothing: only a miner that calls itself asleep is believed by it.
    """
    if _draws(seen, limits, now):
        return True
    has_word = is_fresh(seen.state_mono_s, limits, now)
    if not load.pdu:
        return seen.watts is None and seen.state in _WORKS and has_word
    if seen.outlet is not PowerState.ON or not is_fresh(seen.outlet_mono_s, limits, now):
        return False
    if was_open and not is_kept and seen.state is LoadState.ASLEEP and has_word:
        return True
    return not load.soft_device or seen.watts is None or (is_kept and seen.state is LoadState.UNKNOWN and has_word)
