"""The tiles of our own services, of the devices as these see them, and of the alarms."""

from services.api.image import SILENT_TO_SEE_S, Image
from services.api.latest import age_s
from services.api.signs import SILENT
from services.api.tile_views import AlarmsTile, DeviceTile, ServiceTile
from services.api.unread import NOT_HEARD, NOT_READ
from services.shared.clock import Moment
from services.shared.messages import DeviceHealth, Devices, OpenAlarm, Presence
from services.shared.vocabulary import HealthState

SERVICES = ("api", "collector", "controller", "notifier")


def unheard(owner: Devices, image: Image, broker_connected: bool, now: Moment) -> str:
    """Why nobody reads the devices of a service now, as far as is known; empty where it does."""
    if not broker_connected:
        return f"{NOT_HEARD}the broker cannot be reached"
    presence = image.signs.presence.get(owner.source)
    if presence and presence.state == "offline":
        return f"{NOT_READ}the {owner.source} is offline"
    is_silent = image.signs.is_collector_silent(now) if owner.source == "collector" else is_controller_silent(image, now)
    return f"{NOT_READ}the {owner.source} is silent" if is_silent else ""


def is_controller_silent(image: Image, now: Moment) -> bool:
    """Whether it is known to be offline, or has said nothing for longer than whoever looks should wait."""
    return image.silence(now, SILENT_TO_SEE_S) == SILENT


def device(health: DeviceHealth, owner: Devices, now: Moment, *, unheard: str) -> DeviceTile:
    """A device by its owner's word; one that nobody reads is lost, whatever was said of it last."""
    silent = bool(unheard) and health.state in (HealthState.OK, HealthState.STARTING)
    return DeviceTile(
        name=health.device,
        kind=health.kind,
        owner=owner.source,
        state=HealthState.LOST if silent else health.state,
        reason=unheard if silent else health.reason,
        age_s=age_s(health.last_ok_mono_s, owner.host_boot, now),
        lost_since_at=health.lost_since_at,
    )


def services(image: Image, broker_connected: bool, now: Moment) -> tuple[ServiceTile, ...]:
    """Our services, and nobody who only listens. Without the broker nobody's presence is known but our own."""
    known = image.signs.presence if broker_connected else None
    tiles = (_service(name, known.get(name) if known else None) for name in SERVICES)
    return tuple(_heard(tile, image, now) for tile in tiles)


def _heard(tile: ServiceTile, image: Image, now: Moment) -> ServiceTile:
    """A service that calls itself online and says nothing: nobody knows what it does. We ourselves speak here."""
    if tile.name == "api":
        return tile
    is_silent = (
        image.signs.is_hung(tile.name, now)
        or (tile.name == "collector" and image.signs.is_collector_silent(now))
        or (tile.name == "controller" and image.state is not None and bool(image.silence(now, SILENT_TO_SEE_S)))
    )
    return tile.model_copy(update={"state": "unknown"}) if is_silent and tile.state == "online" else tile


def is_notifier_silent(image: Image, broker_connected: bool) -> bool:
    """Whether what the notifier said last may be of the past."""
    notifier = image.signs.presence.get("notifier")
    is_gone = notifier is not None and notifier.state == "offline"
    return not broker_connected or is_gone or image.signs.is_hung("notifier", image.now())


def alarms(image: Image, broker_connected: bool) -> AlarmsTile:
    """The notifier's word, as long as the notifier lives and can be heard."""
    said = image.alarm_state
    silent = is_notifier_silent(image, broker_connected)
    if said is None:
        return AlarmsTile(known=False, open=None, unacknowledged=None, alarms=(), channels=())
    return AlarmsTile(
        known=not silent,
        open=None if silent else sum(alarm.active for alarm in said.alarms),
        unacknowledged=None if silent else sum(_unseen(alarm) for alarm in said.alarms),
        alarms=said.alarms,
        channels=said.channels,
        shelves=said.shelves,
    )


def _unseen(alarm: OpenAlarm) -> bool:
    """Nobody acknowledged it, nor put it on a shelf."""
    return not alarm.acknowledged_by and alarm.state != "shelved"


def _service(name: str, presence: Presence | None) -> ServiceTile:
    if name == "api":
        return ServiceTile(name=name, state="online", version=presence.version if presence else "", since_at=None)
    if presence is None:
        return ServiceTile(name=name, state="unknown", version="", since_at=None)
    return ServiceTile(name=name, state=presence.state, version=presence.version, since_at=presence.sent_at or None)
