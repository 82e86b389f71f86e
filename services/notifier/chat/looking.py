"""/status and /why: what people may ask without changing anything."""

from collections.abc import Callable, Iterable, Iterator

from services.notifier.chat.asking import Asking, result_of
from services.notifier.chat.command import Answer, Call, Desk, Wrong
from services.notifier.chat.times import SiteTime
from services.notifier.record import Record, severity
from services.notifier.text import span
from services.shared.clock import Moment
from services.shared.messages import State
from services.shared.vocabulary import HealthState, Level

SILENT_S = 60.0
"""A state that was decided longer ago is told as old: the controller decides once a second."""
_LISTED = 10
_LONGEST_AT = 40


class Looking:
    """`state` is the controller's last word, None before it spoke."""

    def __init__(self, site: str, state: Callable[[], State | None], desk: Desk, asking: Asking, time: SiteTime) -> None:
        self._site = site
        self._state = state
        self._desk = desk
        self._asking = asking
        self._time = time

    async def status(self, call: Call) -> Answer:
        """What the site does now, by the controller's last word, with its age; open alarms; ways that do not work."""
        state, now = self._state(), call.now
        if state is None:
            lines = [f"[{self._site}] The controller was not heard since this service started: what the site does is unknown."]
        else:
            lines = [f"[{self._site}] {_head(state, now)}", *self._plant(state, now)]
        lines += ["", *_alarms([one for one in self._desk.records.values() if one.is_open], self._time, now)]
        lines += [f"{one.name} cannot send: {one.reason}" for one in self._desk.outbox.health() if one.state is HealthState.LOST]
        return Answer("\n".join(lines))

    async def why(self, call: Call) -> Answer:
        """Signal, rule, command and confirmation, as the records have them, of now or of a moment."""
        words = [word for word in call.words if word.lower() != "at"]
        if len(words) > 2 or len(" ".join(words)) > _LONGEST_AT:
            raise Wrong("Found more than a moment; allowed is /why, or /why 14:05.")
        payload = {"at": "T".join(words)} if words else {}
        reply = await self._asking.ask("why", payload, call.who, of="api")
        if not reply.accepted:
            return Answer(f"Not known: {reply.reason}")
        text = result_of(reply).get("text")
        return Answer(text if isinstance(text, str) and text else "The api answered, but not in words that can be shown.")

    def _plant(self, state: State, now: Moment) -> Iterator[str]:
        load, hottest = state.load, state.temperature_max_c
        on = "unknown" if load.measured_kw is None else f"{load.measured_kw:.0f} kW ({_age(load.measured_mono_s, state, now)})"
        yield f"Load {on}, target {load.target_kw:.0f}, nominal {load.nominal_kw:.0f} kW" + (
            f", {load.unknown_kw:.0f} kW unknown" if load.unknown_kw else ""
        )
        heat = "unknown" if hottest is None else f"{hottest:.1f} C"
        yield f"Temperature {heat}, the hottest intake; fans: stage {state.fan_stage}"
        yield f"Since {self._time.clock(state.since_at, now)}: {'; '.join(state.reasons[:3]) or 'nothing limits the load'}"
        for signal in (one for one in state.signals if one.effective is not Level.NORMAL or not one.in_service):
            event = f", event {signal.event_id}" if signal.event_id else ""
            yield f"Signal {signal.name}: {signal.effective.value}{event}" + ("" if signal.in_service else ", out of service")
        yield from (f"Tripped: {trip.reason} (mine reset {trip.key})" for trip in state.trips)
        for lease in state.leases[:_LISTED]:
            kind = lease.kind.value.replace("_", " ")
            yield f"Held by {lease.owner} until {self._time.clock(lease.until_at, now)}: {kind} ({lease.id})"
        yield from (f"Locked out: {one.target}, by {one.owner}" for one in state.lockouts[:_LISTED])


def _head(state: State, now: Moment) -> str:
    age_s = now.mono_s - state.decided_mono_s if state.host_boot == now.host_boot else None
    old = age_s is None or age_s > SILENT_S
    word = f"{state.mode.value.replace('_', ' ')}, control {state.control.value} ({_age(state.decided_mono_s, state, now)})"
    return f"The controller is silent. It said last: {word}" if old else word.capitalize()


def _age(mono_s: float | None, state: State, now: Moment) -> str:
    if mono_s is None or state.host_boot != now.host_boot:
        return "age unknown"
    return f"{span(now.mono_s - mono_s)} ago"


def _alarms(records: Iterable[Record], time: SiteTime, now: Moment) -> Iterator[str]:
    found = sorted(records, key=lambda one: (-severity(one.kind), one.since_at, one.key))
    yield f"Open alarms: {len(found)}" if found else "No open alarms."
    for one in found[:_LISTED]:
        by = f" (acknowledged by {one.acknowledged_by})" if one.acknowledged_by else ""
        yield f"- {one.kind.value} since {time.clock(one.since_at, now)}: {one.cause}{by}"
    if len(found) > _LISTED:
        yield f"- and {len(found) - _LISTED} more: /ack lists them"
