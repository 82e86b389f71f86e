"""What asked for less, as the decision that began it tells: the kind, the source by its name, and what might stay on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.api.curtailments.model import Kind
from services.api.curtailments.model_story import SignalSaid
from services.shared.messages import level_of_topic
from services.shared.vocabulary import Level, Mode

_BY_MODE: Mapping[str, Kind] = {
    Mode.EMERGENCY: "trip", Mode.FAILSAFE: "failsafe", Mode.THERMAL_LIMIT: "thermal", Mode.MANUAL: "lease",
}  # fmt: skip
_SITE = "site"


UTILITY: frozenset[Kind] = frozenset({"signal", "contact"})
_THERMAL = frozenset({"temperature", "temperature lost", "airflow"})


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody who asks for less, in what words; `kw` null where no ceiling of the site is kept."""

    kind: Kind
    source: str | None
    kw: float | None
    reason: str


def asks_of(mode: str, inputs: Mapping[str, Any], reasons: Sequence[str]) -> list[Ask]:
    """All who ask in this mode, by the ceilings of its decision; its reasons begin with theirs, in the same order."""
    found: list[Ask] = []
    for n, one in enumerate(dicts(inputs, "ceilings")):
        kind, rule = _asking(one, mode, inputs), str(one.get("rule"))
        if kind is not None:
            kw = number(one.get("kw")) if one.get("scope") == _SITE else None
            found.append(Ask(kind, _source(rule), kw, reasons[n] if n < len(reasons) else rule))
    by_mode = _BY_MODE.get(mode)
    if by_mode is None:
        return found or [Ask("unknown", None, None, reasons[0])]
    return (
        found
        if any(one.kind in (by_mode, "trip") for one in found)
        else [Ask(by_mode, None, _least_kw(inputs), reasons[0]), *found]
    )


def _asking(ceiling: Mapping[str, Any], mode: str, inputs: Mapping[str, Any]) -> Kind | None:
    """None for what only holds a rise, or is a limit that always stands."""
    rule = str(ceiling.get("rule"))
    if rule.partition(" ")[0] == "trip":
        return "trip"
    if rule in _THERMAL:
        return "trip" if mode == Mode.EMERGENCY and rule == "airflow" else "thermal"
    kind = _kind(rule, inputs) if ceiling.get("scope") == _SITE else "unknown"
    if kind == "unknown" or (mode in _BY_MODE and kind in UTILITY and not _says_so(rule, inputs)):
        return None
    return kind


def _says_so(rule: str, inputs: Mapping[str, Any]) -> bool:
    """Whether a source's own word asks: beside something graver its ceiling may be one that only holds a rise."""
    name = rule.partition(" ")[2]
    levels = {str(one.get("name")): one.get("level") for one in dicts(inputs, "signals")}
    if name in levels:
        level = str(levels[name])
        return level in set(Level) and Level(level).curtails
    closed = {level_of_topic(str(one.get("name"))) for one in dicts(inputs, "switches") if one.get("active") is True}
    return name.removeprefix("contact-") in closed


def _least_kw(inputs: Mapping[str, Any]) -> float | None:
    known = [number(one.get("kw")) for one in dicts(inputs, "ceilings") if one.get("scope") == _SITE]
    return min((kw for kw in known if kw is not None), default=None)


def limit_kw(inputs: Mapping[str, Any]) -> float | None:
    """The least that a signal, contact, schedule or forced signal leaves the site; None while none asks."""
    asked = (one for one in dicts(inputs, "ceilings") if one.get("scope") == _SITE)
    known = [number(one.get("kw")) for one in asked if _kind(str(one.get("rule")), inputs) != "unknown"]
    return min((kw for kw in known if kw is not None), default=None)


def signals_of(inputs: Mapping[str, Any]) -> Iterator[SignalSaid]:
    """Every signal that the decision knew, and the utility's contacts."""
    for one in dicts(inputs, "signals"):
        yield SignalSaid(
            source=str(one.get("name")),
            level=str(one.get("level")),
            target_kw=number(one.get("target_kw")),
            event_id=str(one["event_id"]) if one.get("event_id") else None,
            from_at=number(one.get("from_at")),
            until_at=number(one.get("until_at")),
            raw_text=str(one["raw_text"]) if one.get("raw_text") else None,
            age_s=number(one.get("age_s")),
        )


def dicts(inputs: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """A list of the inputs; whatever else stands there is left out."""
    found = inputs.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def number(found: Any) -> float | None:
    """A number of the inputs."""
    return float(found) if isinstance(found, (int, float)) and not isinstance(found, bool) else None


def _kind(rule: str, inputs: Mapping[str, Any]) -> Kind:
    word, _, name = rule.partition(" ")
    if word == "signal" and name:
        return "contact" if _is_contact(name, inputs) else "signal"
    return "schedule" if word == "schedule" else "lease" if rule == "lease" else "unknown"


def _is_contact(name: str, inputs: Mapping[str, Any]) -> bool:
    """A contact of the utility is a source that is named after its switch."""
    if name in {str(one.get("name")) for one in dicts(inputs, "signals")}:
        return False
    switches = {level_of_topic(str(one.get("name"))) for one in dicts(inputs, "switches")}
    return name.removeprefix("contact-") in switches


def _source(rule: str) -> str | None:
    word, _, name = rule.partition(" ")
    return name.removesuffix(" lost") or None if word in ("signal", "schedule") else None
