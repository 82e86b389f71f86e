"""The story of a curtailment as lines in the order of time, and in one sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.api.curtailments.commanded import Life, first_down_at, last_confirmed_at, last_down_at
from services.api.curtailments.decisions import Act, Decision
from services.api.curtailments.model import Asker, CurtailmentRow
from services.api.curtailments.model_load import Gap, LoadProof, Stage
from services.api.curtailments.model_story import AlarmStood, Moment, Notice
from services.api.why.words import tidy
from services.shared.site_time import SiteTime
from services.shared.spans import span

MOST = 150
_OTHERS = 4
_FIRST_TO_GO = ("over", "alarm", "act", "decision", "restore", "gap")
_BY = {
    "signal": "The power signal {source} asked", "contact": "The utility's contact {source} asked",
    "schedule": "The schedule {source} asked", "lease": "A person's lease asked", "drill": "A drill asked",
    "thermal": "Heat or missing air asked", "trip": "A trip took all load off", "failsafe": "A loss asked",
    "unknown": "Something asked",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Material:
    """All that a story is told from."""

    told: CurtailmentRow
    notice: Notice | None
    decided: Sequence[Decision]
    lives: Sequence[Life]
    proof: LoadProof
    stages: Sequence[Stage]
    alarms: Sequence[AlarmStood]
    acts: Sequence[Act]
    gaps: Sequence[Gap]


def sentence(told: CurtailmentRow, calendar: SiteTime, now_at: float) -> str:
    """Such as "The power signal utility asked at 14:02:11 CST: at most 20 kW. A measurement showed it after 7 s. ..."."""
    asked = _BY[told.kind].format(source=told.source or "").replace("  ", " ").strip()
    kw = "" if told.target_kw is None else f": at most {told.target_kw:.0f} kW"
    first, *others = told.asks
    parts = [f"{asked} at {calendar.exact(first.from_at, now_at)}{kw}.", _confirmed(told)]
    parts += [_also(others, calendar, now_at)] if others else []
    if told.released_at is None:
        return " ".join([*parts, f"It runs, for {span(now_at - told.from_at)} so far."])
    if told.until_at is None:
        return " ".join([*parts, f"Nothing asks any more since {calendar.exact(told.released_at, now_at)}: load returns."])
    if told.asked_anew:
        return " ".join(
            [*parts, f"At {calendar.exact(told.until_at, now_at)} something asked anew, before the load was free again."]
        )
    lasted = span(told.until_at - told.from_at)
    return " ".join([*parts, f"Load was free again at {calendar.exact(told.until_at, now_at)}, {lasted} later."])


def _also(others: Sequence[Asker], calendar: SiteTime, now_at: float) -> str:
    """Who else asked, such as "Also: tripped: smoke, from 16:05:03 CST to 16:09:10 CST."."""
    told = [
        f"{one.reason}, from {calendar.exact(one.from_at, now_at)}{_until(one, calendar, now_at)}" for one in others[:_OTHERS]
    ]
    more = [f"{len(others) - _OTHERS} more"] if len(others) > _OTHERS else []
    return f"Also: {'; '.join([*told, *more])}."


def _until(one: Asker, calendar: SiteTime, now_at: float) -> str:
    return " on" if one.until_at is None else f" to {calendar.exact(one.until_at, now_at)}"


def _confirmed(told: CurtailmentRow) -> str:
    if told.confirmed_s is not None:
        return f"Confirmed by measurement after {span(told.confirmed_s)}."
    return "No measurement has confirmed it yet." if told.released_at is None else "No measurement confirmed it."


def moments(of: Material) -> tuple[Moment, ...]:
    """All that happened, oldest first; before its begin lie its notice and the alarms that stood already."""
    told = of.told
    lines = [*_noticed(of.notice), *_decided(of.decided), *_commanded(of.lives), *_proven(of.proof, told), *_returned(of.stages)]
    lines += _alarmed([one for one in of.alarms if of.notice is None or one.cause != of.notice.words], told)
    lines += (Moment(at=act.at, what=act.what, why=act.why, who=act.who, kind="act") for act in of.acts)
    lines += (Moment(at=gap.from_at, what=f"Not known for {_length(gap)}", why=gap.what, kind="gap") for gap in of.gaps)
    for kind in _FIRST_TO_GO:
        lines = lines if len(lines) <= MOST else [line for line in lines if line.kind != kind]
    return tuple(sorted(lines, key=lambda line: line.at)[:MOST])


def _length(gap: Gap) -> str:
    return span(gap.until_at - gap.from_at)


def _noticed(notice: Notice | None) -> Iterator[Moment]:
    if notice is not None:
        yield Moment(at=notice.seen_at, what="The plan was first seen", why=notice.words, kind="notice")


def _decided(decided: Sequence[Decision]) -> Iterator[Moment]:
    """Changes of mode, and decisions in which the ask changed."""
    limit: float | None = None
    for n, one in enumerate(decided):
        why = "; ".join(tidy(reason) for reason in one.reasons)
        if one.kind == "transition":
            yield Moment(at=one.at, what=_mode_words(one.title), why=why, kind="end" if one.mode == "normal" and n else "mode")
        elif one.limit_kw != limit:
            asked = "nothing is asked any more" if one.limit_kw is None else f"at most {one.limit_kw:.0f} kW is asked"
            yield Moment(at=one.at, what=f"Decided: {asked}", why=why, kind="decision")
        limit = one.limit_kw


def _mode_words(title: str) -> str:
    """What a site begins with was nothing else before."""
    before, _, after = title.partition(" to ")
    told = before if after in ("", before) else f"{after} (was {before})"
    return told.replace("_", " ").capitalize()


def _commanded(lives: Sequence[Life]) -> Iterator[Moment]:
    first, last, confirmed = first_down_at(lives), last_down_at(lives), last_confirmed_at(lives)
    if first is not None:
        yield Moment(at=first, what="First command that takes load off", why="", kind="command")
    if last is not None and last != first:
        yield Moment(at=last, what="Last command that takes load off", why="", kind="command")
    if confirmed is not None:
        yield Moment(at=confirmed, what="The last of these commands confirmed by measurement", why="", kind="command")


def _proven(proof: LoadProof, told: CurtailmentRow) -> Iterator[Moment]:
    if proof.at is not None:
        what = f"Load confirmed by measurement, {span(told.confirmed_s or 0.0)} after the ask"
        yield Moment(at=proof.at, what=what, why="; ".join((proof.words, *proof.meters)), kind="proof")


def _returned(stages: Sequence[Stage]) -> Iterator[Moment]:
    for n, stage in enumerate(stages, 1):
        released = "" if stage.setpoint_kw is None else f": {stage.setpoint_kw:.0f} kW released"
        why = f"{stage.loads} command{'' if stage.loads == 1 else 's'}, {stage.confirmed} confirmed"
        yield Moment(at=stage.at, what=f"Stage {n} of the return{released}", why=why, kind="restore")


def _alarmed(alarms: Sequence[AlarmStood], told: CurtailmentRow) -> Iterator[Moment]:
    for alarm in alarms:
        yield Moment(at=max(alarm.since_at, told.from_at), what=_stood(alarm, told), why=alarm.cause, kind="alarm")
        if alarm.ended_at is not None and (told.until_at is None or alarm.ended_at <= told.until_at):
            yield Moment(at=alarm.ended_at, what=f"Alarm over: {_words(alarm.key)}", why="", kind="over")


def _stood(alarm: AlarmStood, told: CurtailmentRow) -> str:
    return f"{alarm.kind.capitalize()} {'stands already' if alarm.since_at < told.from_at else 'rises'}: {_words(alarm.key)}"


def _words(key: str) -> str:
    return key.replace("_", " ")
