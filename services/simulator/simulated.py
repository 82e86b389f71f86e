"""The simulated site as a whole: one plant, the fake devices before it, the sinks, and the task that lets time pass."""

import asyncio

from services.shared.settings.simulator_ports import port_of
from services.shared.settings.tree import Settings
from services.simulator import field
from services.simulator.control import Control
from services.simulator.devices.modbus_relay import FakeModbusRelay
from services.simulator.devices.signal_page import SignalPage
from services.simulator.plant import Plant
from services.simulator.site import Faults

_TICK_S = 0.08
_LONGEST_TICK_S = 1.0  # a computer that slept does not make the plant leap


class SimulatedSite:
    """Everything of the settings that the simulator plays. `ports` names each device's port once it is started."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.faults = Faults()
        self.plant = Plant.of(settings, self.faults)
        self.signal = SignalPage(self.plant, self.faults)
        self.sinks = field.sinks(settings, self.faults)
        self.devices = field.devices(settings, self.plant, self.faults, self.signal, self.sinks)
        self.ports: dict[str, int] = {}
        self._control = Control(self.plant, self.signal, self.sinks, self.ports, self.reboot)
        self._time: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen on every port and let time pass. Raises OSError naming the device whose port is taken."""
        host, base = self._settings.simulator.host, self._settings.simulator.base_port
        try:
            for name, device in self.devices.items():
                self.ports[name] = await _started(name, device, host, port_of(name, base))
            self.ports["control"] = await _started("control", self._control, host, self._settings.simulator.control_port)
        except OSError:
            await self.stop()
            raise
        self._time = asyncio.create_task(pass_time(self.plant))

    async def stop(self) -> None:
        """End all of it; may be called twice."""
        if self._time is not None:
            self._time.cancel()
            await asyncio.wait([self._time])
            self._time = None
        await asyncio.gather(self._control.stop(), *(device.stop() for device in self.devices.values()))

    async def live(self) -> None:
        """Until cancelled; raises what ended the passing of time."""
        assert self._time is not None
        await self._time

    async def reboot(self, device: str) -> None:
        """A PDU closes its outlets; a relay board forgets its timers and lets its coils fall. Raises LookupError."""
        board = self.devices.get(device)
        if isinstance(board, FakeModbusRelay):
            await board.power_cycle()
        else:
            self.plant.reboot(device)


async def pass_time(plant: Plant) -> None:
    """Move the plant with the clock, more than ten times a second, at its speed."""
    loop = asyncio.get_running_loop()
    before_s = loop.time()
    while True:
        await asyncio.sleep(_TICK_S)
        now_s = loop.time()
        plant.step(min(now_s - before_s, _LONGEST_TICK_S) * plant.speed)
        before_s = now_s


async def _started(name: str, device: field.Device, host: str, port: int) -> int:
    try:
        return await device.start(host, port)
    except OSError as error:
        raise OSError(error.errno, f"{name} cannot listen on {host}:{port}: {error.strerror}") from None
