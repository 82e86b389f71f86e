"""What a decision says: ceilings and floors with their reasons, the wanted state of every load and fan, figures, alarms."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.controller.core.memory import Cause, State
from services.controller.core.plant import SITE
from services.shared.vocabulary import AlarmKind, FanState, Level, LoadTarget, PowerState, Proof, RuleKind


@dataclass(frozen=True, slots=True)
class Ceiling:
    """At most `kw` in `scope` (see `plant`), by which rule and why; `cause` decides how hard it may be enforced.

    `clause`: the reason as a part of a sentence; empty where it is one as it stands.
    """

    kind: RuleKind
    rule: str
    kw: float
    reason: str
    cause: Cause = Cause.NONE
    scope: str = SITE
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Floor:
    """At least `stage` of the fans that serve `scope`, by which rule and why."""

    rule: str
    stage: int
    reason: str
    scope: str = SITE


@dataclass(frozen=True, slots=True)
class Says:
    """What one rule says: ceilings that bring load down, holds up to which alone it may be raised, loads that must be down."""

    ceilings: tuple[Ceiling, ...] = ()
    holding: tuple[Ceiling, ...] = ()
    down: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AlarmWanted:
    """An alarm condition that holds now. The key is the cause's, so that one cause is one alarm. `device`: all is read by it.

    `rank`: how bad it is among those of its kind; people are told again when it rises.
    """

    key: str
    kind: AlarmKind
    cause: str
    consequence: str = ""
    action: str = ""
    device: str = ""
    rank: int = 0


def one_device(names: Iterable[str]) -> str:
    """The one device of all these; empty where they are of several, or one is not known."""
    found = set(names)
    return found.pop() if len(found) == 1 else ""


@dataclass(frozen=True, slots=True)
class Targets:
    """The wanted state of every load and fan, beside the limits' tuples."""

    loads: tuple[LoadTarget, ...]
    fans: tuple[PowerState, ...]
    asked_mono_s: float = float("-inf")
    """When the newest ask to take load off began: what failed before it does not delay it."""
    unwoken: frozenset[str] = frozenset()
    """Loads that may run and are not to be woken now, because something holds every rise in their scope."""
    doubted: frozenset[str] = frozenset()
    """Loads whose readers are in doubt: they are told off whatever is read."""


@dataclass(frozen=True, slots=True)
class LoadFigures:
    """Site load, kW. `measured_kw` None: no fresh meter. `unknown_kw`: nominal kW that nothing fresh measures."""

    measured_kw: float | None
    measured_mono_s: float | None
    target_kw: float
    setpoint_kw: float
    unknown_kw: float
    nominal_kw: float
    proven: bool
    """A meter polled after the newest ask shows the load within what is allowed, and nothing is unknown."""
    tolerance_kw: float
    """How far above what is allowed a meter may read for that."""
    ready_kw: float = 0.0
    """What could be taken off and confirmed now: loads that draw, whose path answers and whose watts are fresh."""
    interval_kw: float | None = None
    """The running settlement interval's projected mean; None outside an event."""


@dataclass(frozen=True, slots=True)
class FanFigures:
    """What is known of one fan."""

    proof: Proof
    reason: str
    locked_out: bool
    state: FanState


@dataclass(frozen=True, slots=True)
class SignalFigures:
    """A source as judged: its effective level after loss, lease and service rules."""

    name: str
    level: Level
    effective: Level
    target_kw: float | None
    mono_s: float | None
    wall_s: float | None
    commissioned: bool
    in_service: bool
    reason: str
    event_id: str = ""
    from_at: float | None = None
    until_at: float | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer of `decide`: never without a reason. `next_due` is the monotonic moment the answer may change by itself."""

    state: State
    targets: Targets
    reasons: tuple[str, ...]
    still_on: str
    """The one of the reasons that tells what is measured, which `load` has in figures; empty where none does."""
    limited_kind: RuleKind
    limited_by: str
    ceilings: tuple[Ceiling, ...]
    floors: tuple[Floor, ...]
    alarms: tuple[AlarmWanted, ...]
    load: LoadFigures
    fans: tuple[FanFigures, ...]
    signals: tuple[SignalFigures, ...]
    temperature_max_c: float | None
    next_due: float
    back_at: float | None = None
    """When load may return at the earliest, Unix seconds; None when nothing is held, or no end of what holds it is known."""
