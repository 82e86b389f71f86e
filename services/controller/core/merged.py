"""Where too many leases of a kind stand, the two mildest become one: nobody's ask is refused for want of room."""

from dataclasses import replace

from services.controller.core.memory import Hold
from services.controller.core.plant import Limits
from services.controller.core.stamps import elapsed_s
from services.shared.vocabulary import LeaseKind, PowerState

MOST_OF_A_KIND = 50
"""Leases that may stand at once: each is in the state that goes to the bus, which takes no more than 250,000 bytes."""
SEVERAL = "several people or programs"
_WHY = f"more than {MOST_OF_A_KIND} stood: the stricter ask and the later end of both"


def with_room(kept: tuple[Hold, ...], new: Hold, limits: Limits) -> tuple[Hold, ...]:
    """The leases and the new one, which stands as it was asked. Those that were there are merged until it has room."""

    def mildness(hold: Hold) -> tuple[float, float]:
        return _strictness(hold, limits), _left_s(hold, new)

    same = sorted((one for one in kept if one.kind is new.kind), key=mildness)
    if len(same) < MOST_OF_A_KIND:
        return (*kept, new)
    mildest, next_one = same[:2]
    both = next_one if _is_idle(mildest, next_one, limits) else _merged(mildest, next_one, new)
    return (*(both if one is next_one else one for one in kept if one is not mildest), new)


def _strictness(hold: Hold, limits: Limits) -> float:
    """To compare leases of one kind. 0 or less: without it nothing comes back that it held."""
    match hold.kind:
        case LeaseKind.POWER_SIGNAL:
            kw = limits.curtail_to_kw if hold.target_kw is None else hold.target_kw
            return 1.0 / (1.0 + kw) if hold.level is not None and hold.level.curtails else 0.0
        case LeaseKind.MINERS:
            named = sum(bool({"all", load.name, load.group} & set(hold.members)) for load in limits.loads)
            return float(named) if hold.action == "sleep" else 0.0
        case LeaseKind.FANS:
            return float((hold.fan_stage or 0) + sum(wanted is PowerState.ON for _, wanted in hold.fans))
    return hold.celsius or 0.0


def _left_s(hold: Hold, new: Hold) -> float:
    return hold.seconds - elapsed_s(hold.began, new.began)


def _is_idle(mildest: Hold, beside: Hold, limits: Limits) -> bool:
    return _strictness(mildest, limits) <= 0 or mildest.sensor != beside.sensor


def _merged(mild: Hold, strict: Hold, new: Hold) -> Hold:
    """It ends when the later of both would have, and goes by the stricter one's name."""
    later = max(mild, strict, key=lambda one: _left_s(one, new))
    fans = {**dict(mild.fans), **dict(strict.fans)}
    on = {number for number, wanted in (*mild.fans, *strict.fans) if wanted is PowerState.ON}
    return replace(
        later,
        id=strict.id,
        owner=SEVERAL,
        reason=_WHY,
        level=strict.level,
        target_kw=strict.target_kw,
        members=tuple(dict.fromkeys((*mild.members, *strict.members))),
        fans=tuple((number, PowerState.ON if number in on else PowerState.OFF) for number in sorted(fans)),
        fan_stage=max((one.fan_stage for one in (mild, strict) if one.fan_stage is not None), default=None),
        celsius=strict.celsius,
    )
