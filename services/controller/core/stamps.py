"""Remembered moments: how much time has passed, and what a stamp means after a new boot."""

from dataclasses import replace

from services.controller.core.memory import Hold, State
from services.controller.core.moments import Now, Stamp


def elapsed_s(stamp: Stamp | None, now: Now) -> float:
    """Seconds since a stamp of this boot; infinite when there is none. `rebase` makes every stored stamp one of this boot."""
    return float("inf") if stamp is None else now.mono_s - stamp.mono_s


def is_over(hold: Hold, now: Now) -> bool:
    """Whether a lease has run out."""
    return elapsed_s(hold.began, now) >= hold.seconds


def rebase(stamp: Stamp, now: Now, *, counts: bool) -> Stamp:
    """A stamp of an earlier boot as one of this boot.

    `counts`: time spent powered off counts where both calendars are trusted (the soft wait of a shed goes on). A dwell that
    permits raising begins anew instead.
    """
    if stamp.host_boot == now.host_boot:
        return stamp
    away_s = max(0.0, now.wall_s - stamp.wall_s) if counts and stamp.wall_trusted and now.wall_trusted else 0.0
    return Stamp(now.mono_s - away_s, stamp.wall_s, stamp.wall_trusted, now.host_boot)


def resume(state: State, now: Now) -> State:
    """What a new process makes of the stored state: what lowers load goes on, what would raise it begins anew."""

    def anew(stamp: Stamp | None) -> Stamp | None:
        return stamp and rebase(stamp, now, counts=False)

    def on(stamp: Stamp) -> Stamp:
        return rebase(stamp, now, counts=True)

    return replace(
        state,
        started=now,
        mode_since=state.mode_since and on(state.mode_since),
        ceilings=tuple(replace(memory, since=on(memory.since)) for memory in state.ceilings),
        clear_since=None,
        stepped=now,
        sources=tuple(
            replace(source, seen=source.seen and on(source.seen), out_until=source.out_until and on(source.out_until))
            for source in state.sources
        ),
        fans=tuple(replace(fan, changed=rebase(fan.changed, now, counts=False), low_since=None) for fan in state.fans),
        last_fan_start=anew(state.last_fan_start),
        load_off_since=anew(state.load_off_since),
        hot=(),
        zones=tuple((name, since and on(since)) for name, since in state.zones),
        trips=tuple(replace(trip, since=on(trip.since)) for trip in state.trips),
        holds=tuple(
            replace(hold, began=on(hold.began))
            for hold in state.holds
            if hold.began.host_boot == now.host_boot or not _raises(hold)
        ),
        lockouts=tuple(replace(lock, since=on(lock.since)) for lock in state.lockouts),
    )


def _raises(hold: Hold) -> bool:
    return hold.action == "wake" or any(wanted == "off" for _, wanted in hold.fans)
