"""What a person should do now, the gravest first: from trips, alarms, services, devices, and whether anything is armed."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from services.api.headline import NO_BROKER
from services.api.history import later
from services.api.tile_views import AlarmsTile, DeviceTile, HistoryTile, ServiceTile
from services.shared.catalogue import class_of
from services.shared.messages import OpenAlarm, State, Trip
from services.shared.settings.missing import ONCE_ARMED, UNTIL_ARMED
from services.shared.vocabulary import AlarmKind, Control, HealthState, Priority

_MOST = 4
_STOP = "stop"
_DANGERS = ("smoke", "flood")
_MOST_NAMES = 3
_RANK = (Priority.HIGH, Priority.MEDIUM, Priority.LOW)
_UNMEASURED = "The collector is {}, and nothing is measured: it is started again by itself within 2 min; if not, {}."
_UNTOLD = "The notifier is {}, and nobody is told of alarms: it is started again by itself within 2 min; if not, {}."
_AWAY = {"collector": _UNMEASURED, "notifier": _UNTOLD}
_CONTROLLER = (
    "Check the Pi: is it powered? A controller that ended or hangs is started again by itself within 2 min. If it is not, type "
    '"mine logs" there, which says why, and "sudo systemctl restart bitcoin-mine".'
)
_RESTART = 'type "sudo systemctl restart bitcoin-mine" on the Pi'
ARMED = "It was armed after the restore and still observes: restart the controller, then the control of its settings counts."
_LOOK = "Until it speaks again, look at the fans and miners themselves."


def todo(
    state: State | None,
    silence: str,
    alarms: AlarmsTile,
    services: Sequence[ServiceTile],
    devices: Sequence[DeviceTile],
    history: HistoryTile,
    notices: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """At most four short sentences; none when there is nothing to do. Of a silent site: what to check."""
    if state is None or silence:
        found: tuple[str, ...] = (*_unheard(silence), *notices)
    else:
        found = (*_all(state, alarms, services, devices, history), *notices, *_of_control(state))
    return tuple(islice(dict.fromkeys(line.replace("`", '"') for line in found), _MOST))


def _unheard(silence: str) -> tuple[str, ...]:
    if silence == NO_BROKER:
        return ("Check on the Pi that the broker (mosquitto) runs, and the link to it.", _LOOK)
    return (_CONTROLLER, _LOOK)


def _all(
    state: State,
    alarms: AlarmsTile,
    services: Sequence[ServiceTile],
    devices: Sequence[DeviceTile],
    history: HistoryTile,
) -> Iterator[str]:
    yield from _of_trips(state.trips)
    if state.trips and state.control is Control.OBSERVE:
        yield "Observing: nothing is switched; take the load off by hand."
    if alarms.known:
        waiting = [alarm for alarm in alarms.alarms if _is_waiting(alarm)]
        yield from (_of_alarm(alarm) for alarm in sorted(waiting, key=lambda one: (_RANK.index(one.priority), one.since_at)))
    offline = [service.name for service in services if service.state == "offline"]
    yield from (_AWAY[name].format("offline", _RESTART) for name in offline if name in _AWAY)
    silent = [one.name for one in services if one.state == "unknown" and one.version and one.name in _AWAY]
    yield from (_AWAY[name].format("silent", _RESTART) for name in silent)
    offline += silent
    yield from _of_devices([one for one in devices if one.state is HealthState.LOST and one.owner not in offline])
    if not history.ok:
        yield _of_records(history.reason)


def _of_control(state: State) -> Iterator[str]:
    """One line of why it only observes."""
    if state.control is not Control.OBSERVE:
        return
    since = next((line.removesuffix(UNTIL_ARMED) for line in state.missing if line.endswith(UNTIL_ARMED)), "")
    if any(line.endswith(ONCE_ARMED) for line in state.missing):
        yield ARMED
    elif since:
        why = f"Observing since it was {since[:1].lower()}{since[1:]}"
        yield f"{why}: when what it would do is right, type `mine arm`, then restart the controller."
    else:
        yield "Observing only: when what it would do is right, set control to armed in its settings and restart the controller."


def _of_trips(trips: Sequence[Trip]) -> Iterator[str]:
    """One line for all that stand alike, however many zones tripped."""
    yield from (f"Stopped: {_bare(trip.reason)}. Reset it when the site may run." for trip in trips if trip.key == _STOP)
    others = [trip for trip in trips if trip.key != _STOP]
    yield from (f"{_first_of(trip)}: {_bare(trip.reason)}." for trip in others if trip.present and trip.key in _DANGERS)
    if present := [trip for trip in others if trip.present]:
        it = "It" if len(present) == 1 else "They"
        what, why = _all_of(trip.reason for trip in present), _all_of(trip.present for trip in present)
        yield f"Tripped: {what}. {it} cannot be reset yet: {why}."
    if gone := [trip for trip in others if not trip.present]:
        its, it = ("its cause", "it") if len(gone) == 1 else ("their causes", "them")
        what = _all_of(trip.reason for trip in gone)
        yield f"Tripped: {what}. Nothing shows {its} any more: look at the site, then reset {it}."


def _first_of(trip: Trip) -> str:
    """What the catalogue of alarms expects of a person before the reset."""
    action = class_of(f"trip_{trip.key}").action.partition("; reset")[0]
    return f"{action[0].upper()}{action[1:]}"


def _all_of(words: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(map(_bare, words)))


def _is_waiting(alarm: OpenAlarm) -> bool:
    """An emergency that stands and that nobody has acknowledged; a trip's is told by its trip."""
    is_new = alarm.active and alarm.state == "unacknowledged"
    return is_new and alarm.kind is AlarmKind.EMERGENCY and not alarm.key.startswith("trip_")


def _of_alarm(alarm: OpenAlarm) -> str:
    if not alarm.action or alarm.action.startswith("Nothing"):
        return f"Acknowledge the alarm: {_bare(alarm.cause)}."
    return f"{_bare(alarm.action)}: {_bare(alarm.cause)}."


def _of_devices(lost: Sequence[DeviceTile]) -> Iterator[str]:
    if lost:
        names = ", ".join(one.name for one in lost[:_MOST_NAMES])
        more = f" and {len(lost) - _MOST_NAMES} more" if len(lost) > _MOST_NAMES else ""
        verb = "does" if len(lost) == 1 else "do"
        yield f"{names}{more} {verb} not answer: check power and network there."


def _of_records(reason: str) -> str:
    known, to_do = later.parted(reason)
    return (
        f"{to_do}: records are not stored, {known}."
        if known
        else f"Look at the card of the Pi: records are not stored ({reason})."
    )


def _bare(text: str) -> str:
    return text.strip().rstrip(".")
