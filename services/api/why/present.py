"""Why the site is as it is now, from what the services said last."""

from services.api.decision_inputs import read
from services.api.headline import NO_BROKER, silent
from services.api.image import Image
from services.api.latest import age_s
from services.api.why.leases import holding, of
from services.api.why.model import Calendar, Why, WhyAct, WhyInput, WhyLoad, WhySignal, sentence
from services.api.why.words import rounded, tidy
from services.shared.clock import Moment
from services.shared.messages import SignalView, State
from services.shared.vocabulary import Level, Mode, RuleKind

_MOST_INPUTS = 100


def present(image: Image, calendar: Calendar, acts: list[WhyAct], notes: list[str], *, broker_connected: bool) -> Why:
    """The answer for this moment. What a silent controller said is not told as the present."""
    now, state = image.now(), image.state
    at = calendar.iso(now.wall_s) or ""
    silence = image.silence(now) if broker_connected else NO_BROKER
    if state is None or silence:
        why = silent(silence)
        text = f"{why.sentence} {' '.join(why.why)}."
        return Why(at=at, timezone=calendar.name, now=True, known=False, sentence=text, acts=acts, notes=notes)
    load = WhyLoad(
        measured_kw=state.load.measured_kw,
        target_kw=state.load.target_kw,
        unknown_kw=state.load.unknown_kw,
        as_of=calendar.iso(state.load.measured_at),
    )
    top = max(state.signals, key=lambda view: view.effective.severity, default=None)
    return Why(
        at=at,
        timezone=calendar.name,
        now=True,
        known=True,
        sentence=sentence(state.mode.value, calendar.clock(state.since_at, now.wall_s), load, state.reasons),
        mode=state.mode.value,
        since=calendar.iso(state.since_at),
        control=state.control.value,
        limited_by=state.limited_by,
        reasons=[tidy(one) for one in state.reasons],
        load=load,
        temperature_max_c=state.temperature_max_c,
        signal=_signal(top, state, calendar, now) if top else None,
        caused_by=_caused_by(state, top),
        decided_at=at,
        inputs=_inputs(image, state, now),
        acts=acts,
        notes=notes,
    )


def _signal(view: SignalView, state: State, calendar: Calendar, now: Moment) -> WhySignal:
    return WhySignal(
        source=view.name,
        level=view.effective.value,
        target_kw=None if view.target_kw is None else rounded(view.target_kw),
        event_id=view.event_id or None,
        start=calendar.iso(view.from_at),
        end=calendar.iso(view.until_at),
        age_s=age_s(view.observed_mono_s, state.host_boot, now),
    )


def _caused_by(state: State, top: SignalView | None) -> str | None:
    if state.mode is Mode.NORMAL:
        return None
    if state.trips:
        return "; ".join(trip.reason for trip in state.trips)
    leases = state.leases if state.limited_kind is RuleKind.LEASE else ()
    asked = [lease for lease in leases if of(holding(state.mode), read(lease.payload))]
    if asked:
        return "; ".join(lease.owner + (f": {lease.reason}" if lease.reason else "") for lease in asked)
    if top is not None and state.limited_kind.is_signal:
        return f"signal {top.name}" + (f", event {top.event_id}" if top.event_id else "")
    return next((tidy(limit.reason) for limit in state.limits if limit.rule == state.limited_by), None)


def _inputs(image: Image, state: State, now: Moment) -> list[WhyInput]:
    signals = [
        WhyInput(
            kind="signal",
            name=view.name,
            value=view.level.value if view.level is not Level.UNKNOWN else None,
            unit="",
            age_s=age_s(view.observed_mono_s, state.host_boot, now),
        )
        for view in state.signals
    ]
    readings = [
        WhyInput(
            kind="reading",
            name=f"{one.device}/{one.quantity}",
            value=None if one.value is None else rounded(one.value),
            unit=one.unit,
            age_s=age_s(one.poll_started_mono_s, one.host_boot, now),
        )
        for one in image.readings.all()
        if one.unit in ("Cel", "kW", "%RH")
    ]
    return [*signals, *readings][:_MOST_INPUTS]
