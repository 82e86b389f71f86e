"""Load that was asked off and is not: what still draws, what nothing shows any more, and the devices that this tells of."""

from services.controller.core.counted import counted
from services.controller.core.escalation import Escalation
from services.controller.core.memory import Silence, State
from services.controller.core.moments import Now
from services.controller.core.plant import Limits, Load
from services.controller.core.proof import Measured
from services.controller.core.ranks import ranked
from services.controller.core.silence import away_devices
from services.controller.core.wanted import AlarmWanted
from services.shared.vocabulary import AlarmKind, Control


def not_off_alarms(
    hard: Escalation, measured: Measured, silent: tuple[Silence, ...], state: State, limits: Limits, now: Now
) -> tuple[tuple[AlarmWanted, ...], frozenset[str]]:
    """The emergency, and the silent devices that it names: their loss follows from it."""
    if not hard.stubborn or limits.control is Control.OBSERVE:
        return (), frozenset()
    loads = [load for load in limits.loads if load.name in hard.stubborn]
    away = away_devices(silent, limits, now)
    mute = away & {load.pdu for load in loads if load.name in hard.opened}
    unread = away & {name for load in loads if load.name in hard.unseen for name in (load.pdu, load.soft_device)}
    alarm = AlarmWanted(
        "load_still_on",
        AlarmKind.EMERGENCY,
        " ".join(_causes(loads, hard, unread)),
        " ".join(_consequences(loads, hard, measured, mute)),
        "Look at the path named and at the loads on the page.",
    )
    return (ranked(alarm, _kw(loads), state, limits),), mute | unread


def _causes(loads: list[Load], hard: Escalation, unread: frozenset[str]) -> list[str]:
    drawing = [load for load in loads if load.name not in hard.unseen]
    hidden = [load for load in loads if load.name in hard.unseen]
    reached, bare = [load for load in drawing if _path(load)], [load for load in drawing if not _path(load)]
    parts = []
    if reached:
        paths = ", ".join(sorted({_path(load) for load in reached}))
        parts.append(f"{paths} did not take {_told(reached)}.")
    if bare:
        parts.append(f"No device can take {_told(bare)}.")
    if hidden:
        parts.append(f"Nothing shows {_told(hidden)}{_no_answer(unread)}.")
    return parts


def _consequences(loads: list[Load], hard: Escalation, measured: Measured, mute: frozenset[str]) -> list[str]:
    cut = [load for load in loads if load.name in hard.opened]
    seen, unsure = [load for load in cut if load.pdu not in mute], [load for load in cut if load.pdu in mute]
    stuck = [load for load in loads if load.name not in hard.opened and load.name not in measured.proven_down]
    parts = []
    if seen:
        parts.append(f"Outlets are opened for {_kw(seen):.0f} kW.")
    if unsure:
        parts.append(f"Outlets of {_kw(unsure):.0f} kW are told to open{_no_answer(mute)}.")
    if stuck:
        stays = "" if all(load.name in hard.unseen for load in stuck) else " and stay on"
        parts.append(f"{_kw(stuck):.0f} kW have no outlet that may be opened{stays}.")
    return parts


def _told(loads: list[Load]) -> str:
    return f"{counted(len(loads), 'load', 'loads')} off: {_kw(loads):.0f} kW"


def _no_answer(devices: frozenset[str]) -> str:
    return f"; no answer of {', '.join(sorted(devices))}" if devices else ""


def _path(load: Load) -> str:
    return "Foreman" if load.soft_device == "foreman" else load.soft_device or load.pdu


def _kw(loads: list[Load]) -> float:
    return sum(load.kw for load in loads)
