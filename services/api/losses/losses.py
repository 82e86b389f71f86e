"""All services and devices, and the broker: what of their coming and going is told, each once; what begins together, as one."""

from collections.abc import Mapping
from dataclasses import replace

from services.api.losses.happening import Happening
from services.api.losses.life import Act, Life, Seen
from services.api.losses.often import SHORT_S
from services.api.losses.spells import Spells
from services.shared.clock import Moment

BROKER = "broker"
TOGETHER_S = 20.0
"""Services that begin within so long of each other, as after a restart of all, are one line."""
MOST_DEVICES = 2_000
_Lives = dict[str, Life]
_Sight = Mapping[str, Seen]


class Losses:
    """`look` at each moment at what is seen; what it returns counts as told, and belongs into the history."""

    def __init__(self) -> None:
        self._services: _Lives = {}
        self._devices: _Lives = {}
        self._broker: _Lives = {BROKER: Life(SHORT_S, told="there")}

    def remember(self, happened: Happening, now: Moment) -> None:
        """What an earlier process told, the oldest first."""
        then = replace(now, mono_s=now.mono_s - max(0.0, now.wall_s - happened.at))
        for name in happened.names:
            life = self._of(name, is_device=happened.is_device)
            life.tell(happened.act, happened.boots.get(name, ""), then, max(1, len(happened.spells.get(name, ()))))
            life.resume(then.mono_s if happened.act == "lost" else None)

    def look_at_broker(self, connected: bool, now: Moment) -> list[Happening]:
        """Whether the broker can be reached. While it cannot, nobody sees anything else."""
        return _single(self._broker, {BROKER: Seen(connected, "while it is away no service hears another")}, now)

    def look(self, services: _Sight, devices: _Sight, now: Moment) -> list[Happening]:
        """What is to be told. What is not named is not seen, and stays as it is."""
        ours = {name: self._of(name, is_device=False) for name in services}
        theirs = {name: self._of(name, is_device=True) for name in devices}
        return [*_single(ours, services, now), *_together(ours, services, now), *_single(theirs, devices, now)]

    def gone(self, named: frozenset[str], now: Moment) -> list[Happening]:
        """Devices that are lost and that nobody reads any more, because they are not in the configuration."""
        lost = [name for name, life in self._devices.items() if life.told == "lost" and name not in named]
        for name in lost:
            del self._devices[name]
        return [Happening("gone", (name,), now.wall_s, reason="it is not in the configuration any more") for name in lost]

    def _of(self, name: str, *, is_device: bool) -> Life:
        if not is_device:
            return self._broker.get(name) or self._services.setdefault(name, Life(SHORT_S))
        is_room = name in self._devices or len(self._devices) < MOST_DEVICES
        return self._devices.setdefault(name, Life()) if is_room else Life(told="there")


def _single(lives: _Lives, seen: _Sight, now: Moment) -> list[Happening]:
    """Losses and returns, a line for each, and what was waiting to be told of one."""
    acts = {name: life.look(seen[name], now) for name, life in lives.items()}
    due = [(name, act) for name, act in acts.items() if act is not None and (act != "began" or lives[name].waiting)]
    return [_told((name,), act, lives, seen, now) for name, act in due]


def _together(lives: _Lives, seen: _Sight, now: Moment) -> list[Happening]:
    """Those that began anew, one line for all, when no other is about to."""
    if not any(life.look(seen[name], now) == "began" for name, life in lives.items()):
        return []
    stood_s = {
        name: now.mono_s - life.there_s
        for name, life in lives.items()
        if life.there_s is not None and life.is_beginning(seen[name])
    }
    begun = tuple(sorted(name for name, for_s in stood_s.items() if for_s >= SHORT_S))
    if len(begun) < len(stood_s) and max(stood_s.values()) < SHORT_S + TOGETHER_S:
        return []
    return [_told(begun, "began", lives, seen, now)]


def _told(names: tuple[str, ...], act: Act, lives: _Lives, seen: _Sight, now: Moment) -> Happening:
    these, first = [lives[name] for name in names], seen[names[0]]
    since_s = [at_s for life in these if (at_s := life.lost_s if act == "lost" else life.there_s) is not None]
    away = {} if act == "lost" else {name: spells for name in names if (spells := lives[name].away).times}
    found = Happening(
        act, names, at=now.wall_s - (now.mono_s - min(since_s, default=now.mono_s)),
        seconds=max((spells.seconds for spells in away.values()), default=None),
        reason=first.reason if act == "lost" else "",
        version=first.version if act != "lost" else "",
        times=max(life.begun for life in these),
        absences=max((spells.times for spells in away.values()), default=0),
        boots={} if not first.boot and names[0] != BROKER else {name: seen[name].boot for name in names},
        spells={name: _by_calendar(spells, now) for name, spells in away.items()},
    )  # fmt: skip
    for name in names:
        lives[name].tell(act, seen[name].boot, now)
    return found


def _by_calendar(spells: Spells, now: Moment) -> list[tuple[int, int]]:
    """In Unix milliseconds."""
    began_at = now.wall_s - now.mono_s
    return [(_ms(began_at + from_s), _ms(began_at + until_s)) for from_s, until_s in spells.kept]


def _ms(at: float) -> int:
    return max(0, int(at * 1000))
