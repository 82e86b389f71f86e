"""What people are told of a power signal, and the words for it. One key per source and condition; the text says the rest."""

from services.controller.core.calendar import told
from services.controller.core.memory import SourceMemory
from services.controller.core.moments import Now
from services.controller.core.plant import Limits, Source
from services.controller.core.stamps import elapsed_s
from services.controller.core.wanted import AlarmWanted
from services.shared.vocabulary import AlarmKind, Control, Level

OBSERVING = "Observing: nothing is switched."
BY_HAND = "Take the load off by hand."
_HOUR_S = 3600.0


def called(name: str) -> str:
    """The source in a sentence."""
    return "utility signal" if name == "utility" else f"utility signal {name}"


def reason(memory: SourceMemory, level: Level, kw: float) -> str:
    """Source, level and target, such as "utility signal: Control, at most 200 kW (drop by 800 from 1000)"."""
    return f"{called(memory.name)}: {_said(memory, level, kw)}"


def clause(memory: SourceMemory, level: Level, kw: float) -> str:
    """The same as a part of a sentence, such as "utility signal Control, at most 200 kW"."""
    return f"{called(memory.name)} {_said(memory, level, kw)}"


def asks(memory: SourceMemory, level: Level, kw: float) -> str:
    """What the source asks for, as its alarm says it."""
    return f"The {called(memory.name)} asks for {level.value}: at most {kw:.0f} kW{_drop(memory)}."


def asked(memory: SourceMemory, others: tuple[str, ...], control: Control) -> AlarmWanted:
    """The utility asks; `others` say otherwise and change nothing. Who observes switches nothing, and says so."""
    observes = control is Control.OBSERVE
    consequence = OBSERVING if observes else "Load comes off now and stays off until the signal is normal."
    if others:
        consequence += f" {'; '.join(others)}: any source that asks curtails."
    return AlarmWanted(
        f"signal_{memory.name}",
        AlarmKind.EMERGENCY,
        memory.asked,
        consequence,
        BY_HAND if observes else "Nothing, unless the kW do not fall: see the page.",
        rank=max(memory.level, Level.CONTROL, key=lambda level: level.severity).severity,  # until it is released
    )


def says_otherwise(memory: SourceMemory, level: Level, limits: Limits) -> str:
    """A source that asks for nothing, and since when."""
    since = memory.clear_since
    when = f" since {told(since.wall_s, limits.timezone)}" if since is not None and since.wall_trusted else ""
    return f"The {called(memory.name)} says {level.value}{when}"


def planned(memory: SourceMemory, limits: Limits) -> AlarmWanted:
    """An event is announced."""
    assert memory.from_at is not None
    end = f" to {told(memory.until_at, limits.timezone)}" if memory.until_at is not None else ", no end named"
    observes = limits.control is Control.OBSERVE
    event = f" (event {memory.event_id})" if memory.event_id else ""
    return AlarmWanted(
        f"signal_planned_{memory.name}",
        AlarmKind.WARNING,
        f"The {called(memory.name)} announces {memory.level.value}{event}: {_planned_kw(memory, limits)}"
        f" from {told(memory.from_at, limits.timezone)}{end}.",
        OBSERVING if observes else "Load comes off by itself when it begins; until then nothing changes.",
        "Take the load off by hand when it begins." if observes else "Nothing.",
    )


def soon(memory: SourceMemory, limits: Limits) -> str:
    """Why nothing is woken any more before an event."""
    assert memory.from_at is not None
    return f"{called(memory.name)} announces {memory.level.value} from {told(memory.from_at, limits.timezone)}"


def taken_out(memory: SourceMemory, limits: Limits) -> str:
    """By whom, and until when where the clock could tell."""
    assert memory.out_until is not None
    until = f" until {told(memory.out_until.wall_s, limits.timezone)}" if memory.out_until.wall_trusted else ""
    return f"out of service by {memory.out_by}{until}"


def out_of_service(memory: SourceMemory, limits: Limits, now: Now) -> AlarmWanted:
    """A person took the source out of service; the text grows with each full hour, so that people are reminded."""
    hours = int(elapsed_s(memory.out_since, now) // _HOUR_S)
    lasted = f", for {hours} h" if hours else ""
    return AlarmWanted(
        f"signal_out_of_service_{memory.name}",
        AlarmKind.WARNING,
        f"The {called(memory.name)} is {taken_out(memory, limits)}{lasted}.",
        f"What it asks for is not done; its last level is {memory.level.value}.",
        "Put it back in service as soon as its word is right.",
    )


def not_commissioned(source: Source, why: str) -> AlarmWanted:
    """No level was ever matched."""
    action = (
        f"Check the wiring of the contact {source.contact} and its role."
        if source.contact
        else f"Look at the signal's raw text and set the vocabulary of [SIGNAL {source.name}]."
    )
    return AlarmWanted(
        f"signal_not_commissioned_{source.name}",
        AlarmKind.WARNING,
        f"The power signal {source.name} is not commissioned: no level was ever matched. {why}".strip(),
        "No load is raised and none is dropped.",
        action,
    )


def lost(source: Source, memory: SourceMemory) -> AlarmWanted:
    """No level was matched for longer than the source's heartbeat."""
    return AlarmWanted(
        f"signal_lost_{source.name}",
        AlarmKind.WARNING,
        f"The power signal {source.name} is lost; last level {memory.level.value}.",
        f"As configured: {source.on_loss.value}.",
        "Check the link and the signal's page; call the utility.",
    )


def _said(memory: SourceMemory, level: Level, kw: float) -> str:
    named = memory.target_kw is not None or memory.drop_kw is not None
    return level.value.capitalize() + (f", at most {kw:.0f} kW{_drop(memory)}" if named else "")


def _drop(memory: SourceMemory) -> str:
    if memory.target_kw is not None or memory.drop_kw is None or memory.baseline_kw is None:
        return ""
    return f" (drop by {memory.drop_kw:.0f} from {memory.baseline_kw:.0f})"


def _planned_kw(memory: SourceMemory, limits: Limits) -> str:
    if memory.target_kw is not None:
        return f"at most {memory.target_kw:.0f} kW"
    return f"drop by {memory.drop_kw:.0f} kW" if memory.drop_kw is not None else f"at most {limits.curtail_to_kw:.0f} kW"
