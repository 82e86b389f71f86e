"""Acting devices that do not answer, and since when. Silence goes on over a restart: a device not heard since is as it was."""

from services.controller.core.memory import Silence, State
from services.controller.core.moments import Now, Stamp
from services.controller.core.plant import Limits
from services.controller.core.seen import DeviceSeen, Snapshot
from services.controller.core.stamps import elapsed_s

FIRST_ANSWER_S = 20.0  # a process that just started has asked nobody yet


def judge_silence(state: State, snapshot: Snapshot, limits: Limits, now: Now) -> tuple[Silence, ...]:
    """Every acting device that was not heard by this process, or not for half of its limit."""
    before = {one.device: one for one in state.silent}
    acting = (device for device in snapshot.devices if device.name in limits.lost_after_s)
    judged = (_judge(device, before.get(device.name), state, limits, now) for device in acting)
    return tuple(one for one in judged if one is not None)


def lost_devices(silent: tuple[Silence, ...]) -> frozenset[str]:
    """Those that have not answered within their limit."""
    return frozenset(one.device for one in silent if one.is_lost)


def away_devices(silent: tuple[Silence, ...], limits: Limits, now: Now) -> frozenset[str]:
    """Those that are silent for half of their limit; not those that this process did not ask yet."""
    return frozenset(one.device for one in silent if elapsed_s(one.since, now) > limits.lost_after_s[one.device] / 2)


def _judge(device: DeviceSeen, known: Silence | None, state: State, limits: Limits, now: Now) -> Silence | None:
    heard_s, limit_s = device.last_ok_mono_s, limits.lost_after_s[device.name]
    if heard_s is None:
        since = state.started if known is None else known.since
        is_late = elapsed_s(since, now) > limit_s and elapsed_s(state.started, now) > FIRST_ANSWER_S
        return Silence(device.name, since, is_late or (known is not None and known.is_lost))
    silent_s = now.mono_s - heard_s
    if silent_s <= limit_s / 2:
        return None
    if known is not None and known.since.mono_s == heard_s:
        since = known.since
    else:
        since = Stamp(heard_s, now.wall_s - silent_s, now.wall_trusted, now.host_boot)
    return Silence(device.name, since, silent_s > limit_s)
