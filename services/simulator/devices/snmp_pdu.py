"""A fake SNMP PDU: v1 and v2c over UDP, GET, GETNEXT and SET, the objects of `pdu_mibs`, and the faults of real cards.

Faults, beside those of the wire (hang, offline, slow in seconds, garbage, truncated, huge): `hang` with the value "sets" obeys
every SET and answers none; `late` acts `value` simulated seconds
after the command; `lie` acknowledges and does nothing; `stuck` reads as commanded while the contact keeps its place, so that the
watts alone tell; `error` answers genErr although it switched; `frozen` repeats its measurements; `nan` measures -1;
`unauthorised` answers noAccess to every SET.
"""

import asyncio
from typing import Any

from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import api, rfc1905
from pysnmp.proto.api import verdec

from services.simulator.devices.pdu_mibs import MIBS
from services.simulator.site import Faults, Site

_TOO_BIG, _NO_SUCH_NAME, _BAD_VALUE, _GEN_ERR, _NO_ACCESS, _WRONG_VALUE, _NOT_WRITABLE = 1, 2, 3, 5, 6, 10, 17
_PENDING, _NOTHING_PENDING = 1, 2
_SYSTEM: dict[str, str | int] = {"1.3.6.1.2.1.1.1.0": "switched rack PDU", "1.3.6.1.2.1.1.3.0": 123456}


