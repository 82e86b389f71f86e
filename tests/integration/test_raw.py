"""A lease of the kind raw, from the request on the bus to the devices' answers on it and back to silence.

The whole collector, the whole controller and a live broker, with the devices of the simulated site on their sockets.
"""

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from services.collector import main as collector
from services.controller import main as controller
from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import Raw, Reply, Request, State
from services.shared.ops import Ops
from services.shared.service import Context, Serve
from services.shared.settings import sections as s
from services.shared.settings.tree import LoadRow, Settings
from services.shared.vocabulary import LeaseKind, LoadKind
from services.simulator.simulated import SimulatedSite
from tests.broker import LiveBroker
from tests.waiting import until

pytestmark = pytest.mark.asyncio
CLOCK = Clock("yes")
SECRETS = {"read": "read-community", "write": "write-community", "key": "foreman-api-key", "iotawatt": "iotawatt-password"}
LOAD = LoadRow("A-01-01", LoadKind.FOREMAN, "row-a", "east", 3.5, foreman_id=1001, pdu="pdu-1", outlet=1)
ANSWERS = {
    "pdu-1": ("GET ", "noError(0), index 0\n1.3.6.1.4.1.318.1.1.26."),
    "utility": ("GET /power-signal?api_key=***", '<span class="value normal">'),
    "roomalert-1": ("GET /getData", '"tc":"'),
    "iotawatt-1": ("GET /status?stats=***", "inputs"),
    "foreman": ("GET /api/v2/clients/7/miners?limit=***&offset=***", '"results"'),
    "relay-1": ("01 00 00 00 09: read 9 coils from 0", "coils from 0, one digit each: "),
}


@dataclass
class Bench:
    outside: Bus
    simulated: SimulatedSite
    raws: list[Raw] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)

    async def ask(self, verb: Any, payload: dict[str, Any]) -> Reply:
        name = uuid.uuid4().hex
        expires_at = CLOCK.now().wall_s + 10.0
        wish = Request(
            subject=(verb,), id=name, verb=verb, who="ann", reason="debug", expires_at=expires_at, payload=json.dumps(payload)
        )
        self.outside.publish(wish)
        return await until(lambda: next((one for one in self.replies if one.request_id == name), None), 10)

    def shows(self, device: str, sent: str, came: str) -> bool:
        return any(sent in one.text and came in one.text for one in self.raws if one.device == device)


def played() -> Settings:
    """What the simulated site plays: it knows the secrets, as the real devices do."""
    return Settings(
        simulator=s.Simulator(base_port=0, control_port=0, miners=2),
        foreman=s.Foreman(api_key=SecretStr(SECRETS["key"]), client_id=7),
        pdu=s.Pdu(community_read=SecretStr(SECRETS["read"]), community_write=SecretStr(SECRETS["write"]), poll_seconds=0.2),
        iotawatt=s.Iotawatt(username="admin", password=SecretStr(SECRETS["iotawatt"]), poll_seconds=1),
    )


def settings_for(ports: dict[str, int], broker: s.Broker, site: str, folder: Path) -> Settings:
    at = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
    ours = played()
    page = s.SignalSource(url=f"http://{at['signal']}/power-signal?api_key=query-secret", form="css", path="#signal .value",
                          poll_seconds=0.2, timeout_seconds=2)  # fmt: skip
    return Settings(
        general=s.General(site=site),
        apis=s.Apis(
            foreman_api=f"http://{at['foreman']}/api", pdu_ip=(at["pdu-1"],), fan_relay_ip=(at["relay-1"],),
            roomalert_ip=(at["roomalert-1"],), iotawatt_ip=(at["iotawatt-1"],),
        ),
        signals={"utility": page},
        temperature=s.Temperature(poll_seconds=1),
        fans=s.Fans(wiring=("nc",), poll_seconds=0.5),
        foreman=ours.foreman.model_copy(update={"poll_seconds": 5.0}), pdu=ours.pdu, iotawatt=ours.iotawatt,
        broker=broker, data=s.Data(folder=str(folder)), loads=(LOAD,),
    )  # fmt: skip


@asynccontextmanager
async def service(name: str, serve: Serve, settings: Settings) -> AsyncIterator[None]:
    bus = Bus(settings.broker, service=name, site=settings.general.site, clock=CLOCK)
    task = asyncio.ensure_future(serve(Context(name, settings, CLOCK, bus, Ops(name, tick_age_s=lambda: 0.0))))
    try:
        await until(lambda: bus.connected, 10)
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await bus.stop()


@asynccontextmanager
async def bench(broker: LiveBroker, site: str, folder: Path) -> AsyncIterator[Bench]:
    simulated = SimulatedSite(played())
    outside = Bus(broker.settings("admin"), service="test", site=site, clock=CLOCK)
    it = Bench(outside, simulated)
    outside.on(Raw, lambda message, _: it.raws.append(message))
    outside.on(State, lambda message, _: it.states.append(message))
    outside.on(Reply, lambda message, _: it.replies.append(message))
    await simulated.start()
    await outside.start()
    try:
        await until(lambda: outside.connected, 10)
        ports = simulated.ports
        async with (
            service("collector", collector.serve, settings_for(ports, broker.settings("collector"), site, folder)),
            service("controller", controller.serve, settings_for(ports, broker.settings("controller"), site, folder)),
        ):
            await until(lambda: it.states, 10)
            yield it
    finally:
        await outside.stop()
        await simulated.stop()


async def test_the_answers_of_each_device_come_while_its_lease_runs_without_any_secret_and_end_with_it(
    broker: LiveBroker, site: str, tmp_path: Path
) -> None:
    async with bench(broker, site, tmp_path) as it:
        for device in ANSWERS:
            assert (await it.ask("lease", {"kind": "raw", "device": device, "minutes": 5})).accepted
        for device, (sent, came) in ANSWERS.items():
            await until(lambda d=device, s=sent, c=came: it.shows(d, s, c), 15, f"{device} shows {sent} and {came}")
        everything = "\n".join(one.text for one in it.raws)
        assert not [secret for secret in (*SECRETS.values(), "query-secret", "Token ", "Digest ") if secret in everything]
        await it.ask("release", {"kind": "raw"})
        await until(lambda: not it.states[-1].leases, 10)
        await until(lambda: _polls(it), 10)
        told = len(it.raws)
        before = _polls(it)
        await until(lambda: _polls(it) > before + 5, 10, "the devices are asked on and on")
        assert len(it.raws) == told


async def test_a_raw_lease_is_seen_holds_nothing_and_is_of_the_named_device_alone(
    broker: LiveBroker, site: str, tmp_path: Path
) -> None:
    async with bench(broker, site, tmp_path) as it:
        made = json.loads((await it.ask("lease", {"kind": "raw", "device": "pdu-1", "minutes": 5})).result)
        assert json.loads(made["payload"])["device"] == "pdu-1"
        state = await until(lambda: next((one for one in it.states if one.leases), None), 10)
        assert [(one.kind, one.owner) for one in state.leases] == [(LeaseKind.RAW, "ann")]
        assert not state.forced
        await until(lambda: len(it.raws) > 3, 10)
        assert {one.device for one in it.raws} == {"pdu-1"}


def _polls(it: Bench) -> int:
    pdu: Any = it.simulated.devices["pdu-1"]
    return int(pdu.gets)
