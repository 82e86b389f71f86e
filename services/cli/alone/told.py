"""What `mine once` tells when it was alone: as a document, as lines for a person, and as an exit code."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from services.cli.alone.one_pass import Outcome
from services.cli.alone.seen import Seen, names
from services.cli.exit_codes import EXIT_DONE, EXIT_REFUSED
from services.shared.messages import DeviceHealth, Event, State
from services.shared.settings import counted
from services.shared.vocabulary import CommandPhase, Control, HealthState, Mode, PowerState

_NOT_DONE = (CommandPhase.REFUSED, CommandPhase.FAILED, CommandPhase.EXPIRED)
_MOST = 3
_NOTHING = "nothing is known of the site: no device answers"


def code(outcome: Outcome) -> int:
    """1 where something is not as it must be: a device silent, an order without effect, load asked off and not shown off."""
    return EXIT_REFUSED if list(_wrong(outcome)) else EXIT_DONE


def document(outcome: Outcome) -> dict[str, Any]:
    """Everything, for a program. Loads in kW; `devices` and `orders` as on the bus."""
    seen, state = outcome.seen, outcome.seen.state
    assert state is not None
    unknown = {"mode": None, "reasons": [_NOTHING], "limited_by": None} if _says_nothing(seen, state) else {}
    return {
        "alone": True,
        **state.model_dump(mode="json", include={"control", "mode", "reasons", "limited_by", "load", "trips", "lockouts"}),
        **unknown,
        **state.model_dump(mode="json", include={"leases", "would_do", "fans", "signals"}),
        "devices": [one.model_dump(mode="json") for one in seen.devices.values()],
        "unheard": list(outcome.unheard),
        "orders": [_order(event) for event in seen.orders.values()],
        "alarms": [alarm.model_dump(mode="json", include={"key", "kind", "cause"}) for alarm in seen.alarms.values()],
        "wrong": list(_wrong(outcome)),
        "in_time": outcome.in_time,
        "recorded": not outcome.unrecorded,
    }


def lines(outcome: Outcome) -> Iterator[str]:
    """What a person wants to know, in the order in which it is asked."""
    seen, state = outcome.seen, outcome.seen.state
    assert state is not None
    yield from _first(seen, state)
    yield from (f"Tripped: {trip.key}, {trip.reason}" for trip in state.trips)
    yield from (f"Locked out by {lock.owner}: {lock.target}" for lock in state.lockouts)
    yield "Devices:"
    yield from (f"  {_verdict(seen, one)}" for one in seen.devices.values())
    yield from (f"  {name}: not asked, it is heard over the broker alone" for name in outcome.unheard)
    yield from _acts(seen, state)
    yield from _fans(state)
    yield from (f"Alarm: {alarm.cause}" for alarm in seen.alarms.values())
    yield from (f"Not as it must be: {one}" for one in _wrong(outcome))
    if outcome.unrecorded:
        yield f"No row of the state is recorded: {outcome.unrecorded}. The ledger keeps what happened for history."
    yield "Nobody controls the site from here on: nothing is raised, and nothing is watched, until the services run."


def _first(seen: Seen, state: State) -> Iterator[str]:
    alone = "No controller runs: this was one pass, alone."
    if seen.is_blind:
        yield f"{_NOTHING[0].upper()}{_NOTHING[1:]}. {alone} Control is {state.control}."
        if _says_nothing(seen, state):
            return
        yield f"By what the ledger remembers, and by the silence, the mode is {state.mode}."
    else:
        yield f"{alone} Control is {state.control}, the mode {state.mode}."
    yield from (f"  {reason}" for reason in state.reasons)


def _says_nothing(seen: Seen, state: State) -> bool:
    """Where nobody answers, no limit is no word of the site's; a trip of the ledger, or a lost signal's, is one."""
    return seen.is_blind and state.mode is Mode.NORMAL


def _verdict(seen: Seen, one: DeviceHealth) -> str:
    if one.state is HealthState.LOST:
        return f"{one.device}: silent, {one.reason}"
    if one.state is HealthState.STARTING:
        return f"{one.device}: no answer in the time given"
    said = seen.signals.get(one.device)
    return f"{one.device}: answers" + (f", {said.level}{f' ({said.reason})' if said.reason else ''}" if said else "")


def _acts(seen: Seen, state: State) -> Iterator[str]:
    if state.control is Control.OBSERVE:
        yield f"Nothing was sent. It would: {', '.join(state.would_do) or 'do nothing'}."
        return
    sent = Counter((event.act, event.phase) for event in seen.orders.values())
    yield "Sent:" if sent else "Nothing was sent."
    yield from (f"  {act} {count}, {phase}" for (act, phase), count in sorted(sent.items()) if phase)


def _fans(state: State) -> Iterator[str]:
    if not state.fans:
        return
    on = sum(fan.running is PowerState.ON for fan in state.fans)
    yield f"Fans: {on} of {len(state.fans)} on."
    for fan in state.fans:
        if fan.running is not PowerState.ON:
            why = "locked out" if fan.locked_out else fan.reason
            ends = "; a lease of its board ends by itself, and the fan runs" if fan.running is PowerState.OFF else ""
            yield f"  fan-{fan.number} reads {fan.running} ({why}){ends}"


def _wrong(outcome: Outcome) -> Iterator[str]:
    seen = outcome.seen
    failed = [event for event in seen.newest if event.phase in _NOT_DONE]
    if silent := seen.in_state(HealthState.LOST, HealthState.STARTING):
        in_vain = sum(event.device in {one.device for one in silent} for event in failed)
        orders = f"; {counted(in_vain, 'order')} to {'it' if len(silent) == 1 else 'them'} had no effect" if in_vain else ""
        yield f"no answer of {names(silent)}{orders}"
    if seen.state is not None and seen.state.control is Control.OBSERVE:
        return
    yield from _failed([event for event in failed if event.device not in {one.device for one in silent}])
    if under_way := len(seen.under_way):
        yield f"{counted(under_way, 'order')} {'is' if under_way == 1 else 'are'} sent and not confirmed yet"
    if seen.is_unproven:
        yield f"load is asked off and not proven off: {_left(seen.state)}"
    if not outcome.in_time:
        yield "the time was over before all came to rest"
    if "ledger" in seen.alarms:
        yield seen.alarms["ledger"].cause


def _failed(failed: Sequence[Event]) -> Iterator[str]:
    """One line for each cause, of devices that answer: one that refuses does so hundreds of times."""
    alike: dict[tuple[object, ...], list[Event]] = {}
    for event in failed:
        alike.setdefault((event.device, event.act, event.phase, event.detail), []).append(event)
    for (device, act, phase, detail), events in alike.items():
        first = events[0].title if len(events) == 1 else f"{act} of {_some(events)} by {device} {phase}"
        yield f"{first}{f': {detail}' if detail else ''}"


def _some(events: Sequence[Event]) -> str:
    named = ", ".join(event.target for event in events[:_MOST])
    return f"{named} and {len(events) - _MOST} more" if len(events) > _MOST else named


def _left(state: State | None) -> str:
    load = state.load if state else None
    if load is None or load.measured_kw is None:
        return "nothing measures it"
    return f"{load.measured_kw:.1f} kW on, target {load.target_kw:.1f} kW, {load.unknown_kw:.1f} kW unknown"


def _order(event: Event) -> dict[str, Any]:
    told = {"id": event.command_id, "device": event.device, "act": event.act, "target": event.target}
    return {**told, "phase": event.phase, "seconds": event.seconds, "detail": event.detail}
