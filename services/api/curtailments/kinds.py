"""What asked for less, as the decision that began it tells: the kind, the source by its name, and what might stay on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.api.curtailments.model import Kind
from services.api.curtailments.model_story import SignalSaid
from services.api.decision_inputs import dicts, number
from services.api.rule_names import about, kind_of
from services.shared.messages import level_of_topic
from services.shared.vocabulary import Level, Mode, RuleKind

_BY_MODE: Mapping[str, Kind] = {
    Mode.EMERGENCY: "trip", Mode.FAILSAFE: "failsafe", Mode.THERMAL_LIMIT: "thermal", Mode.MANUAL: "lease",
}  # fmt: skip
_SITE = "site"


UTILITY: frozenset[Kind] = frozenset({"signal", "contact"})
_KINDS: Mapping[RuleKind, Kind] = {
    RuleKind.SIGNAL: "signal", RuleKind.SIGNAL_LOST: "signal", RuleKind.CONTACT: "contact",
    RuleKind.SCHEDULE: "schedule", RuleKind.LEASE: "lease",
    RuleKind.TRIP: "trip", RuleKind.TEMPERATURE: "thermal", RuleKind.BLIND: "thermal", RuleKind.AIRFLOW: "thermal",
}  # fmt: skip


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
            found.append(Ask(kind, _source(one, inputs), kw, reasons[n] if n < len(reasons) else rule))
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
    rule = _rule_kind(ceiling, inputs)
    if rule is RuleKind.AIRFLOW and mode == Mode.EMERGENCY:
        return "trip"
    kind = _KINDS.get(rule)
    if kind in ("trip", "thermal"):
        return kind
    if ceiling.get("scope") != _SITE or (mode in _BY_MODE and rule.is_signal and not _says_so(ceiling, rule, inputs)):
        return None
    return kind


def _says_so(ceiling: Mapping[str, Any], rule: RuleKind, inputs: Mapping[str, Any]) -> bool:
    """Whether a source's own word asks: beside something graver its ceiling may be one that only holds a rise."""
    if rule is RuleKind.SIGNAL_LOST:
        return False
    name = about(str(ceiling.get("rule")))
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
    known = [number(one.get("kw")) for one in asked if _rule_kind(one, inputs).is_power_event]
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


def _rule_kind(ceiling: Mapping[str, Any], inputs: Mapping[str, Any]) -> RuleKind:
    """As it was kept; where it was not, by the rule's name."""
    if (kept := ceiling.get("kind")) in set(RuleKind):
        return RuleKind(kept)
    rule = str(ceiling.get("rule"))
    found = kind_of(rule)
    return RuleKind.CONTACT if found is RuleKind.SIGNAL and _is_contact(about(rule), inputs) else found


def _is_contact(name: str, inputs: Mapping[str, Any]) -> bool:
    """A contact of the utility is a source that is named after its switch."""
    if name in {str(one.get("name")) for one in dicts(inputs, "signals")}:
        return False
    switches = {level_of_topic(str(one.get("name"))) for one in dicts(inputs, "switches")}
    return name.removeprefix("contact-") in switches


def _source(ceiling: Mapping[str, Any], inputs: Mapping[str, Any]) -> str | None:
    rule = _rule_kind(ceiling, inputs)
    is_named = rule.is_signal or rule is RuleKind.SCHEDULE
    return about(str(ceiling.get("rule"))) or None if is_named else None
