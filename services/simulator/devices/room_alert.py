"""A fake Room Alert: generation A (3E, long keys), B (12E, short keys), or old firmware without head (fault `legacy`).

`sensor-1` is intake-1 with humidity, `sensor-2` intake-2, `sensor-3` the exhaust, `sensor-4` an empty port; `switch-1` to
`switch-4` are utility, door, flood, smoke. Faults beside those of the wire: `unplugged` (value: number of the sensor), `frozen`,
`nan`, `clock_2000`.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from services.simulator.devices.raw_server import RawServer, Response
from services.simulator.site import Faults, Site

_SENSORS = ("intake-1", "intake-2", "exhaust")
_SWITCHES = ("utility", "door", "flood", "smoke")
_BOOT = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
_LONG_KEYS = {
    "lab": "label", "tf": "tempf", "tc": "tempc", "hf": "highf", "hc": "highc", "lf": "lowf", "lc": "lowc", "h": "humid",
    "ala": "alarm", "t": "type", "en": "enabled", "stat": "status",
}  # fmt: skip


class FakeRoomAlert(RawServer):
    """One unit. `generation` chooses its vocabulary and its path."""

    def __init__(self, site: Site, faults: Faults, name: str, generation: Literal["A", "B"] = "B") -> None:
        super().__init__(faults, name)
        self._site = site
        self._generation = generation
        self._last: dict[str, Any] = {}
        self._unplugged: dict[int, dict[str, Any]] = {}

    def answer(self, path: str, headers: Mapping[str, str]) -> Response:
        """The page on the path of this firmware, a short error on any other."""
        legacy = self.faults.has(self.name, "legacy")
        if path != ("/getData.htm" if legacy or self._generation == "A" else "/getData.json"):
            return Response(b"404: Not Found", status="404 ERROR", content_type="text/plain")
        if not self.faults.has(self.name, "frozen") or not self._last:
            self._last = self._page()
        body = json.dumps(self._last, separators=(",", ":"))
        if not legacy:
            return Response(body.encode())
        return Response(re.sub(r'"(\w+)":', r"\1:", body).replace("Hall", "H\xe4ll").encode("latin-1"), headless=True)

    def _page(self) -> dict[str, Any]:
        sensors = [self._sensor(number, name) for number, name in enumerate(_SENSORS, start=1)]
        sensors.append({"lab": "Ext Sensor 4", **_temperatures(0.0), "ala": 0, "t": 0, "en": 0})
        switches = [self._switch(name) for name in _SWITCHES]
        if self._generation == "A":
            return self._head() | {"sensor": [_long(one) for one in sensors], "switch_sen": [_long(one) for one in switches]}
        analog = {"lab": "Analog Sensor", "volts": "2.04", "highv": "2.21", "lowv": "0.00", "ala": 0, "t": 65, "en": 0}
        return self._head() | {"sensor": [*sensors, analog], "relay": [{"lab": "Relay Output", "stat": 0}], "s_sen": switches}

    def _head(self) -> dict[str, Any]:
        up_s = int(self._site.now_s())
        date = datetime(2000, 1, 1, tzinfo=UTC) if self.faults.has(self.name, "clock_2000") else _BOOT
        date += timedelta(seconds=up_s)
        uptime = f"{up_s // 86400}d {up_s // 3600 % 24:02}:{up_s // 60 % 60:02}:{up_s % 60:02}"
        return {"name": "Hall", "date": f"{date:%m/%d/%y %H:%M:%S}", "uptime": uptime, "scale": 1, "serial": "RA12-CCDDEB",
                "devtype": "12", "refresh": "5", "version": "v3.2.5", "port": 80}  # fmt: skip

    def _sensor(self, number: int, name: str) -> dict[str, Any]:
        if self.faults.value(self.name, "unplugged") in (number, float(number), str(number)):
            return self._unplugged.setdefault(number, self._live(number, name)) | {"en": 0}
        self._unplugged.pop(number, None)
        return self._live(number, name)

    def _live(self, number: int, name: str) -> dict[str, Any]:
        nan = self.faults.has(self.name, "nan")
        found: dict[str, Any] = {"lab": name, **_temperatures(float("nan") if nan else self._site.temperature_c(name)), "ala": 0}
        if number > 1:
            return found | {"t": 16, "en": 1}
        return found | {"t": 38, "en": 1, "h": "nan" if nan else f"{self._site.humidity_percent():.2f}", "hen": 0}

    def _switch(self, name: str) -> dict[str, Any]:
        return {"lab": name, "en": 1, "ala": 1, "stat": int(self._site.switch_closed(name))}


def _temperatures(celsius: float) -> dict[str, str]:
    names_and_values = {"c": f"{celsius:.2f}", "f": f"{celsius * 1.8 + 32:.2f}"}
    return {f"{kind}{scale}": value for kind in ("t", "h", "l") for scale, value in names_and_values.items()}


def _long(part: Mapping[str, Any]) -> dict[str, Any]:
    return {_LONG_KEYS.get(key, key): value for key, value in part.items()}
