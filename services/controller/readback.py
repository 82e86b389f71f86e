"""What the drivers' polls told last, beside the limits' loads and fans, and the snapshot built from it and the senses."""

from collections.abc import Sequence
from dataclasses import replace

from services.controller.core.plant import Limits
from services.controller.core.seen import DeviceSeen, FanSeen, LoadSeen, MeterSeen, Snapshot
from services.controller.drivers.base import Fact, FanFact, LoadFact, PowerFact
from services.controller.senses import Senses


class Readback:
    """Facts by load and fan. A fact whose poll started earlier never replaces one that started later."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._loads = [LoadSeen() for _ in limits.loads]
        self._fans = [FanSeen() for _ in limits.fans]
        self._meters: dict[str, MeterSeen] = {}
        self._ok: dict[str, float] = {}
        self._load_index = {load.name: i for i, load in enumerate(limits.loads)}
        self._fan_index = {fan.number: i for i, fan in enumerate(limits.fans)}

    def take(self, device: str, facts: Sequence[Fact], started_mono_s: float) -> None:
        """Take the facts of one successful poll."""
        self._ok[device] = max(started_mono_s, self._ok.get(device, started_mono_s))
        for fact in facts:
            if isinstance(fact, LoadFact):
                self._take_load(fact)
            elif isinstance(fact, FanFact):
                self._take_fan(fact)
            else:
                self._take_power(device, fact)

    def load(self, name: str) -> LoadSeen:
        """One load as read back."""
        return self._loads[self._load_index[name]]

    def fan(self, number: int) -> FanSeen:
        """One fan as read back, without its watts."""
        return self._fans[self._fan_index[number]]

    def snapshot(self, senses: Senses, now_mono_s: float) -> Snapshot:
        """The process image of this moment, frozen."""
        site = senses.site_meter()
        return Snapshot(
            signals=senses.signals(),
            temperatures=senses.temperatures(),
            humidities=senses.humidities(),
            switches=senses.switches(),
            loads=tuple(self._loads),
            fans=self._fans_with_watts(senses),
            meters=tuple(self._meters.values()) + ((site,) if site else ()),
            devices=tuple(DeviceSeen(name, kind, self._ok.get(name)) for name, kind in self._limits.device_kinds.items()),
            volts_good=senses.volts_good(now_mono_s),
        )

    def _fans_with_watts(self, senses: Senses) -> tuple[FanSeen, ...]:
        watts = senses.fan_watts()
        return tuple(
            replace(seen, watts=watts.get(fan.number, (None, 0.0))[0], watts_mono_s=watts.get(fan.number, (None, None))[1])
            for fan, seen in zip(self._limits.fans, self._fans, strict=True)
        )

    def _take_load(self, fact: LoadFact) -> None:
        index = self._load_index.get(fact.name)
        if index is None:
            return
        seen, at = self._loads[index], fact.poll_started_mono_s
        if fact.state is not None and at >= (seen.state_mono_s or 0.0):
            seen = replace(seen, state=fact.state, state_mono_s=at)
        if fact.outlet is not None and at >= (seen.outlet_mono_s or 0.0):
            seen = replace(seen, outlet=fact.outlet, outlet_mono_s=at)
        if fact.watts is not None and at >= (seen.watts_mono_s or 0.0):
            seen = replace(seen, watts=fact.watts, watts_mono_s=at)
        self._loads[index] = seen

    def _take_fan(self, fact: FanFact) -> None:
        index = self._fan_index.get(fact.number)
        if index is not None and fact.poll_started_mono_s >= (self._fans[index].relay_mono_s or 0.0):
            self._fans[index] = replace(self._fans[index], relay=fact.relay, relay_mono_s=fact.poll_started_mono_s)

    def _take_power(self, device: str, fact: PowerFact) -> None:
        known = self._meters.get(device)
        if known is None or fact.poll_started_mono_s >= (known.mono_s or 0.0):
            self._meters[device] = MeterSeen(device, device, fact.kw, fact.poll_started_mono_s)