class FakeSnmpPdu(asyncio.DatagramProtocol):
    """One PDU of the site. `sets` are the (object, value) of every SET that arrived with the right community."""

    def __init__(
        self, site: Site, faults: Faults, name: str, *, profile: str = "apc_rpdu2", community_read: str = "public",
        community_write: str = "private", max_varbinds: int = 64, metered: bool = True,
    ) -> None:  # fmt: skip
        self.name = name
        self.sets: list[tuple[str, int]] = []
        self.gets = 0
        self.max_varbinds = max_varbinds
        self._site = site
        self._faults = faults
        self._mib = MIBS[profile]
        self._metered = metered
        self._communities = {"read": community_read.encode(), "write": community_write.encode()}
        self._transport: asyncio.DatagramTransport | None = None
        self._moving: dict[int, asyncio.TimerHandle] = {}
        self._claimed: dict[int, bool] = {}
        self._frozen: dict[str, int] = {}

    async def start(self, host: str, port: int) -> int:
        """Listen; port 0 takes a free one. Returns the port."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(host, port))
        return int(self._transport.get_extra_info("sockname")[1])

    async def stop(self) -> None:
        """Close the socket and forget what was to come; may be called twice."""
        for handle in self._moving.values():
            handle.cancel()
        self._moving.clear()
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def power_cycle(self, on: bool = True) -> None:
        """The PDU restarts and puts every outlet into its configured power-on state."""
        for outlet in self._outlets():
            self._site.set_outlet(self.name, outlet, on)

    # --- the wire ------------------------------------------------------------------------------------------------------

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        silent = self._faults.value(self.name, "hang")
        if self._has("offline") or silent not in (None, "sets"):
            return
        told = len(self.sets)
        answer = self._answer(data)
        if answer is None or (silent == "sets" and len(self.sets) > told):
            return
        delay_s = float(self._faults.value(self.name, "slow") or 0.0)
        asyncio.get_running_loop().call_later(delay_s, self._send, self._spoilt(answer), addr)

    def _send(self, answer: bytes, addr: tuple[str, int]) -> None:
        if self._transport is not None:
            self._transport.sendto(answer, addr)

    def _spoilt(self, answer: bytes) -> bytes:
        if self._has("garbage"):
            return bytes(range(255, 0, -3))
        if self._has("huge"):
            return answer + bytes(60_000 - len(answer))
        return answer[: len(answer) // 2] if self._has("truncated") else answer

    def _answer(self, data: bytes) -> bytes | None:
        try:
            types = api.PROTOCOL_MODULES[verdec.decode_message_version(data)]
            message, _ = decoder.decode(data, asn1Spec=types.Message())
        except Exception:  # a card drops what it cannot read, whatever that is
            return None
        request = types.apiMessage.get_pdu(message)
        writing = isinstance(request, types.SetRequestPDU)
        if bytes(types.apiMessage.get_community(message)) not in self._allowed(writing):
            return None
        response = types.apiMessage.get_response(message)
        status, index, objects = self._serve(types, request, writing)
        pdu = types.apiMessage.get_pdu(response)
        types.apiPDU.set_varbinds(pdu, objects)
        types.apiPDU.set_error_status(pdu, status)
        types.apiPDU.set_error_index(pdu, index)
        return bytes(encoder.encode(response))

    def _allowed(self, writing: bool) -> set[bytes]:
        return {self._communities["write"]} if writing else set(self._communities.values())

    # --- the agent -----------------------------------------------------------------------------------------------------

    def _serve(self, types: Any, request: Any, writing: bool) -> tuple[int, int, list[Any]]:
        asked = [(str(oid), value) for oid, value in types.apiPDU.get_varbinds(request)]
        unchanged = [(oid, value) for oid, value in asked]
        if len(asked) > self.max_varbinds:
            return _TOO_BIG, 0, [] if types is api.PROTOCOL_MODULES[1] else unchanged
        if writing:
            status = self._write(asked[0][0], int(asked[0][1]), v1=types is api.PROTOCOL_MODULES[0])
            return status, 1 if status else 0, unchanged
        self.gets += 1
        values = self._objects()
        if isinstance(request, types.GetNextRequestPDU):
            asked = [(_after(oid, values), value) for oid, value in asked]
        found = [(oid, _encoded(types, values.get(oid))) for oid, _ in asked]
        missing = [position for position, (_, value) in enumerate(found, 1) if value is None]
        if missing and types is api.PROTOCOL_MODULES[0]:
            return _NO_SUCH_NAME, missing[0], unchanged
        absent = rfc1905.noSuchInstance if self._metered else rfc1905.noSuchObject
        return 0, 0, [(oid, absent if value is None else value) for oid, value in found]

    def _objects(self) -> dict[str, str | int]:
        mib = self._mib
        values: dict[str, str | int] = {**_SYSTEM, **mib.fixed, mib.count: len(self._outlets())}
        for n in self._outlets():
            values[mib.control.format(n=n)] = 4
            values[mib.state.format(n=n)] = mib.reads[self._reads_closed(n)]
            values[mib.pending.format(n=n)] = _PENDING if n in self._moving else _NOTHING_PENDING
            for oid, text in mib.each.items():
                value = text.format(n=n)
                values[oid.format(n=n)] = int(value) if value.isdigit() else value
        values.update(self._measured())
        values.pop("", None)
        return values

    def _measured(self) -> dict[str, int]:
        mib = self._mib
        watts = {n: self._site.outlet_watts(self.name, n) for n in self._outlets()}
        values = {mib.watts.format(n=n): round(w / mib.watts_unit_w) for n, w in watts.items()} if self._metered else {}
        values[mib.device] = round(sum(watts.values()) / mib.device_unit_w)
        if self._has("nan"):
            return dict.fromkeys(values, -1)
        if not self._has("frozen"):
            self._frozen = values
        return self._frozen

    def _reads_closed(self, outlet: int) -> bool:
        actual = self._site.outlet_on(self.name, outlet)
        return self._claimed.get(outlet, actual) if self._has("stuck") else actual

    def _write(self, oid: str, value: int, *, v1: bool) -> int:
        self.sets.append((oid, value))
        outlet = next((n for n in self._outlets() if self._mib.control.format(n=n) == oid), None)
        if outlet is None or self._has("unauthorised"):
            return _NO_SUCH_NAME if v1 else (_NOT_WRITABLE if outlet is None else _NO_ACCESS)
        if value not in self._mib.written:
            return _BAD_VALUE if v1 else _WRONG_VALUE
        self._command(outlet, self._mib.written[value])
        return _GEN_ERR if self._has("error") else 0

    def _command(self, outlet: int, on: bool) -> None:
        if self._has("lie"):
            return
        late_s = float(self._faults.value(self.name, "late") or 0.0)
        if outlet in self._moving:
            self._moving.pop(outlet).cancel()
        if late_s:
            loop = asyncio.get_running_loop()
            self._moving[outlet] = loop.call_later(late_s / self._site.speed, self._move, outlet, on)
        else:
            self._move(outlet, on)

    def _move(self, outlet: int, on: bool) -> None:
        self._moving.pop(outlet, None)
        self._claimed[outlet] = on
        if not self._has("stuck"):
            self._site.set_outlet(self.name, outlet, on)

    def _outlets(self) -> range:
        return range(1, self._site.outlets(self.name) + 1)

    def _has(self, fault: str) -> bool:
        return self._faults.has(self.name, fault)


def _encoded(types: Any, value: str | int | None) -> Any:
    if value is None:
        return None
    return types.OctetString(value) if isinstance(value, str) else types.Integer(value)


def _after(oid: str, values: dict[str, str | int]) -> str:
    """The next object in the tree, or the same name again at its end, which no object bears."""
    place = _arcs(oid)
    return min((other for other in values if _arcs(other) > place), key=_arcs, default="0.0")


def _arcs(oid: str) -> tuple[int, ...]:
    return tuple(int(arc) for arc in oid.split("."))
