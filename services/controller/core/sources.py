"""What a power signal source said last, and what is kept of it: its word, its service, the load a drop is taken from."""

from dataclasses import replace

from services.controller.core.changed import changed
from services.controller.core.memory import EventStage, SourceMemory, State
from services.controller.core.moments import Now, Stamp
from services.controller.core.plant import Limits, Source
from services.controller.core.proof import Measured
from services.controller.core.seen import SignalSeen, Snapshot
from services.controller.core.stamps import elapsed_s, rebase
from services.shared.vocabulary import Level, SwitchRole

_REFRESH_S = 60.0  # while only its age moves the ledger is spared a write but once a minute


def hear(source: Source, snapshot: Snapshot) -> SignalSeen | None:
    """What the source says now: a page's or a topic's word, or the state of the utility's dry contact."""
    if not source.contact:
        return next((seen for seen in snapshot.signals if seen.name == source.name), None)
    for switch in snapshot.switches:
        if switch.name == source.contact and switch.role is SwitchRole.UTILITY:
            if switch.active is None or switch.mono_s is None:
                return SignalSeen(source.name, Level.UNKNOWN, None, reason=f"contact {switch.name} says nothing")
            return SignalSeen(source.name, Level.CONTROL if switch.active else Level.NORMAL, switch.mono_s)
    return None


def remember(memory: SourceMemory | None, source: Source, seen: SignalSeen | None, state: State, now: Now) -> SourceMemory:
    """The memory with the newest word in it, and with its service ended when its time is over."""
    memory = _in_service(_of_this_boot(memory or SourceMemory(source.name, Level.UNKNOWN, None, None, None), now), now)
    if seen is None or seen.level is Level.UNKNOWN or seen.mono_s is None or not _is_news(memory, seen, state):
        return memory
    if _word(memory) == _word(seen) and elapsed_s(memory.seen, now) < _REFRESH_S:
        return memory
    heard = Stamp(seen.mono_s, seen.wall_s or now.wall_s, now.wall_trusted, now.host_boot)
    same_event = _word(memory)[-3:] == _word(seen)[-3:]
    other_event = bool(seen.event_id) and seen.event_id != memory.event_id
    return replace(
        memory, level=seen.level, target_kw=seen.target_kw, drop_kw=seen.drop_kw, seen=heard,
        event_id=seen.event_id, from_at=seen.from_at, until_at=seen.until_at,
        stage=memory.stage if same_event else EventStage.NONE, baseline_kw=None if other_event else memory.baseline_kw,
    )  # fmt: skip


def heard_mono_s(memory: SourceMemory, seen: SignalSeen | None) -> float | None:
    """When a level was matched last. A contact that says nothing any more is as old as its last minute's record."""
    moments = [memory.seen.mono_s] if memory.seen else []
    if seen and seen.mono_s is not None and seen.level is not Level.UNKNOWN:
        moments.append(seen.mono_s)
    return max(moments, default=None)


def with_baseline(memory: SourceMemory, state: State, measured: Measured, limits: Limits, nominal_kw: float) -> SourceMemory:
    """The load that a drop is taken from, fixed when the drop first comes into force. What is not measured counts as on."""
    if memory.drop_kw is None or memory.baseline_kw is not None:
        return memory
    if measured.kw is not None:
        return replace(memory, baseline_kw=measured.kw + measured.unknown_kw)
    known = state.setpoint_kw is not None
    running_kw = sum(load.kw for load in limits.loads if load.name in state.running) if known else nominal_kw
    return replace(memory, baseline_kw=running_kw)


def asked_kw(memory: SourceMemory, limits: Limits) -> float:
    """What may stay on by the source's word: drop to or drop by, the lower of both, or as configured if it names no kW."""
    asked = []
    if memory.target_kw is not None:
        asked.append(memory.target_kw)
    if memory.drop_kw is not None and memory.baseline_kw is not None:
        asked.append(memory.baseline_kw - max(0.0, memory.drop_kw))
    return max(0.0, min(asked)) if asked else limits.curtail_to_kw


def asking(memory: SourceMemory, words: str) -> SourceMemory:
    """It asks: its alarm stands."""
    return changed(memory, asked=words, clear_since=None)


def clear(memory: SourceMemory, limits: Limits, now: Now) -> SourceMemory:
    """It asks for nothing. Clear for as long as a release its alarm ends, and its next drop is from the load of that moment.

    So a source that flaps neither raises alarms by the dozen nor takes its drop from a load that it has just brought down.
    """
    memory = changed(memory, clear_since=memory.clear_since or now)
    if elapsed_s(memory.clear_since, now) >= limits.release_s:
        return changed(memory, asked="", baseline_kw=None)
    return memory


def _of_this_boot(memory: SourceMemory, now: Now) -> SourceMemory:
    """What counts towards a release begins anew after a boot."""
    if memory.clear_since is None or memory.clear_since.host_boot == now.host_boot:
        return memory
    return replace(memory, clear_since=rebase(memory.clear_since, now, counts=False))


def _in_service(memory: SourceMemory, now: Now) -> SourceMemory:
    if memory.out_until is not None and now.mono_s < memory.out_until.mono_s:
        return replace(memory, out_since=memory.out_since or now)
    return changed(memory, out_until=None, out_by="", out_since=None)


def _is_news(memory: SourceMemory, seen: SignalSeen, state: State) -> bool:
    """A later word; a stricter one also when it is older than our start, for then an earlier boot's stamp is compared."""
    assert seen.mono_s is not None
    if memory.seen is None or seen.mono_s > memory.seen.mono_s:
        return True
    harder = seen.level.severity - memory.level.severity
    is_stricter = harder > 0 or (harder == 0 and seen.level.curtails and _leaves_kw(seen) < _leaves_kw(memory))
    return is_stricter and memory.seen.mono_s <= state.started.mono_s


def _leaves_kw(said: SourceMemory | SignalSeen) -> float:
    """What a control leaves at least, for comparing two; what a drop leaves is not known from its word."""
    if said.target_kw is not None:
        return said.target_kw
    return 0.0 if said.drop_kw is None else float("inf")


def _word(said: SourceMemory | SignalSeen) -> tuple[object, ...]:
    return said.level, said.target_kw, said.drop_kw, said.event_id, said.from_at, said.until_at
