"""A fake IoTaWatt: voltage, fan_1 to fan_9, and the outputs site_total and fans_total.

Faults beside those of the wire: `nan`, `no_volts` (its transformer is dead: 0 V and 0 W everywhere), `empty` (nothing is
configured), `frozen`. With a password it asks for Digest as the firmware does.
"""

import json
import math
import re
from collections.abc import Mapping
from hashlib import md5
from typing import Any

from services.simulator.devices.raw_server import RawServer, Response
from services.simulator.site import Faults, Site

_FANS = range(1, 10)
_NONCE = "5ccc069c403ebaf9f0171e9517f40e41"
_REALM = "IotaWatt"


class FakeIotaWatt(RawServer):
    """One monitor. `password` is that of its user `user`; empty: none is asked for. `ran_before_s`: before the site's time 0."""

    def __init__(self, site: Site, faults: Faults, name: str, password: str = "") -> None:
        super().__init__(faults, name)
        self._site = site
        self._password = password
        self._highest_nc = 0
        self._last: dict[str, Any] = {}
        self.ran_before_s = 86_400.0
        self.challenges = 0
        self.paths: list[str] = []

    def answer(self, path: str, headers: Mapping[str, str]) -> Response:
        """`/status` and `/query?show=series`; anything else is not found."""
        if self._password and not self._is_known(path, headers.get("Authorization", "")):
            self.challenges += 1
            ask = {"WWW-Authenticate": f'Digest realm="{_REALM}",qop="auth",nonce="{_NONCE}"'}
            return Response(b"IoTaWatt-Login", status="401 Unauthorized", content_type="text/plain", headers=ask)
        self.paths.append(path)
        if path.startswith("/status?"):
            if not self.faults.has(self.name, "frozen") or not self._last:
                self._last = self._status()
            return Response(json.dumps(self._last).encode())
        if path == "/query?show=series":
            return Response(self._series())
        return Response(f"Not found: GET, URI: {path}".encode(), status="404 Not Found", content_type="text/plain")

    def _status(self) -> dict[str, Any]:
        if self.faults.has(self.name, "empty"):
            return {"stats": self._stats(), "inputs": [], "outputs": []}
        volts = 0.0 if self.faults.has(self.name, "no_volts") else self._site.volts()
        fans = [self._watts(self._site.fan_watts(number)) for number in _FANS]
        site_w = self._watts(self._site.site_watts())
        inputs: list[dict[str, Any]] = [{"channel": 0, "Vrms": round(volts, 2), "Hz": 59.98, "phase": 0.29}]
        inputs += [{"channel": number, "Watts": f"{watts:2.0f}", "Pf": 0.87} for number, watts in zip(_FANS, fans, strict=True)]
        return {
            "stats": self._stats(),
            "inputs": inputs,
            "outputs": [_output("site_total", site_w), _output("fans_total", sum(fans))],
        }

    def _stats(self) -> dict[str, Any]:
        run_s = int(self.ran_before_s + self._site.now_s())
        return {"cyclerate": 638.4, "runseconds": run_s, "version": "02_08_04", "frequency": 59.98, "lowbat": False}

    def _watts(self, watts: float) -> float:
        if self.faults.has(self.name, "nan"):
            return float("nan")
        return 0.0 if watts < 2 or self.faults.has(self.name, "no_volts") else watts

    def _series(self) -> bytes:
        if self.faults.has(self.name, "empty"):
            return b'{"series":]}'
        names = [("Voltage", "Volts"), *((f"fan_{number}", "Watts") for number in _FANS)]
        names += [("site_total", "Watts"), ("fans_total", "Watts")]
        return json.dumps({"series": [{"name": name, "unit": unit} for name, unit in names]}).encode()

    def _is_known(self, path: str, authorization: str) -> bool:
        given = dict(re.findall(r'(\w+)="?([^",]*)"?', authorization))
        count = int(given.get("nc", "0"), 16)
        who = _md5(f"user:{_REALM}:{self._password}")
        expected = _md5(f"{who}:{_NONCE}:{given.get('nc')}:{given.get('cnonce')}:auth:{_md5(f'GET:{path}')}")
        if given.get("response") != expected or given.get("uri") != path or count <= self._highest_nc:
            return False
        self._highest_nc = count
        return True


def _output(name: str, watts: float) -> dict[str, Any]:
    return {"name": name, "units": "Watts", "value": round(watts, 2) if math.isfinite(watts) else None}


def _md5(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()
