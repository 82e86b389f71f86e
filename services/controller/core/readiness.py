"""What could be taken off: on paper within the contract's deadline, and at this moment, confirmed by what is fresh."""

from collections import defaultdict
from dataclasses import dataclass

from services.controller.core.moments import Now
from services.controller.core.plant import NO_PACE, Limits, Load
from services.controller.core.proof import Measured, fresh_watts, is_asleep, is_metered
from services.controller.core.seen import Snapshot


@dataclass(frozen=True, slots=True)
class Path:
    """One device that takes load off: how many loads, their kW, how much of it within the deadline, when the last is off."""

    device: str
    loads: int
    kw: float
    in_time_kw: float
    last_s: float
    interval_s: float
    effect_s: float


@dataclass(frozen=True, slots=True)
class Reach:
    """The fleet against the contract: `soft` by sleep, `hard` by outlets alone, `none_kw` has no path at all."""

    deadline_s: float
    soft: tuple[Path, ...]
    hard: tuple[Path, ...]
    none_kw: float

    @property
    def in_time_kw(self) -> float:
        """What is off by the deadline, kW."""
        return sum(path.in_time_kw for path in self.soft + self.hard)

    @property
    def short_kw(self) -> float:
        """What is not, kW."""
        return self.none_kw + sum(path.kw - path.in_time_kw for path in self.soft + self.hard)

    @property
    def last_s(self) -> float:
        """When the last load is off, seconds after the signal."""
        return max((path.last_s for path in self.soft + self.hard), default=0.0)


def reachable(limits: Limits) -> Reach:
    """Fleet by call rate and time to sleep, against the deadline, everything answering. Only figures of the configuration."""
    soft: dict[str, list[Load]] = defaultdict(list)
    hard: dict[str, list[Load]] = defaultdict(list)
    none_kw = 0.0
    for load in limits.loads:
        if load.soft_device:
            soft[load.soft_device].append(load)
        elif load.has_outlet and limits.pdu_on_curtail != "never":
            hard[load.pdu].append(load)
        else:
            none_kw += load.kw
    return Reach(limits.response_deadline_s, _paths(soft, limits), _paths(hard, limits), none_kw)


def _paths(by_device: dict[str, list[Load]], limits: Limits) -> tuple[Path, ...]:
    return tuple(_path(device, loads, limits) for device, loads in sorted(by_device.items()))


def _path(device: str, loads: list[Load], limits: Limits) -> Path:
    """The largest loads are called first, one call per interval; each is off some time after its call."""
    pace = limits.paces.get(device, NO_PACE)
    kws = sorted((load.kw for load in loads), reverse=True)
    in_time = [kw for call, kw in enumerate(kws) if call * pace.interval_s + pace.effect_s <= limits.response_deadline_s]
    last_s = (len(kws) - 1) * pace.interval_s + pace.effect_s
    return Path(device, len(kws), sum(kws), sum(in_time), last_s, pace.interval_s, pace.effect_s)


def ready_kw(snapshot: Snapshot, measured: Measured, lost: frozenset[str], limits: Limits, now: Now) -> float:
    """What could be taken off and confirmed now, kW: loads that draw, whose path answers and whose watts are metered."""
    metered = {meter.pdu for meter in snapshot.meters if is_metered(meter, limits, now)}
    return sum(
        load.kw
        for load, seen in zip(limits.loads, snapshot.loads, strict=True)
        if load.name not in measured.proven_down and not is_asleep(seen) and _is_commandable(load, lost, limits)
        if load.name not in measured.doubted
        if "" in metered or load.pdu in metered or fresh_watts(seen, limits, now) is not None
    )


def _is_commandable(load: Load, lost: frozenset[str], limits: Limits) -> bool:
    by_sleep = bool(load.soft_device) and load.soft_device not in lost
    by_outlet = load.has_outlet and load.pdu not in lost and limits.pdu_on_curtail != "never"
    return by_sleep or by_outlet
