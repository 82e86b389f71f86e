"""What happens when nobody answers: an emergency goes to the next person, and who acknowledged long ago is asked again."""

from collections.abc import Collection, Mapping

from services.notifier import alarms, answers
from services.notifier.chatter import is_chattering
from services.notifier.incidents import Incident
from services.notifier.message import Act
from services.notifier.outcome import Outcome
from services.notifier.people import Someone, together
from services.notifier.record import Phase, Record
from services.notifier.words import incident_text, still_text, unanswered_text
from services.shared.vocabulary import AlarmKind

REMIND_S = 1_800.0
"""When everybody was told, and told again, all are told again so often."""


def ask_again(incidents: Mapping[str, Incident], hushed: Collection[str], out: Outcome) -> None:
    """What was acknowledged, stands, and whose acknowledgement is over, is unacknowledged and asked about."""
    over = {one.key: one for one in out.view.values() if answers.ack_expired(one, out.now) and not _is_aside(one, hushed)}
    for record in over.values():
        out.remember(answers.asked_again(record, out.now), "unacknowledged")
    for incident in incidents.values():
        if asked := [over[key] for key in incident.keys if key in over]:
            text = still_text(out.plan.site, asked, out.now)
            whole = incident_text(out.plan.site, incident.records(out.view), out.now)
            out.say(incident.thread, asked, incident.ways, Act.REPLY, text, whole, ask=True)


def escalate(incidents: Mapping[str, Incident], hushed: Collection[str], out: Outcome) -> None:
    """What nobody acknowledged for so long is told again to all, to who is on call now, and to the next person by all ways, if
    there is one."""
    for incident in incidents.values():
        person = out.plan.people.next_person(incident.ways)
        records = [out.view[key] for key in incident.keys if _waits_for_an_answer(out.view[key], hushed)]
        if due := [one for one in records if _is_due(one, person, out)]:
            _tell_further(incident, due, person, out)


def _tell_further(incident: Incident, due: list[Record], person: Someone | None, out: Outcome) -> None:
    ways = together(incident.ways, out.plan.people.at(tuple(out.plan.people.own), out.now, urgent=True))
    if person is not None:
        ways = together(ways, {channel: (address,) for channel, address in person.ways.items()})
    since_at = min(one.told_at or out.now.wall_s for one in due)
    for record in due:
        out.remember(alarms.escalated(record, out.now), "escalated", person.name if person else "")
    out.were_told([one.key for one in due], incident.thread, ways)
    due = [out.view[one.key] for one in due]
    text = unanswered_text(out.plan.site, due, since_at, person.name if person else "", out.now)
    out.say(incident.thread, due, ways, Act.REPLY, text, text, ask=True)


def _waits_for_an_answer(record: Record, hushed: Collection[str]) -> bool:
    unanswered = record.phase is Phase.UNACKNOWLEDGED and record.told is AlarmKind.EMERGENCY
    return unanswered and record.active and not _is_aside(record, hushed)


def _is_due(record: Record, person: Someone | None, out: Outcome) -> bool:
    """Of one that comes and goes, when all were told, it does not go on calling."""
    if person is None and is_chattering(record, out.now):
        return False
    since_at = record.escalated_at or record.told_at or 0.0
    wait_s = out.plan.escalate_s if person is not None or record.escalated == 0 else REMIND_S
    return not 0 <= out.now.wall_s - since_at < wait_s


def _is_aside(record: Record, hushed: Collection[str]) -> bool:
    return record.is_shelved or record.key in hushed
