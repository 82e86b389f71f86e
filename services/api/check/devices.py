"""A row for each device that the running services have, by their owners' last poll of it: nobody else ever asks a device."""

from services.api import tiles_of_services
from services.api.check import acting, sensed
from services.api.check.hints import hint
from services.api.check.places import LISTENS, WORDS, Place, places
from services.api.check.rows import CheckVerdict, Found, Row
from services.api.image import Image
from services.api.latest import age_s
from services.shared.clock import Moment
from services.shared.messages import DeviceHealth, Devices
from services.shared.settings.tree import Settings
from services.shared.spans import span

_JUDGES = {**sensed.JUDGES, **acting.JUDGES}
TOLD_EACH_S = 11.0
"""Owners tell how their devices do at least every 10 s; 1 s for the way."""


def rows(image: Image, settings: Settings, now: Moment, *, broker_connected: bool) -> tuple[Row, ...]:
    """One for each device of the configuration."""
    said = {health.device: (health, owner) for owner in image.devices.all() for health in owner.devices}
    found = []
    for place in places(settings):
        if place.kind == "foreman" and not (settings.foreman.api_key.get_secret_value() and settings.foreman.client_id):
            found.append(_row(place, CheckVerdict.WARNING, acting.NOT_ARMED, "set both in config.txt, and start again"))
        elif place.name not in said:
            found.append(_row(place, CheckVerdict.UNKNOWN, "nobody has said anything of it", hint(place.kind, "nobody reads it")))
        else:
            found.append(_judged(place, *said[place.name], image, settings, now, broker_connected=broker_connected))
    return tuple(found)


def _judged(
    place: Place, health: DeviceHealth, owner: Devices, image: Image, settings: Settings, now: Moment, *, broker_connected: bool
) -> Row:
    unheard = tiles_of_services.unheard(owner, image, broker_connected, now)
    age = age_s(health.polled_mono_s, owner.host_boot, now)
    due_s = None if unheard or place.kind in LISTENS else health.due_s + TOLD_EACH_S
    timing = {"age_s": age, "took_s": health.took_s, "due_s": due_s}
    ok_s = age_s(health.last_ok_mono_s, owner.host_boot, now)
    before = "never answered" if ok_s is None else f"answered {span(ok_s)} ago"
    if unheard:  # its owner, or the broker, has a row of its own, with what to do
        row = _row(place, CheckVerdict.UNKNOWN, f"{unheard}; {before}", "")
    elif health.failure:
        row = _row(place, CheckVerdict.FAULT, f"{health.failure}; {before}", hint(place.kind, health.failure))
    elif age is None:
        words = "no message has come yet" if place.kind in LISTENS else "it was not asked yet"
        row = _row(place, CheckVerdict.UNKNOWN, words, hint(place.kind, "nothing on it") if place.kind in LISTENS else "")
    else:
        row = _read(place, _JUDGES[place.kind](health, image, settings))
    return row.model_copy(update=timing)


def _read(place: Place, found: Found) -> Row:
    if not found.trouble:
        return _row(place, CheckVerdict.OK, found.words, "")
    verdict = CheckVerdict.FAULT if found.is_fault else CheckVerdict.WARNING
    return _row(place, verdict, f"{found.words}; {found.trouble}", hint(place.kind, found.trouble))


def _row(place: Place, verdict: CheckVerdict, words: str, hint: str) -> Row:
    return Row(
        part="device", name=place.name, kind=place.kind, what=WORDS[place.kind], address=place.address, verdict=verdict,
        words=words, hint=hint,
    )  # fmt: skip
