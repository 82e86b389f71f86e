"""What asked for less, as the decision that began it tells: the kind, the source by its name, and what might stay on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.api.curtailments.model import Kind, SignalSaid
from services.shared.messages import level_of_topic
from services.shared.vocabulary import Mode

_BY_MODE: Mapping[str, Kind] = {
    Mode.EMERGENCY: "trip", Mode.FAILSAFE: "failsafe", Mode.THERMAL_LIMIT: "thermal", Mode.MANUAL: "lease",
}  # fmt: skip
_SITE = "site"


@dataclass(frozen=True, slots=True)
class Ask:
    """What leaves least: `rule` as the controller names it; `kw` null where no ceiling of the site is kept."""

    kind: Kind
    source: str | None
    rule: str
    kw: float | None


def ask_of(mode: str, inputs: Mapping[str, Any]) -> Ask:
    """What asks in this mode, by the inputs of its decision."""
    ceilings = [one for one in dicts(inputs, "ceilings") if one.get("scope") == _SITE]
    if mode in _BY_MODE:
        lowest = min(ceilings, key=lambda one: _kw_or(one, float("inf")), default={})
        return Ask(_BY_MODE[mode], None, str(lowest.get("rule", "")), number(lowest.get("kw")))
    asks = [one for one in ceilings if _kind(str(one.get("rule")), inputs) != "unknown"]
    lowest = min(asks, key=lambda one: _kw_or(one, float("inf")), default={})
    rule = str(lowest.get("rule", ""))
    return Ask(_kind(rule, inputs), _source(rule), rule, number(lowest.get("kw")))


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


def _kw_or(one: Mapping[str, Any], otherwise: float) -> float:
    kw = number(one.get("kw"))
    return otherwise if kw is None else kw
