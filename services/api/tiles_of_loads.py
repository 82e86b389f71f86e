"""The tiles of the load groups and of the PDUs that feed them."""

from collections.abc import Mapping, Sequence

from services.api.image import READING_STALE_S, Image
from services.api.latest import age_s
from services.api.load_rows import groups_of, letters
from services.api.tile_views import GroupTile, PduTile, Tone
from services.shared.clock import Moment
from services.shared.messages import DeviceHealth, MemberReport
from services.shared.settings.tree import LoadRow, Settings
from services.shared.vocabulary import HealthState, LoadState, PowerState

Members = Mapping[str, MemberReport]


def groups(image: Image, settings: Settings, now: Moment, *, silent: bool) -> tuple[GroupTile, ...]:
    """Every group that is configured or reported; while the controller is silent all of it is unknown."""
    configured = groups_of(settings)
    names = sorted({*configured, *(reported.group for reported in image.reported.all())})
    return tuple(_group(name, configured.get(name, []), image, now, silent=silent) for name in names)


def pdus(image: Image, settings: Settings, now: Moment, *, silent: bool) -> tuple[PduTile, ...]:
    """Every configured PDU, in the order of `pdu_ip`."""
    members = {} if silent else {member.name: member for group in image.reported.all() for member in group.members}
    healths = {health.device: health for owner in image.devices.all() for health in owner.devices}
    names = [f"pdu-{number}" for number, _ in enumerate(settings.apis.pdu_ip, 1)]
    return tuple(_pdu(name, image, settings, members, healths.get(name), now) for name in names)


def _group(name: str, configured: Sequence[LoadRow], image: Image, now: Moment, *, silent: bool) -> GroupTile:
    reported = image.reported.get(name)
    said = image.members(name, now)
    known = () if silent else said
    count = len({row.name for row in configured} | {member.name for member in said})
    states = letters((row.name for row in configured), {member.name: member for member in known}) or "u" * count
    counted = [member.state for member in known]
    watts = _fresh_watts(known, reported.host_boot if reported else "", now)
    targets = {member.target for member in said}
    return GroupTile(
        name=name,
        members=count,
        hashing=counted.count(LoadState.HASHING),
        waking=counted.count(LoadState.WAKING),
        asleep=counted.count(LoadState.ASLEEP),
        unknown=states.count("u"),
        outlets_off=sum(member.outlet is PowerState.OFF for member in known),
        target=targets.pop() if len(targets) == 1 else "mixed",
        measured_kw=sum(watts) / 1000 if watts else None,
        metered=len(watts),
        states=states,
        tone="unknown" if "u" in states else "good",
    )


def _fresh_watts(members: Sequence[MemberReport], host_boot: str, now: Moment) -> list[float]:
    """Members whose watts are old are not counted as metered."""
    ages = [(member.watts, age_s(member.watts_mono_s, host_boot, now)) for member in members]
    return [watts for watts, age in ages if watts is not None and age is not None and age <= READING_STALE_S]


def _pdu(name: str, image: Image, settings: Settings, members: Members, health: DeviceHealth | None, now: Moment) -> PduTile:
    last, shown = image.readings.get(name, "power"), image.good.get(name, "power")
    age = age_s(shown.poll_started_mono_s, shown.host_boot, now) if shown else None
    stale = last is None or last.value is None or age is None or age > READING_STALE_S
    outlets = [members[row.name].outlet if row.name in members else PowerState.UNKNOWN for row in _fed(name, settings)]
    kw, limit_kw = shown.value if shown else None, _limit_kw(name, settings)
    tone, reason = _told(health, stale=stale, over=kw is not None and limit_kw is not None and kw > limit_kw)
    return PduTile(
        age_s=age,
        stale=stale,
        stale_after_s=READING_STALE_S,
        name=name,
        kw=kw,
        limit_kw=limit_kw,
        outlets_on=outlets.count(PowerState.ON),
        outlets_off=outlets.count(PowerState.OFF),
        outlets_unknown=outlets.count(PowerState.UNKNOWN),
        reason=reason,
        tone=tone,
    )


def _fed(name: str, settings: Settings) -> list[LoadRow]:
    return [row for row in settings.loads if row.pdu == name and row.outlet is not None]


def _limit_kw(name: str, settings: Settings) -> float | None:
    """The lowest of the feeders that carry this PDU and nothing else."""
    own = [one.limit_kw for one in settings.feeders.values() if {member.lower() for member in one.members} == {name}]
    return min(own, default=None)


def _told(health: DeviceHealth | None, *, stale: bool, over: bool) -> tuple[Tone, str]:
    if health is not None and health.state is HealthState.LOST:
        return "unknown", health.reason
    if stale:
        return "unknown", "its kW are not known at present"
    return ("bad", "more than its feeder carries") if over else ("good", "")
