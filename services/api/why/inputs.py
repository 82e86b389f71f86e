"""What a decision of the past went by, as its event keeps it: signals, temperatures, contacts, meters, each with its age then."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from services.api.decision_inputs import dicts, number
from services.api.why.model import Calendar, WhyInput, WhySignal
from services.api.why.words import rounded
from services.shared.vocabulary import Level

Row = Mapping[str, Any]
T = TypeVar("T", WhyInput, WhySignal)


def signal_of(row: Row | None, inputs: dict[str, Any], calendar: Calendar) -> WhySignal | None:
    """The signal that the row names, or the most severe of the inputs."""
    known = [one for one in dicts(inputs, "signals") if one.get("level") in set(Level)]
    name = row["signal_source"] if row else None
    one = next((found for found in known if found.get("name") == name), None)
    one = one or max(known, key=lambda found: Level(found["level"]).severity, default=None)
    if one is None:
        return None if name is None or row is None else _bare(name, row["signal_level"])
    return WhySignal(
        source=str(one.get("name")),
        level=str(one["level"]),
        target_kw=_kw(one.get("target_kw")),
        event_id=None if one.get("event_id") is None else str(one["event_id"]),
        start=calendar.iso(number(one.get("from_at"))),
        end=calendar.iso(number(one.get("until_at"))),
        age_s=number(one.get("age_s")),
    )


def _bare(name: str, level: str | None) -> WhySignal:
    unknown = dict.fromkeys(("target_kw", "event_id", "start", "end", "age_s"))
    return WhySignal(source=name, level=level or Level.UNKNOWN.value, **unknown)


def inputs_of(inputs: dict[str, Any]) -> Iterator[WhyInput]:
    """Every input that was kept, with its age then."""
    kinds = (("signals", "signal", "name", "level", ""), ("temperatures", "temperature", "sensor", "celsius", "Cel"),
             ("switches", "contact", "name", "active", ""), ("meters", "meter", "name", "kw", "kW"))  # fmt: skip
    for key, kind, name, value, unit in kinds:
        for one in dicts(inputs, key):
            found = one.get(value)
            text = ("active" if found else "not active") if isinstance(found, bool) else found
            text = rounded(text) if isinstance(text, float) else text
            yield WhyInput(kind=kind, name=str(one.get(name)), value=text, unit=unit, age_s=number(one.get("age_s")))


def aged(inputs: Iterable[T], passed_s: float) -> list[T]:
    """With their ages by a moment, so many seconds after the decision that went by them."""
    return [one if one.age_s is None else one.model_copy(update={"age_then_s": one.age_s + passed_s}) for one in inputs]


def unread_then(inputs: Iterable[WhyInput], decided_at: float, unread_from: float, at: float) -> list[WhyInput]:
    """Of a moment at which nothing was read since `unread_from`: how long before each had been read last. Unix seconds."""
    passed_s = at - max(decided_at, unread_from)
    return [one if one.age_s is None else one.model_copy(update={"last_read_s": passed_s + one.age_s}) for one in inputs]


def _kw(found: Any) -> float | None:
    kw = number(found)
    return None if kw is None else rounded(kw)
