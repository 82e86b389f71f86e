"""What a person or a program may ask: leases, lock-outs, resets, the stop. Overrides tighten; the rest is refused."""

from dataclasses import replace

from services.controller.core.interlocks import STOP_TRIP, cause_present
from services.controller.core.memory import Hold, Lockout, Phase, State, Trip
from services.controller.core.merged import with_room
from services.controller.core.moments import Now, Stamp
from services.controller.core.plant import Limits
from services.controller.core.seen import Snapshot
from services.controller.core.zones import is_meant
from services.shared.vocabulary import LeaseKind, Level, PowerState


class HoldRefused(Exception):
    """The request may not be granted; the text says why."""


def grant(state: State, hold: Hold, limits: Limits) -> State:
    """Add a lease. It takes the place of its owner's own of the same kind and scope; another's stands beside it, and the
    strictest of all counts; there is always room for it. Raises HoldRefused for a milder wish."""
    if hold.kind is LeaseKind.POWER_SIGNAL and not limits.demo and not (hold.level or Level.UNKNOWN).curtails:
        raise HoldRefused("a forced signal may only be stricter than the plant; milder levels need the simulated site")
    if hold.kind is LeaseKind.TEMPERATURE and hold.celsius is None:
        raise HoldRefused("celsius: a forced temperature needs one")
    if hold.kind is LeaseKind.MINERS:
        _check_members(hold, limits)
    if hold.kind is LeaseKind.FANS:
        _check_fans(hold, limits)
    kept = tuple(left for one in state.holds if (left := _left(one, hold)) is not None)
    return replace(state, holds=with_room(kept, hold, limits))


def check_sensor(hold: Hold, snapshot: Snapshot) -> None:
    """A forced temperature must mean a sensor that there is. Raises HoldRefused."""
    if hold.kind is LeaseKind.TEMPERATURE and not any(is_meant(hold.sensor, seen) for seen in snapshot.temperatures):
        known = ", ".join(seen.sensor for seen in snapshot.temperatures) or "none"
        raise HoldRefused(f"no temperature sensor is named {hold.sensor or '(any)'}; there are: {known}")


def _left(one: Hold, new: Hold) -> Hold | None:
    """What a new lease leaves of one that stands. A drill gives the fan that it runs to whoever takes it."""
    is_own = (one.kind, one.asker) == (new.kind, new.asker)
    if new.kind is not LeaseKind.FANS:
        return None if is_own and _scope(one) == _scope(new) else one
    if is_own and new.fan_stage is not None:
        one = replace(one, fan_stage=None)
    taken = is_own or one.kind is LeaseKind.DRILL
    return _without_fans(one, frozenset(number for number, _ in new.fans)) if taken else one


def _scope(hold: Hold) -> tuple[str, ...]:
    if hold.kind is LeaseKind.MINERS:
        return (hold.kind, *hold.members)
    return (hold.kind, hold.sensor)


def _check_members(hold: Hold, limits: Limits) -> None:
    known = {"all"} | {load.name for load in limits.loads} | {load.group for load in limits.loads}
    strangers = [name for name in hold.members if name not in known]
    if strangers or not hold.members:
        raise HoldRefused(f"no load or group is named {', '.join(strangers) or '(none given)'}")
    if hold.action not in ("sleep", "wake"):
        raise HoldRefused("action: nothing to do, allowed: sleep or wake")


def _check_fans(hold: Hold, limits: Limits) -> None:
    numbers = {fan.number for fan in limits.fans}
    strangers = [number for number, _ in hold.fans if number not in numbers]
    if strangers:
        raise HoldRefused(f"there is no fan {strangers[0]}; allowed: {min(numbers, default=0)} to {max(numbers, default=0)}")
    if hold.fan_stage is not None and hold.fan_stage > len(numbers):
        raise HoldRefused(f"there are {len(numbers)} fans, stage {hold.fan_stage} is not possible")


def release(
    state: State, *, lease_id: str | None, kind: LeaseKind | None, members: tuple[str, ...] = (), sensor: str | None = None
) -> State:
    """End leases by id, or by kind (and members, or a sensor), whoever asked for them. Raises HoldRefused for none."""

    def ends(hold: Hold) -> bool:
        if lease_id is not None:
            return hold.id == lease_id
        if hold.kind is not kind or (sensor is not None and hold.sensor != sensor):
            return False
        return not members or "all" in members or bool(set(members) & set(hold.members))

    kept = tuple(hold for hold in state.holds if not ends(hold))
    if len(kept) == len(state.holds):
        raise HoldRefused("there is no such lease")
    return replace(state, holds=kept)


