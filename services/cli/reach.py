"""Whether the fleet can be off within the contract's deadline, as `mine check` says it: kW, calls, seconds."""

from collections.abc import Iterator

from services.controller.core.readiness import Path, Reach, reachable
from services.controller.limits import limits_from
from services.shared.settings import Settings, counted


def told(settings: Settings) -> tuple[list[str], list[str]]:
    """The lines on curtailing and its warnings. Figures of the configuration alone: every device is meant to answer."""
    if not settings.loads:
        return [], []
    limits = limits_from(settings)
    reach = reachable(limits)
    is_short = reach.short_kw > limits.curtail_to_kw
    whole_kw = reach.in_time_kw + reach.short_kw
    verdict = "not reachable" if is_short else "reachable"
    off = f"{_kw(reach.in_time_kw)} of {_kw(whole_kw)} in {reach.last_s:.0f} s"
    head = f"curtailment: {off}, deadline {reach.deadline_s:.0f} s: {verdict}"
    return [head, *(f"  {line}" for line in _paths(reach))], list(_warnings(reach)) if is_short else []


def _paths(reach: Reach) -> Iterator[str]:
    for how, paths in (("by sleep through", reach.soft), ("by outlets of", reach.hard)):
        for path in paths:
            yield f"{_kw(path.kw)} {how} {path.device} in {path.last_s:.0f} s ({_calls(path)}, then {path.effect_s:g} s)"
    if reach.none_kw:
        yield f"{_kw(reach.none_kw)} by nothing"


def _calls(path: Path) -> str:
    pace = f" at {1 / path.interval_s:.3g}/s" if path.interval_s else " at once"
    return counted(path.loads, "call") + pace


def _warnings(reach: Reach) -> Iterator[str]:
    """One for each path that is too slow, by device, and one for what has none."""
    for path in reach.soft + reach.hard:
        if path.kw > path.in_time_kw:
            late_kw = path.kw - path.in_time_kw
            yield (
                f"curtailment: {_kw(late_kw)} of {path.device} are not off within response_deadline_minutes "
                f"({reach.deadline_s:.0f} s), the last after {path.last_s:.0f} s"
            )
    if reach.none_kw:
        yield f"curtailment: {_kw(reach.none_kw)} of loads.csv can be switched by nothing: no Foreman, no [HTTP_LOADS], no outlet"


def _kw(kw: float) -> str:
    return f"{round(kw, 1):g} kW"
