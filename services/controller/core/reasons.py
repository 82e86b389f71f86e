"""Why, in sentences: what limits, how much is still on or unknown, what holds a rise. Never empty."""

from services.controller.core.counted import counted
from services.controller.core.mode import Picture
from services.controller.core.wanted import Ceiling
from services.shared.vocabulary import Mode, RuleKind

_WITHOUT_CEILING = {
    Mode.RESTORING: (RuleKind.RAMP, "ramp"),
    Mode.MANUAL: (RuleKind.LEASE, "lease"),
    Mode.STARTING: (RuleKind.OTHER, "start"),
}
_NOTHING = (RuleKind.OTHER, "nothing")


def limited_by(mode: Mode, picture: Picture) -> tuple[RuleKind, str]:
    """The rule that limits, and its kind: for an emergency the one that tripped, else the one that leaves the least."""
    if mode is Mode.EMERGENCY:
        limiting = [one for one in picture.binding if one.cause.cuts_at_once]
    else:
        limiting = list(picture.asked or (picture.holding if mode is Mode.RESTORING else picture.binding))
    if limiting:
        return limiting[0].kind, limiting[0].rule
    return _WITHOUT_CEILING.get(mode, _NOTHING)


def reasons(mode: Mode, picture: Picture) -> tuple[str, ...]:
    """The most important first."""
    if not picture.asked:
        return (_unasked(mode, picture), *_of(picture.binding), *_held(picture.holding))
    return (*_of(picture.binding), still_on(picture) or _unmetered(picture), *_remarks(mode, picture), *_held(picture.holding))


def still_on(picture: Picture) -> str:
    """The one of the reasons that tells what is measured; empty where nothing is asked off, or nothing measured."""
    measured = picture.measured
    if not picture.asked or measured.kw is None:
        return ""
    return f"{measured.kw:.0f} kW of {picture.limits.nominal_kw:.0f} kW still on, {measured.unknown_kw:.0f} kW unknown"


def _remarks(mode: Mode, picture: Picture) -> tuple[str, ...]:
    if mode is not Mode.CURTAILED:
        return ()
    unknown_kw = picture.measured.unknown_kw
    unproven = picture.measured.kw is None or unknown_kw > 0
    return (f"unproven, {unknown_kw:.0f} kW unknown" if unproven else "proven by measurement",)


def _unasked(mode: Mode, picture: Picture) -> str:
    if mode is Mode.RESTORING:
        waking = picture.waking
        if picture.state.setpoint_kw == picture.allowed_kw and waking:
            return f"restoring: all is released, {counted(len(waking), 'load is', 'loads are')} not back yet"
        return f"restoring: {picture.state.setpoint_kw:.0f} of {picture.allowed_kw:.0f} kW released"
    if mode is Mode.MANUAL:
        return f"{counted(len(picture.held), 'load', 'loads')} held down by a person"
    if mode is Mode.STARTING:
        return "starting: loads as they are, fans first"
    return "nothing limits the load" if not picture.binding else "nothing but its breakers limits the load"


def _of(ceilings: tuple[Ceiling, ...]) -> tuple[str, ...]:
    return tuple(one.reason for one in ceilings)


def _held(holding: tuple[Ceiling, ...]) -> tuple[str, ...]:
    return tuple(f"raised no further{f' than {one.kw:.0f} kW' if one.kw else ''}: {one.reason}" for one in holding)


def _unmetered(picture: Picture) -> str:
    return f"{picture.measured.unknown_kw:.0f} kW of {picture.limits.nominal_kw:.0f} kW unknown: no meter is fresh"