def release_fans(state: State, numbers: frozenset[int]) -> State:
    """Give single fans back to the rules, whoever holds them. A drill of no other fan is over, and has not failed."""
    return replace(state, holds=tuple(left for one in state.holds if (left := _without_fans(one, numbers)) is not None))


def _without_fans(hold: Hold, numbers: frozenset[int]) -> Hold | None:
    """None: it held nothing else."""
    fans = tuple((number, wanted) for number, wanted in hold.fans if number not in numbers)
    if not fans and hold.fan_stage is None and (hold.fans or hold.kind is LeaseKind.FANS):
        return None
    return replace(hold, fans=fans)


def lock_out(state: State, target: str, owner: str, reason: str, limits: Limits, now: Now) -> State:
    """Lock a fan, load, outlet or group. Raises HoldRefused for an unknown target."""
    known = {f"fan-{fan.number}" for fan in limits.fans}
    for load in limits.loads:
        known |= {load.name, load.group, load.socket}
    if not target or target not in known:
        raise HoldRefused(f"no fan, load, outlet or group is named {target}")
    locks = tuple(lock for lock in state.lockouts if lock.target != target)
    kept = tuple(one for one in state.holds if one.kind is not LeaseKind.DRILL or target not in {f"fan-{n}" for n, _ in one.fans})
    return replace(state, lockouts=(*locks, Lockout(target, owner, reason, now)), holds=kept)


def unlock(state: State, target: str) -> State:
    """Remove a lock-out. Raises HoldRefused when there is none."""
    locks = tuple(lock for lock in state.lockouts if lock.target != target)
    if len(locks) == len(state.lockouts):
        raise HoldRefused(f"{target} is not locked out")
    return replace(state, lockouts=locks)


def stop(state: State, owner: str, reason: str, now: Now) -> State:
    """The emergency stop: a latched trip of the whole site. Always granted: the safe direction is never locked."""
    if any(trip.key == STOP_TRIP for trip in state.trips):
        return state
    return replace(state, trips=(*state.trips, Trip(STOP_TRIP, f"emergency stop by {owner}: {reason or 'no reason given'}", now)))


def reset(state: State, key: str, snapshot: Snapshot, limits: Limits, now: Now) -> State:
    """End a trip. Refused while its cause persists, or when there is none."""
    if not any(trip.key == key for trip in state.trips):
        standing = ", ".join(trip.key for trip in state.trips) or "none"
        raise HoldRefused(f"there is no trip {key}; standing: {standing}")
    present = cause_present(key, snapshot, limits, now, state.holds)
    if present is not None:
        raise HoldRefused(present)
    return replace(state, trips=tuple(trip for trip in state.trips if trip.key != key))


def out_of_service(state: State, source: str, until: Stamp | None, owner: str, *, confirmed: bool) -> State:
    """Take one signal source out of service until a moment, or back (until None). The last one needs a confirmation."""
    if not any(memory.name == source for memory in state.sources):
        raise HoldRefused(f"no signal source is named {source}")
    others = [memory for memory in state.sources if memory.name != source and memory.out_until is None]
    if until is not None and not others and not confirmed:
        raise HoldRefused(f"{source} is the last source in service: confirm to take it out")
    memories = tuple(
        replace(memory, out_until=until, out_by=owner if until else "") if memory.name == source else memory
        for memory in state.sources
    )
    return replace(state, sources=memories)


def change_phase(state: State, phase: str, snapshot: Snapshot, limits: Limits, now: Now) -> State:
    """The raw state changes only what a reset or a lease may change: `free` resets every trip whose cause is gone."""
    if phase != Phase.FREE:
        raise HoldRefused(
            f"phase {phase!r} cannot be set; allowed: free (a reset); everything else follows from rules and leases"
        )
    state = replace(state, holds=())
    for trip in state.trips:
        state = reset(state, trip.key, snapshot, limits, now)
    return state


def fan_wishes(wishes: dict[int, str]) -> tuple[tuple[tuple[int, PowerState], ...], frozenset[int]]:
    """Fan wishes of a request as (held, released): on and off are held, auto is released."""
    held = tuple((number, PowerState(wish)) for number, wish in sorted(wishes.items()) if wish in ("on", "off"))
    return held, frozenset(number for number, wish in wishes.items() if wish == "auto")
