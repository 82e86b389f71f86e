"""What each mode means for the five-second answer, in words: where the site is armed, and where it only observes."""

from dataclasses import dataclass

from services.api.tile_views import Tone
from services.shared.vocabulary import Mode


@dataclass(frozen=True, slots=True)
class Said:
    """One answer in its parts: the verdict that leads, what is so, its figures. `told`: the reasons that stand in it."""

    text: str
    tone: Tone
    safe: bool | None
    curtailed: bool | None
    lead: str = ""
    figures: str = ""
    told: frozenset[str] = frozenset()
    tells_since: bool = False


_SAFE = "Safe."
ARMED: dict[Mode, Said] = {
    Mode.STARTING: Said("Starting: fans first, no load is raised.", "warning", True, None),
    Mode.NORMAL: Said("The load may run.", "good", True, False, _SAFE),
    Mode.CURTAILING: Said("The load is coming off", "warning", True, False, _SAFE),
    Mode.CURTAILED: Said("Curtailed", "good", True, True, _SAFE),
    Mode.RESTORING: Said("The load is coming back in stages.", "warning", True, False, _SAFE),
    Mode.THERMAL_LIMIT: Said("Too warm: load is held down until it cools.", "warning", False, None),
    Mode.EMERGENCY: Said("EMERGENCY: the load is being stopped or is stopped.", "bad", False, None),
    Mode.FAILSAFE: Said("Not safe to run: too little is known.", "bad", False, None),
    Mode.MANUAL: Said("A person holds part of the plant by hand.", "warning", True, None),
}
OBSERVING: dict[Mode, Said] = {
    Mode.STARTING: Said("Observing: fans would start first, and no load would be raised.", "warning", None, None),
    Mode.NORMAL: Said("Observing: the load would be free to run.", "good", True, False),
    Mode.CURTAILING: Said("Observing: the load would be coming off", "warning", None, False),
    Mode.CURTAILED: Said("Observing: the load would be off", "warning", None, None),
    Mode.RESTORING: Said("Observing: the load would be coming back in stages.", "warning", None, None),
    Mode.THERMAL_LIMIT: Said("Too warm. Observing: load would be held down until it cools.", "warning", False, None),
    Mode.EMERGENCY: Said("EMERGENCY. Observing: the load would be stopped.", "bad", False, None),
    Mode.FAILSAFE: Said("Not safe to run: too little is known. Observing: the load would be stopped.", "bad", False, None),
    Mode.MANUAL: Said("Observing: a person would hold part of the plant by hand.", "warning", None, None),
}
"""Where nothing is switched: what would be done. Whether that is safe nobody here has in hand."""
UNPROVEN = Said("Curtailed, unproven", "unknown", None, None)


def waiting(held: str, *, armed: bool, in_part: bool = False) -> tuple[str, str]:
    """Lead and text where load is allowed to return and something holds it, or holds a part of it while the rest returns."""
    does = "coming back in stages, not all of it" if in_part else "waiting to return"
    return (_SAFE, f"The load is {does}: {held}.") if armed else ("", f"Observing: the load would be {does}: {held}.")
