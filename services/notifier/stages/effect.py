"""Effect: what came of a curtailment that people were told of, in the words of its message, by what the controller proves."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from services.notifier.message import Act
from services.notifier.outcome import Outcome
from services.notifier.record import Phase, Record
from services.notifier.words import incident_text
from services.shared.catalogue import class_of
from services.shared.clock import Moment
from services.shared.messages import State
from services.shared.vocabulary import Mode

CURTAILS = "signal_*"
"""The row of the alarms by which a utility takes load off."""
_BACK = " It was back at "


@dataclass(frozen=True, slots=True)
class Plant:
    """The load as a meter showed it at a moment (monotonic seconds). `is_off`: less is allowed than the site has, and the
    controller holds it proven; `is_normal`: all may run, and does."""

    kw: float
    measured_mono_s: float
    is_off: bool = False
    is_normal: bool = False

    @classmethod
    def of(cls, state: State | None, now: Moment) -> "Plant | None":
        """As the controller says it; None where nothing is measured, or on another boot's clock."""
        if state is None or state.host_boot != now.host_boot:
            return None
        load = state.load
        if load.measured_kw is None or load.measured_mono_s is None:
            return None
        is_off = load.proven and load.target_kw < load.nominal_kw
        return cls(load.measured_kw, load.measured_mono_s, is_off, state.mode is Mode.NORMAL)


def effect(plant: Plant | None, out: Outcome) -> None:
    """Put it into the alarms. What is not over is edited with the rest; what is over is edited here, without a sound."""
    for record, words in _news(plant, out):
        told = replace(record, effect=words)
        out.remember(told)
        if told.phase is Phase.RETURNED:
            _edit(told, out)


def _news(plant: Plant | None, out: Outcome) -> Iterator[tuple[Record, str]]:
    if plant is None:
        return
    for record in [one for one in out.view.values() if one.told is not None and _curtails(one.key)]:
        shown = f"{out.plan.site.moment(out.now.wall_s - out.now.mono_s + plant.measured_mono_s)}: {plant.kw:.0f} kW."
        if record.active and not record.effect and plant.is_off and plant.measured_mono_s > record.began_mono_s:
            yield record, f"Load was proven off at {shown}"
        elif _is_back(record, plant):
            yield record, f"{record.effect}{_BACK}{shown}"


def _curtails(key: str) -> bool:
    return key.startswith(CURTAILS[:-1]) and class_of(key).key == CURTAILS


def _is_back(record: Record, plant: Plant) -> bool:
    since_s = record.quiet_mono_s
    is_later = plant.is_normal and since_s is not None and plant.measured_mono_s > since_s
    return is_later and bool(record.effect) and _BACK not in record.effect


def _edit(record: Record, out: Outcome) -> None:
    records = [one for one in out.view.values() if one.thread == record.thread]
    if any(one.phase is not Phase.RETURNED for one in records):
        return
    ways: dict[str, tuple[str, ...]] = {}
    for one in record.told_to:
        if one.thread == record.thread:
            ways[one.channel] = (*ways.get(one.channel, ()), one.recipient)
    text = incident_text(out.plan.site, records, out.now)
    out.say(record.thread, records, ways, Act.EDIT, text, text)
