"""The control port of the simulated site: what a person or a test does to the plant, and what it sees of it. No authentication:
it stays on the simulator's own host.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import fields
from inspect import isawaitable
from typing import Any

from aiohttp import web

from services.simulator import control_page, fault_table, requests, state
from services.simulator.devices.signal_page import SignalPage
from services.simulator.field import Sinks
from services.simulator.plant import Plant
from services.simulator.problems import problems

_FORM = "application/x-www-form-urlencoded"
_MAX_BODY = 10_000


class Control:
    """`ports` names every device and its port. A body is JSON, or a form of the page."""

    def __init__(
        self,
        plant: Plant,
        signal: SignalPage,
        sinks: Sinks,
        ports: Mapping[str, int],
        reboot: Callable[[str], Awaitable[None]],
    ) -> None:
        self._plant = plant
        self._signal = signal
        self._telegram = sinks.telegram
        self._ports = ports
        self._inboxes = {one.name: getattr(sinks, one.name).inbox for one in fields(sinks)}
        self._reboot = reboot
        self._runner: web.AppRunner | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; port 0 takes a free one. Returns the port."""
        app = web.Application(middlewares=[problems], client_max_size=_MAX_BODY)
        app.router.add_get("/", self._page)
        app.router.add_get("/state", self._state)
        app.router.add_get("/ports", self._get_ports)
        app.router.add_get("/faults", self._faults)
        app.router.add_get("/sinks", self._sinks)
        app.router.add_delete("/sinks", self._clear_sinks)
        app.router.add_delete("/fault", self._clear_fault)
        for path, kind, act in self._deeds():
            app.router.add_post(path, self._doing(kind, act))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop listening; may be called twice."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _deeds(self) -> list[tuple[str, type[Any], Callable[[Any], object]]]:
        plant = self._plant
        return [
            ("/signal", requests.SignalBody, self._set_signal),
            ("/speed", requests.SpeedBody, self._set_speed),
            ("/fault", requests.FaultBody, self._set_fault),
            ("/outside", requests.OutsideBody, self._set_outside),
            ("/switch", requests.SwitchBody, lambda body: plant.set_switch(body.name, body.closed)),
            ("/miner", requests.MinerBody, lambda body: plant.set_power_mode(body.name, body.mode)),
            ("/outlet", requests.OutletBody, lambda body: plant.set_outlet(body.pdu, body.outlet, body.on)),
            ("/coil", requests.CoilBody, lambda body: plant.set_coil(body.board, body.channel, body.energised)),
            ("/reboot", requests.DeviceBody, lambda body: self._reboot(body.device)),
            ("/breakers", requests.DeviceBody, lambda body: plant.reset_breakers(body.device)),
            ("/telegram", requests.TelegramBody, self._speak),
        ]

    def _doing(
        self, kind: type[requests.B], act: Callable[[requests.B], object]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handler(request: web.Request) -> web.Response:
            text = await request.text()
            from_page = request.content_type == _FORM and not text.startswith("{")  # curl calls everything a form
            done = act(requests.read(kind, text, is_form=from_page))
            if isawaitable(done):
                await done
            return _back_to_page() if from_page else web.json_response(self._report())

        return handler

    def _report(self) -> dict[str, Any]:
        return {"signal": state.of_signal(self._signal), **state.of_plant(self._plant)}

    async def _page(self, _request: web.Request) -> web.Response:
        headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"}
        return web.Response(text=control_page.render(self._report()), content_type="text/html", headers=headers)

    async def _state(self, _request: web.Request) -> web.Response:
        return web.json_response(self._report())

    async def _get_ports(self, _request: web.Request) -> web.Response:
        return web.json_response(dict(self._ports))

    async def _faults(self, _request: web.Request) -> web.Response:
        devices = self._ports.keys() - {"control"}
        return web.json_response(fault_table.told(devices, self._plant.parts(), self._plant.faults.all()))

    async def _sinks(self, _request: web.Request) -> web.Response:
        return web.json_response({name: inbox.all() for name, inbox in self._inboxes.items()})

    async def _clear_sinks(self, _request: web.Request) -> web.Response:
        for inbox in self._inboxes.values():
            inbox.clear()
        return web.json_response({name: [] for name in self._inboxes})

    async def _clear_fault(self, request: web.Request) -> web.Response:
        text = await request.text()
        body = requests.read(requests.FaultsBody, text or request.query_string, is_form=not text)
        self._plant.faults.clear(body.device, body.kind)
        return web.json_response(self._report())

    def _set_signal(self, body: requests.SignalBody) -> None:
        self._signal.said = body.said(time.time())

    def _set_speed(self, body: requests.SpeedBody) -> None:
        self._plant.speed = body.speed

    def _set_fault(self, body: requests.FaultBody) -> None:
        body.must_be_of(self._ports.keys() - {"control"}, self._plant.parts())
        self._plant.faults.set(body.device, body.kind, body.value)

    def _set_outside(self, body: requests.OutsideBody) -> None:
        self._plant.outside.mean_c, self._plant.outside.swing_c = body.celsius, body.swing

    def _speak(self, body: requests.TelegramBody) -> None:
        if body.data:
            self._telegram.press(body.message_id, body.data, body.user_id)
        else:
            self._telegram.say(body.text, body.user_id, body.chat_id)


def _back_to_page() -> web.Response:
    return web.Response(status=303, headers={"Location": "/"})
