"""Remembered moments: how much time has passed, and what a stamp means after a new boot."""

from collections.abc import Iterator
from dataclasses import replace

from services.controller.core.memory import Hold, State
from services.controller.core.moments import Now, Stamp


def elapsed_s(stamp: Stamp | None, now: Now) -> float:
    """Seconds since a stamp of this boot; infinite when there is none. `resume` makes the stored stamps ones of this boot.

    Not `cooler`, `interval`, `calendar` and the sources' `clear_since`: what owns these sees by the boot that they are old.
    """
    return float("inf") if stamp is None else now.mono_s - stamp.mono_s


def ago(seconds: float, now: Now) -> Stamp:
    """The stamp of this boot that lies so many seconds back."""
    return Stamp(now.mono_s - seconds, now.wall_s - seconds, now.wall_trusted, now.host_boot)


def is_over(hold: Hold, now: Now) -> bool:
    """Whether a lease has run out. One of an earlier boot lowers load, and stays until a trusted clock says that it is over."""
    if hold.by_calendar and hold.began.wall_trusted:
        return now.wall_trusted and now.wall_s - hold.began.wall_s >= hold.seconds
    return elapsed_s(hold.began, now) >= hold.seconds


def told_at(stamp: Stamp, now: Now) -> float:
    """The Unix seconds of a stamp for people: one that was set before the clock was right lies as long ago as time has passed."""
    if stamp.wall_trusted or not now.wall_trusted or stamp.host_boot != now.host_boot:
        return stamp.wall_s
    return float(round(now.wall_s - elapsed_s(stamp, now)))


def rebase(stamp: Stamp, now: Now, *, counts: bool, newest: Stamp | None = None) -> Stamp:
    """A stamp of an earlier boot as one of this boot.

    `counts`: what has passed goes on (the soft wait of a shed): by the calendar where both are trusted, else as long as the
    earlier boot is known to have lived on, up to `newest`. A dwell that permits raising begins anew instead.
    """
    if stamp.host_boot == now.host_boot:
        return stamp
    passed_s = 0.0
    if counts and stamp.wall_trusted and now.wall_trusted:
        passed_s = max(0.0, now.wall_s - stamp.wall_s)
    elif counts and newest is not None and newest.host_boot == stamp.host_boot:
        passed_s = max(0.0, newest.mono_s - stamp.mono_s)
    return Stamp(now.mono_s - passed_s, stamp.wall_s, stamp.wall_trusted, now.host_boot)


def resume(state: State, now: Now) -> State:
    """What a new process makes of the stored state: what lowers load goes on, what would raise it begins anew."""

    def anew(stamp: Stamp | None) -> Stamp | None:
        return stamp and rebase(stamp, now, counts=False)

    newest = _newest(state)

    def on(stamp: Stamp) -> Stamp:
        return rebase(stamp, now, counts=True, newest=newest)

    return replace(
        state,
        started=now,
        mode_since=state.mode_since and on(state.mode_since),
        ceilings=tuple(
            replace(
                memory,
                since=on(memory.since),
                milder_since=memory.milder_since and anew(memory.milder_since),
                gone_since=memory.gone_since and anew(memory.gone_since),
            )
            for memory in state.ceilings
        ),
        lowered=tuple((on(since), names) for since, names in state.lowered),
        proven_off=tuple(one for one in state.proven_off if one[0].host_boot == now.host_boot),  # else the mains may have failed
        unshown=(),  # nobody was told to come back while no process ran
        unshown_held=tuple(_waited(state, newest, now)),
        clear_since=None,
        stepped=now,
        sources=tuple(
            replace(
                source,
                seen=source.seen and on(source.seen),
                out_until=source.out_until and on(source.out_until),
                out_since=source.out_since and on(source.out_since),
            )
            for source in state.sources
        ),
        fans=tuple(replace(fan, changed=rebase(fan.changed, now, counts=False), low_since=None) for fan in state.fans),
        last_fan_start=anew(state.last_fan_start),
        load_off_since=anew(state.load_off_since),
        returned=tuple(on(stamp) for stamp in state.returned),
        hot=(),
        zones=tuple((name, since and on(since)) for name, since in state.zones),
        trips=tuple(replace(trip, since=on(trip.since)) for trip in state.trips),
        holds=tuple(
            replace(hold, began=on(hold.began), by_calendar=hold.by_calendar or hold.began.host_boot != now.host_boot)
            for hold in state.holds
            if hold.began.host_boot == now.host_boot or not _raises(hold)
        ),
        lockouts=tuple(replace(lock, since=on(lock.since)) for lock in state.lockouts),
        silent=tuple(replace(one, since=rebase(one.since, now, counts=False)) for one in state.silent),
    )


def _newest(state: State) -> Stamp:
    """The latest moment of its boot that a stored state knows of; a source's word is written down at least once a minute."""
    stamps = [state.started, *(one.since for one in state.ceilings), *(one.seen for one in state.sources if one.seen)]
    return max((one for one in stamps if one.host_boot == state.started.host_boot), key=lambda one: one.mono_s)


def _waited(state: State, newest: Stamp, now: Now) -> Iterator[tuple[float, frozenset[str]]]:
    """How long the released loads had waited when the stored state was known to live last; after a new boot they begin anew."""
    goes_on = newest.host_boot == now.host_boot
    for since, names in state.unshown:
        yield max(0.0, newest.mono_s - since.mono_s) if goes_on else 0.0, names
    for waited_s, names in state.unshown_held:
        yield waited_s if goes_on else 0.0, names


def _raises(hold: Hold) -> bool:
    return hold.action == "wake" or any(wanted == "off" for _, wanted in hold.fans)
