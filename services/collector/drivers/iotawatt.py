"""IoTaWatt energy monitor: mains voltage and the watts that prove the fans.

One request at a time and no idle connection: a single loop in the device samples and serves. Names are read at first, when the
channels change, and every 5 minutes.
"""

from collections.abc import Sequence

from services.collector.drivers import iotawatt_json
from services.collector.drivers.digest import Digest
from services.collector.drivers.iotawatt_json import Measured, Status
from services.collector.drivers.standstill import Standstill
from services.shared.answer import Answer, raise_for_status
from services.shared.clock import Clock
from services.shared.device import Nonsense
from services.shared.http import HttpClient
from services.shared.messages import Message, Reading
from services.shared.settings import sections
from services.shared.vocabulary import Quality

_STATUS = "/status?stats=yes&inputs=yes&outputs=yes"
_SERIES = "/query?show=series"
_SERIES_EVERY_S = 300.0
_MAX_BYTES = 200_000  # 14 inputs and some dozen outputs are below 4 kB


class IotaWatt:
    """One monitor. Quantities: `voltage`, and each series by the name it has in the monitor."""

    kind = "iotawatt"

    def __init__(self, address: str, *, device: str, iotawatt: sections.Iotawatt, clock: Clock) -> None:
        self.device = device
        self.period_s = iotawatt.poll_seconds
        self.deadline_s = iotawatt.timeout_seconds
        self._url = f"http://{address}"
        self._nominal_volts = iotawatt.nominal_volts
        self._clock = clock
        self._client = HttpClient(limit=1, deadline_s=iotawatt.timeout_seconds)
        self._digest = Digest(iotawatt.username, iotawatt.password.get_secret_value()) if iotawatt.username else None
        self._standstill = Standstill()
        self._names: tuple[str, ...] = ()
        self._layout: tuple[object, ...] | None = None
        self._named_mono_s = 0.0

    async def poll(self, started_mono_s: float) -> Sequence[Message]:
        """Every series, good or bad with its reason. Raises DeviceError."""
        status = iotawatt_json.parse_status((await self._get(_STATUS)).text())
        await self._learn_names(status, started_mono_s)
        measured = iotawatt_json.measure(status, self._names, self._nominal_volts)
        frozen = self._standstill.reason(status.run_s, started_mono_s)
        now_s = self._clock.now().wall_s
        return [self._reading(one, frozen, started_mono_s, now_s) for one in measured]

    async def close(self) -> None:
        """Give up the connection; may be called twice."""
        await self._client.close()

    async def _learn_names(self, status: Status, now_mono_s: float) -> None:
        if status.layout == self._layout and now_mono_s - self._named_mono_s < _SERIES_EVERY_S:
            return
        self._layout = None  # until the names are known to fit
        names = iotawatt_json.parse_series((await self._get(_SERIES)).text())
        if not iotawatt_json.fits(status, names):
            raise Nonsense(f"{len(names)} names do not fit {len(status.inputs)} inputs and {len(status.outputs)} outputs")
        self._names, self._layout, self._named_mono_s = names, status.layout, now_mono_s

    async def _get(self, path: str) -> Answer:
        answer = await self._ask(path)
        if answer.status == 401 and self._digest is not None:
            self._digest.challenged(answer.headers.get("WWW-Authenticate", ""))
            answer = await self._ask(path)
        raise_for_status(answer)
        return answer

    async def _ask(self, path: str) -> Answer:
        headers = {"Connection": "close", **(self._digest.headers("GET", path) if self._digest else {})}
        return await self._client.request("GET", self._url + path, headers=headers, max_bytes=_MAX_BYTES)

    def _reading(self, one: Measured, frozen: str, started_mono_s: float, now_s: float) -> Reading:
        value = None if frozen else one.value
        return Reading(
            subject=(self.device, one.quantity),
            device=self.device,
            quantity=one.quantity,
            label=one.quantity,
            value=value,
            unit=one.unit,
            quality=Quality.BAD if value is None else Quality.GOOD,
            reason=one.reason or frozen,
            poll_started_mono_s=started_mono_s,
            measured_at=now_s,
        )
