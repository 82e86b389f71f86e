"""The mode, derived and never stored, and the sentences that say why. A mode needs its proof: an acknowledgement is none."""

from dataclasses import dataclass

from services.controller.core.escalation import soft_wait_s
from services.controller.core.memory import Cause, State
from services.controller.core.moments import Now
from services.controller.core.plant import Limits
from services.controller.core.proof import Measured, is_asleep, outlet_is_open
from services.controller.core.seen import Snapshot
from services.controller.core.stamps import elapsed_s
from services.controller.core.wanted import Ceiling
from services.shared.vocabulary import Mode

_ASKED_FOR = (Cause.UTILITY, Cause.OPERATOR, Cause.LIMIT)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The mode, the rule that limits, and the reasons, the most important first; never empty."""

    mode: Mode
    limited_by: str
    reasons: tuple[str, ...]


def is_proven(picture: "Picture") -> bool:
    """Whether a meter polled after the newest ask shows the load within what is allowed, and nothing is unknown."""
    measured = picture.measured
    newest = max((memory.since.mono_s for memory in picture.state.ceilings), default=float("-inf"))
    if measured.kw is None or measured.oldest_mono_s is None or measured.unknown_kw > 0:
        return False
    within = measured.kw <= picture.allowed_kw + picture.limits.meter_tolerance_kw
    return measured.oldest_mono_s > newest and (within or not picture.binding)


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the mode is derived from, after loads and ramp are decided."""

    state: State
    binding: tuple[Ceiling, ...]
    holding: tuple[Ceiling, ...]
    kept: frozenset[int]
    allowed_kw: float
    held: frozenset[str]
    measured: Measured
    snapshot: Snapshot
    limits: Limits
    now: Now

    @property
    def is_restoring(self) -> bool:
        """Whether the ceilings allow more than the ramp has released."""
        setpoint = self.state.setpoint_kw
        return setpoint is not None and setpoint < self.allowed_kw - 1e-6


def derive_mode(picture: Picture) -> Verdict:
    """From what binds, what is kept and what is measured to one word and its reasons."""
    binding = sorted(picture.binding, key=lambda one: one.kw)
    if not binding:
        return _unlimited(picture)
    lowest = binding[0]
    emergency = next((one for one in binding if one.cause in (Cause.EMERGENCY, Cause.TRIP)), None)
    reasons = (*(one.reason for one in binding), _load_sentence(picture.measured, picture.limits))
    if emergency is not None:
        return Verdict(Mode.EMERGENCY, emergency.rule, reasons)
    if lowest.cause is Cause.SIGNAL_LOST or lowest.rule == "temperature lost":
        return Verdict(Mode.FAILSAFE, lowest.rule, reasons)
    if lowest.cause is Cause.THERMAL:
        return Verdict(Mode.THERMAL_LIMIT, lowest.rule, reasons)
    if picture.is_restoring:
        return Verdict(Mode.RESTORING, lowest.rule, reasons + _held_reasons(picture.holding))
    mode, remark = _curtailed(picture, lowest)
    return Verdict(mode, lowest.rule, reasons + remark)


def _unlimited(picture: Picture) -> Verdict:
    held_reasons = _held_reasons(picture.holding)
    if picture.is_restoring:
        reason = f"restoring: {picture.state.setpoint_kw:.0f} of {picture.allowed_kw:.0f} kW released"
        return Verdict(Mode.RESTORING, picture.holding[0].rule if picture.holding else "ramp", (reason, *held_reasons))
    if picture.held:
        return Verdict(Mode.MANUAL, "lease", (f"{len(picture.held)} loads held down by a person",))
    if elapsed_s(picture.state.started, picture.now) < picture.limits.start_grace_s:
        return Verdict(Mode.STARTING, "start", ("starting: loads as they are, fans first", *held_reasons))
    return Verdict(Mode.NORMAL, "nothing", ("nothing limits the load", *held_reasons))


def _held_reasons(holding: tuple[Ceiling, ...]) -> tuple[str, ...]:
    return tuple(f"raised no further{f' than {one.kw:.0f} kW' if one.kw else ''}: {one.reason}" for one in holding)


def _load_sentence(measured: Measured, limits: Limits) -> str:
    nominal = sum(load.kw for load in limits.loads)
    if measured.kw is None:
        return f"{measured.unknown_kw:.0f} kW of {nominal:.0f} kW unknown: no meter is fresh"
    return f"{measured.kw:.0f} kW of {nominal:.0f} kW still on, {measured.unknown_kw:.0f} kW unknown"


def _curtailed(picture: Picture, ceiling: Ceiling) -> tuple[Mode, tuple[str, ...]]:
    """Curtailed only when a meter polled after the ask says so; without a meter when every load says so, and then unproven."""
    measured, limits = picture.measured, picture.limits
    memories = picture.state.ceilings
    since = next((m.since for m in memories if (m.rule, m.scope) == (ceiling.rule, ceiling.scope)), picture.now)
    polled_after = measured.oldest_mono_s is not None and measured.oldest_mono_s > since.mono_s
    within = measured.kw is not None and measured.kw <= ceiling.kw + limits.meter_tolerance_kw
    if measured.kw is not None and not (within and polled_after):
        return Mode.CURTAILING, ()
    if within and measured.unknown_kw <= 0:
        return Mode.CURTAILED, ("proven by measurement",)
    waited = elapsed_s(since, picture.now) >= (soft_wait_s(ceiling.cause, limits) or limits.response_deadline_s)
    if waited or _all_say_down(picture):
        return Mode.CURTAILED, (f"unproven, {measured.unknown_kw:.0f} kW unknown",)
    return Mode.CURTAILING, ()


def _all_say_down(picture: Picture) -> bool:
    return all(
        is_asleep(seen) or load.name in picture.measured.proven_down or outlet_is_open(seen, picture.limits, picture.now)
        for i, (load, seen) in enumerate(zip(picture.limits.loads, picture.snapshot.loads, strict=True))
        if i not in picture.kept
    )
