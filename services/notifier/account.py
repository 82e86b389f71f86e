"""What the site does, in words: for the heartbeat, the sign of life to the outside watcher, and /status in the chat.

How old each word is, what is open, who is heard, and who watches us.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.notifier.record import Record, severity
from services.notifier.self_test import STATE_OLD_S
from services.notifier.text import moment
from services.shared.clock import Moment
from services.shared.messages import ChannelHealth, SignalView, State
from services.shared.spans import span
from services.shared.vocabulary import HealthState

UNWATCHED = "Nobody outside watches this site: heartbeat_url is empty."
_LISTED = 10
_REASONS = 3


@dataclass(frozen=True, slots=True)
class Around:
    """What is told beside the controller's state. `services`: seconds since each was heard, None never. `watcher`: a sentence.

    `clock` writes a moment of Unix seconds.
    """

    records: Sequence[Record] = ()
    channels: Sequence[ChannelHealth] = ()
    services: Mapping[str, float | None] | None = None
    watcher: str = UNWATCHED
    clock: Callable[[float], str] = moment


def headline(state: State | None, now: Moment) -> str:
    """One line: mode, control, and how old that is. What the controller said long ago is no headline."""
    if state is None:
        return "Alive, but the controller was not heard"
    age = _age(state.decided_mono_s, state.host_boot, now)
    if state.host_boot == now.host_boot and now.mono_s - state.decided_mono_s > STATE_OLD_S:
        return f"Alive, but the controller is silent (its last decision {age})"
    return f"Alive: {state.mode.value.replace('_', ' ')}, {state.control.value} ({age})"


def account(state: State | None, around: Around, now: Moment) -> list[str]:
    """All lines."""
    plant = [] if state is None else [*_plant(state, around, now), *_signals(state, now), *_asked(state, around)]
    people = [*_alarms(around, now), *_channels(around.channels), *_services(around.services or {})]
    calendar = "" if now.wall_trusted else " (by a clock that is not trusted)"
    watcher = [around.watcher] if around.watcher else []
    return [*plant, *people, *watcher, f"At {around.clock(now.wall_s)}{calendar}"]


def _plant(state: State, around: Around, now: Moment) -> Iterator[str]:
    load = state.load
    power = "unknown" if load.measured_kw is None else f"{load.measured_kw:.0f} kW"
    age = _age(load.measured_mono_s, state.host_boot, now)
    yield f"Load {power} of {load.nominal_kw:.0f} kW ({age}), target {load.target_kw:.0f} kW"
    if load.unknown_kw > 0:
        yield f"Of {load.unknown_kw:.0f} kW nobody knows whether they are on."
    yield f"Temperature {_heat(state, now)}; fans: stage {state.fan_stage}"
    yield f"In this mode since {around.clock(state.since_at)}"
    yield from state.reasons[:_REASONS]
    if state.forced:
        yield "FORCED: a person's values stand in for readings or signals."


def _heat(state: State, now: Moment) -> str:
    """With its own age, which is not that of the decision that goes by it."""
    if state.temperature_max_c is None:
        return "unknown"
    by_a_person = state.forced and state.temperature_mono_s is None
    age = "a person's value" if by_a_person else _age(state.temperature_mono_s, state.host_boot, now)
    return f"{state.temperature_max_c:.1f} C, the hottest intake ({age})"


def _signals(state: State, now: Moment) -> Iterator[str]:
    yield from (_signal(one, state.host_boot, now) for one in state.signals)


def _signal(signal: SignalView, boot: str, now: Moment) -> str:
    level = signal.level.value
    held = "" if signal.effective is signal.level else f", taken as {signal.effective.value}"
    event = f", event {signal.event_id}" if signal.event_id else ""
    out = "" if signal.in_service else ", OUT OF SERVICE"
    return f"Signal {signal.name}: {level}{held}{event} ({_age(signal.observed_mono_s, boot, now)}){out}"


def _asked(state: State, around: Around) -> Iterator[str]:
    """What stands because somebody asked for it, or must look."""
    yield from (f"Tripped: {trip.reason} (mine reset {trip.key})" for trip in state.trips[:_LISTED])
    for lease in state.leases[:_LISTED]:
        kind = lease.kind.value.replace("_", " ")
        yield f"Held by {lease.owner} until {around.clock(lease.until_at)}: {kind} ({lease.id})"
    yield from (f"Locked out: {one.target}, by {one.owner}" for one in state.lockouts[:_LISTED])


def _alarms(around: Around, now: Moment) -> Iterator[str]:
    shown = [record for record in around.records if record.is_open or (record.is_shelved and record.active)]
    if not shown:
        yield "No open alarms."
        return
    counts = {standing: sum(one.standing == standing for one in shown) for standing in ("unacknowledged", "shelved")}
    told = [f"{count} {standing}" for standing, count in counts.items() if count]
    yield f"Open alarms: {len(shown)}" + (f" ({', '.join(told)})" if told else "")
    for record in sorted(shown, key=lambda one: (-severity(one.kind), one.since_at, one.key))[:_LISTED]:
        yield f"- {record.kind.value}{_mark(record)}, {_stood(record.since_at, around, now)}: {record.cause}"
    if len(shown) > _LISTED:
        yield f"- and {len(shown) - _LISTED} more"


def _mark(record: Record) -> str:
    if record.standing == "acknowledged":
        return f" (acknowledged by {record.acknowledged_by})"
    return " (shelved)" if record.standing == "shelved" else ""


def _stood(since_at: float, around: Around, now: Moment) -> str:
    age_s = now.wall_s - since_at
    return f"for {span(age_s)}" if now.wall_trusted and 0 <= age_s < 366 * 86_400 else f"since {around.clock(since_at)}"


def _channels(channels: Sequence[ChannelHealth]) -> Iterator[str]:
    lost = [one for one in channels if one.state is HealthState.LOST]
    yield from (f"Channel {one.name} does not work: {one.reason} ({one.waiting} waiting)" for one in lost)
    if not any(one.state is not HealthState.NOT_CONFIGURED for one in channels):
        yield "No channel is set up."


def _services(services: Mapping[str, float | None]) -> Iterator[str]:
    if services:
        heard = (f"{name} {'never' if age is None else f'{span(age)} ago'}" for name, age in services.items())
        yield f"Heard: {', '.join(heard)}"


def _age(mono_s: float | None, boot: str, now: Moment) -> str:
    if mono_s is None or boot != now.host_boot:
        return "age unknown"
    return f"{span(now.mono_s - mono_s)} ago"
