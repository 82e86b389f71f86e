"""AVTECH Room Alert: temperatures, humidity and dry contacts from its own page.

The path differs by firmware: `/getData.json`, `/getData.htm`, or one of the operator's; what worked is asked first next time.
One request at a time. The unit's clock is never used (one was seen in the year 2000); readings are as old as our poll.
"""

from collections import deque
from collections.abc import Sequence

from services.collector.drivers import raw_http, room_alert_json
from services.collector.drivers.room_alert_json import Contact, Measured, Page
from services.collector.drivers.standstill import Standstill
from services.collector.roles import role_and_zone, switch_role
from services.shared.clock import Clock
from services.shared.device import DeviceError, Nonsense, Refused, Unreachable
from services.shared.messages import Message, Reading, SwitchReading
from services.shared.settings import sections
from services.shared.settings.types import host_port
from services.shared.vocabulary import Quality, SwitchRole


class RoomAlert:
    """One unit. Its quantities are named by place: `sensor-1`, `internal-1`, `wireless-1`, `sensor-1-humidity`, `switch-1`."""

    kind = "room_alert"

    def __init__(self, address: str, *, device: str, temperature: sections.Temperature, clock: Clock) -> None:
        self.device = device
        self.period_s = temperature.poll_seconds
        self.deadline_s = temperature.timeout_seconds
        self._host, self._port = host_port(address, 80)
        self._settings = temperature
        self._clock = clock
        self._paths = deque(["/getData.json", "/getData.htm"])
        if temperature.path:
            self._paths.append("/" + temperature.path.lstrip("/"))
        self._answered = False
        self._standstill = Standstill()
        self._seen = {name.strip().lower().removeprefix(f"{device}/") for name, _ in (*temperature.roles, *temperature.zones)}

    async def poll(self, started_mono_s: float) -> Sequence[Message]:
        """All ports and contacts. A port that never held a sensor is left out. Raises DeviceError."""
        page = await self._page()
        frozen = self._standstill.reason(page.uptime, started_mono_s)
        self._seen |= {one.quantity for one in page.measured if not one.empty}
        present = [one for one in page.measured if one.quantity in self._seen]
        now_s = self._clock.now().wall_s
        readings = [self._reading(one, frozen, started_mono_s, now_s) for one in present]
        return [*readings, *(self._switch(one, frozen, started_mono_s, now_s) for one in page.contacts)]

    async def close(self) -> None:
        """Nothing is kept open between polls."""

    async def _page(self) -> Page:
        failures: list[DeviceError] = []
        for path in list(self._paths):
            try:
                answer = await raw_http.get(self._host, self._port, path, deadline_s=self.deadline_s)
                page = room_alert_json.parse(answer.body, headless=answer.headless)
            except (Refused, Nonsense) as error:
                failures.append(error)
                continue
            except Unreachable:
                self._begin_elsewhere()
                raise
            self._paths.rotate(-self._paths.index(path))
            self._answered = True
            return page
        raise failures[0]

    def _begin_elsewhere(self) -> None:
        # A unit that hangs on one path may answer on another; one that has answered on it before is just down.
        if not self._answered:
            self._paths.rotate(-1)

    def _reading(self, one: Measured, frozen: str, started_mono_s: float, now_s: float) -> Reading:
        role, zone = role_and_zone(self._settings, f"{self.device}/{one.port}")
        value = None if frozen else one.value
        return Reading(
            subject=(self.device, one.quantity),
            device=self.device,
            quantity=one.quantity,
            label=one.label,
            zone=zone,
            role=role.value if one.unit == "Cel" else "",
            value=value,
            unit=one.unit,
            quality=Quality.BAD if value is None else Quality.GOOD,
            reason=one.reason or frozen,
            poll_started_mono_s=started_mono_s,
            measured_at=now_s,
        )

    def _switch(self, one: Contact, frozen: str, started_mono_s: float, now_s: float) -> SwitchReading:
        role, is_reversed = switch_role(self._settings, f"{self.device}/{one.quantity}")
        closed = None if frozen else one.closed
        return SwitchReading(
            subject=(self.device, one.quantity),
            device=self.device,
            quantity=one.quantity,
            label=one.label,
            role=role,
            closed=closed,
            active=is_active(role, closed, is_reversed),
            reason=one.reason or frozen,
            poll_started_mono_s=started_mono_s,
            measured_at=now_s,
        )


def is_active(role: SwitchRole, closed: bool | None, is_reversed: bool) -> bool | None:
    """What a contact means. Unknown stays unknown.

    A utility relay holds its contact closed in normal times, so that a cut wire curtails: it is active when OPEN. Door, flood,
    smoke and others are active when closed. `!` in the settings reverses either.
    """
    if closed is None:
        return None
    return closed == (is_reversed if role is SwitchRole.UTILITY else not is_reversed)
