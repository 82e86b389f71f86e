"""The simulated plant: miners, PDUs, fans and a building, moved by `step` in simulated seconds. Pure: no clock, no socket.

The same seed and the same calls give the same plant, so that the twin may leap through a day of it.
"""

from collections import Counter
from collections.abc import Sequence

from services.shared.settings.tree import Settings
from services.simulator.building import Outside
from services.simulator.fans import Fan
from services.simulator.hall import Hall
from services.simulator.layout import OUTLETS_PER_PDU, Place, places
from services.simulator.miners import Miner
from services.simulator.outlets import Pdu
from services.simulator.site import Faults
from services.simulator.wiring import FanWiring

BASE_WATTS = 5_000.0
"""Lights, network and control of the site."""

SWITCHES = ("utility", "door", "flood", "smoke")

_MAINS_VOLTS = 120.0
_SAG_VOLTS_PER_MW = 1.5
_PROTECTION_C = 65.0  # of the hall: the chips behind it are past their own limit
_FULL_LOAD_W = 1.0e6  # of the hall that the building's constants describe
_RESTLESS_STEP_S = 1.0
_CALM_STEP_S = 5.0
_STILL_STEP_S = 60.0  # when neither a miner nor a fan moves


class Plant:
    """Implements `site.Site`. Starts with all miners hashing, all fans running, all outlets closed and all switches open."""

    def __init__(
        self,
        *,
        miners: int = 300,
        wiring: FanWiring | None = None,
        faults: Faults | None = None,
        seed: int = 1,
        hall: Sequence[Place] | None = None,
        fan_zones: Sequence[str] = (),
        longest_step_s: float = _CALM_STEP_S,
        begins_s: float = 0.0,
    ) -> None:
        """`hall` instead of `miners`: a site of one's own, in a building of its size. `fan_zones`: whose air each fan moves ("":
        all fans take turns). `longest_step_s`: how far a plant at rest may leap at once, up to 60 s.
        `begins_s`: the first moment of its clock; 0 is nine in the morning to the weather.
        """
        own = hall is not None
        hall = places(miners) if hall is None else hall
        self.faults = faults or Faults()
        self.speed = 1.0
        self.outside = Outside()
        self.wiring = wiring or FanWiring(9)
        self._now_s = begins_s
        self._miners = {place.name: Miner(place, seed, self.faults) for place in hall}
        self._in_order = tuple(self._miners.values())
        self.pdus = {name: self._pdu(name) for name in dict.fromkeys(place.pdu for place in hall if place.pdu)}
        numbers = range(1, self.wiring.fans + 1)
        self.fans = [Fan(n, seed, self.faults, running=self.wiring.feeds(n), begins_s=begins_s) for n in numbers]
        self.zones = tuple(dict.fromkeys(place.zone for place in hall)) or ("main",)
        scale = sum(place.model.watts for place in hall) / _FULL_LOAD_W if own else 1.0
        self._hall = Hall(self.fans, self.zones, fan_zones, scale=scale, outside_c=self.outside.celsius(begins_s))
        self.building = self._hall.building
        self._longest_step_s = min(longest_step_s, _STILL_STEP_S)
        self._mains = True
        self._closed_switches = {"utility"}  # its open contact asks for control
        self._moving: list[Miner] = []
        self._zone_watts: dict[str, float] = {}
        self._zone_nominal = {zone: sum(p.model.watts for p in hall if p.zone == zone) for zone in self.zones}
        self._sum_up()

    @classmethod
    def of(cls, settings: Settings, faults: Faults) -> "Plant":
        """The plant that the settings describe."""
        fans = settings.fans
        lamp = settings.annunciator
        place = f"{lamp.board}/{lamp.relay}" if lamp.board else ""
        wiring = FanWiring(fans.count, fans.wiring, fans.channels, place)
        plant = cls(miners=settings.simulator.miners, wiring=wiring, faults=faults, seed=settings.simulator.seed)
        plant.speed = settings.simulator.speed
        return plant

    def step(self, dt_s: float) -> None:
        """Let `dt_s` simulated seconds pass."""
        while dt_s > 0:
            step_s = min(dt_s, self._step_s())
            self._advance(step_s)
            dt_s -= step_s

    def now_s(self) -> float:
        """Simulated seconds since the start."""
        return self._now_s

    def miners(self) -> Sequence[Miner]:
        """All miners, by PDU and outlet."""
        return self._in_order

    def miner(self, name: str) -> Miner:
        """One miner. Raises LookupError."""
        return self._miners[name]

    def set_power_mode(self, miner: str, mode: str) -> None:
        """Tell a miner `sleeping`, `low`, `normal` or `high`. Raises LookupError and ValueError."""
        self._miners[miner].command(mode, self._now_s)
        self._disturb([self._miners[miner]])

    def miner_watts(self, miner: str) -> float:
        """What it draws now. Raises LookupError."""
        return self._miners[miner].watts

    def outlets(self, pdu: str) -> int:
        """How many outlets a PDU has. Raises LookupError."""
        return self.pdus[pdu].outlets

    def outlet_on(self, pdu: str, outlet: int) -> bool:
        """Whether the contact is closed. Raises LookupError."""
        return self.pdus[pdu].is_closed(outlet)

    def set_outlet(self, pdu: str, outlet: int, on: bool) -> None:
        """Close or open the contact. Raises LookupError."""
        miner = self.pdus[pdu].switch(outlet, on, self._now_s) if self._mains else None
        cut_off = self.pdus[pdu].check_breakers(self._now_s) if on else []
        self._disturb([miner, *cut_off] if miner else cut_off)

    def outlet_watts(self, pdu: str, outlet: int) -> float:
        """What flows through one outlet. Raises LookupError."""
        return self.pdus[pdu].watts(outlet)

    def trip_breaker(self, pdu: str, outlet: int) -> None:
        """The breaker before an outlet opens. Raises LookupError."""
        self._disturb(self.pdus[pdu].trip_breaker(outlet, self._now_s))

    def feed_anew(self, pdu: str) -> None:
        """A contact of this PDU that was welded is what it shows again. Raises LookupError."""
        if self._mains:
            self.pdus[pdu].restore(self._now_s)
            self._disturb(self._in_order)

    def cut_mains(self) -> None:
        """The supply fails: miners and fans stand still until `restore_mains`."""
        self._mains = False
        for miner in self._in_order:
            miner.power(False, self._now_s)
        self._disturb(self._in_order)

    def restore_mains(self) -> None:
        """The supply is back: whatever its outlet feeds boots, and the fans start."""
        self._mains = True
        for miner in self._in_order:
            if not miner.place.pdu:
                miner.power(True, self._now_s)
        for pdu in self.pdus.values():
            pdu.restore(self._now_s)
        self._disturb(self._in_order)

    def reset_breakers(self, pdu: str) -> None:
        """Somebody closes the tripped breakers of a PDU by hand. Raises LookupError."""
        self._disturb(self.pdus[pdu].reset_breakers(self._now_s))

    def reboot(self, device: str) -> None:
        """A PDU closes all its outlets, a relay board lets all its coils fall. Raises LookupError."""
        if device in self.wiring.boards():
            self.wiring.drop(device)
        else:
            self._disturb(self.pdus[device].reboot(self._now_s) if self._mains else [])

    def coil(self, board: str, channel: int) -> bool:
        """Whether a relay coil is energised, channels from 0. Raises LookupError."""
        return self.wiring.coil(board, channel)

    def set_coil(self, board: str, channel: int, energised: bool) -> None:
        """Energise a coil or let it fall. Raises LookupError."""
        self.wiring.set_coil(board, channel, energised)

    def volts(self) -> float:
        """At the energy monitor: 120 V, less what the load sags; 0 without mains."""
        return 0.0 if not self._mains else _MAINS_VOLTS - _SAG_VOLTS_PER_MW * self.site_watts() / 1e6

    def fan_watts(self, number: int) -> float:
        """What fan 1 to 9 draws; 0 for a fan that is not there, and without mains."""
        return self.fans[number - 1].watts(self._now_s) if self._mains and 1 <= number <= len(self.fans) else 0.0

    def site_watts(self) -> float:
        """Miners, fans and the rest; 0 without mains."""
        return 0.0 if not self._mains else self.load_watts() + sum(fan.watts(self._now_s) for fan in self.fans) + BASE_WATTS

    def load_watts(self) -> float:
        """Miners alone."""
        return sum(self._zone_watts.values())

    def zone_share(self, zone: str) -> float:
        """What the loads of a zone draw, as a share of their nominal watts. Raises LookupError."""
        return self._zone_watts[zone] / self._zone_nominal[zone]

    def temperature_c(self, sensor: str) -> float:
        """`intake-1` (the first zone, east), `intake-2` (the last, west), `exhaust` or `outside`. Raises LookupError."""
        if sensor == "outside":
            return self.outside.celsius(self._now_s)
        if sensor == "exhaust":
            return self.building.exhaust_c(self.load_watts())
        return self.building.zones[{"intake-1": self.zones[0], "intake-2": self.zones[-1]}[sensor]]

    def humidity_percent(self) -> float:
        """In the building."""
        return self.building.humidity_percent(self.temperature_c("outside"), self.outside.humidity_percent)

    def switch_closed(self, name: str) -> bool:
        """A dry contact."""
        return name in self._closed_switches

    def set_switch(self, name: str, closed: bool) -> None:
        """Close or open a dry contact. Raises LookupError."""
        if name not in SWITCHES:
            raise LookupError(f"no switch {name!r}; allowed: {', '.join(SWITCHES)}")
        (self._closed_switches.add if closed else self._closed_switches.discard)(name)

    def states(self) -> dict[str, int]:
        """How many miners are in each state."""
        return dict(Counter(miner.state for miner in self._miners.values()))

    def parts(self) -> set[str]:
        """What may have a fault of its own, as `Faults` names it."""
        outlets = {f"outlet:{name}/{n}" for name, pdu in self.pdus.items() for n in range(1, pdu.outlets + 1)}
        return outlets | {f"miner:{name}" for name in self._miners} | {f"fan:{fan.number}" for fan in self.fans}

    def _pdu(self, name: str) -> Pdu:
        mine = {miner.place.outlet: miner for miner in self._miners.values() if miner.place.pdu == name}
        return Pdu(name, max(OUTLETS_PER_PDU, *mine), mine, self.faults)

    def _advance(self, dt_s: float) -> None:
        self._now_s += dt_s
        if self._moving:
            for miner in self._moving:
                miner.step(self._now_s)
            for pdu in self.pdus.values():
                self._disturb(pdu.check_breakers(self._now_s))
            self._moving = [miner for miner in self._moving if miner.moving]
            self._sum_up()
        outside_c = self.outside.celsius(self._now_s)
        self._hall.step(dt_s, self._now_s, self.wiring, self._zone_watts, outside_c, mains=self._mains)
        self._protect()

    def _step_s(self) -> float:
        if self._moving:
            return _RESTLESS_STEP_S
        leaps = self._longest_step_s > _CALM_STEP_S
        at_rest = leaps and self._hall.is_steady(self.wiring, self._now_s, mains=self._mains)
        return self._longest_step_s if at_rest else _CALM_STEP_S

    def _protect(self) -> None:
        for zone, celsius in self.building.zones.items():
            if celsius > _PROTECTION_C and self._zone_watts[zone] > 0:
                hot = [miner for miner in self._miners.values() if miner.place.zone == zone]
                for miner in hot:
                    miner.protect_itself(self._now_s)
                self._disturb(hot)

    def _disturb(self, miners: Sequence[Miner]) -> None:
        if not miners:
            return
        known = set(map(id, self._moving))
        self._moving.extend(miner for miner in miners if miner.moving and id(miner) not in known)
        self._sum_up()

    def _sum_up(self) -> None:
        self._zone_watts = dict.fromkeys(self.zones, 0.0)
        for miner in self._in_order:
            self._zone_watts[miner.place.zone] += miner.watts
