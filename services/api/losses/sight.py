"""Which services and devices are there now, by what the page shows of them; of what nobody can see nothing is said."""

from services.api import tiles_of_services
from services.api.image import Image
from services.api.losses.life import Seen
from services.shared.clock import Moment
from services.shared.messages import Devices
from services.shared.vocabulary import HealthState

_WHY = {
    "offline": "it ended without a word, or is cut off",
    "stopping": "it was told to stop",
    "unknown": "it says nothing: it hangs, or is cut off",
}
_OWNERS = ("collector", "controller")


def services(image: Image, now: Moment, own: Seen) -> dict[str, Seen]:
    """Our services, as far as anything was ever heard of them; we ourselves are there."""
    found = {"api": own}
    for tile in tiles_of_services.services(image, True, now):
        presence = image.signs.presence.get(tile.name)
        if tile.name == "api" or presence is None:
            continue
        there = tile.state == "online"
        since_at = presence.sent_at or None if there else _hung_since_at(image, tile.name, now)
        why = _WHY.get(tile.state, "")
        found[tile.name] = Seen(there, why, since_at, boot=presence.boot, version=presence.version)
    return found


def _hung_since_at(image: Image, name: str, now: Moment) -> float | None:
    """When a service that hangs was heard last."""
    return now.wall_s - (now.mono_s - image.signs.pinged_mono_s[name]) if image.signs.is_hung(name, now) else None


def devices(image: Image, now: Moment) -> dict[str, Seen]:
    """The devices whose owner can be heard, and has made up its mind."""
    heard = [owner for owner in image.devices.all() if _is_heard(owner, image, now)]
    return {
        one.device: Seen(there=one.state is HealthState.OK, reason=one.reason, since_at=one.lost_since_at)
        for owner in heard
        for one in owner.devices
        if one.state in (HealthState.OK, HealthState.LOST)
    }


def named(image: Image, now: Moment) -> frozenset[str] | None:
    """All devices that there are, lost or not; None while not every owner has said which are its own."""
    owners = [owner for owner in image.devices.all() if _is_heard(owner, image, now)]
    if {owner.source for owner in owners} < set(_OWNERS):
        return None
    return frozenset(one.device for owner in owners for one in owner.devices)


def _is_heard(owner: Devices, image: Image, now: Moment) -> bool:
    tiles = {tile.name: tile.state for tile in tiles_of_services.services(image, True, now)}
    return tiles.get(owner.source) == "online"
