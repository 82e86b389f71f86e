"""The control port over real sockets, with the whole simulated site behind it."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.shared.settings import load, sections
from services.shared.settings.simulator_ports import OFFSETS
from services.shared.settings.tree import LoadRow, Settings
from services.shared.vocabulary import LoadKind
from services.simulator.layout import places
from services.simulator.simulated import SimulatedSite
from tests.waiting import until

Ask = Callable[..., Awaitable[tuple[int, Any]]]


def settings(**simulator: Any) -> Settings:
    return Settings(
        simulator=sections.Simulator(base_port=0, control_port=0, miners=20, speed=50, **simulator),
        notifications=sections.Notifications(telegram_token=SecretStr("1:t"), telegram_chat_id="42"),
        foreman=sections.Foreman(api_key=SecretStr("k"), client_id=1),
    )


@pytest_asyncio.fixture
async def site() -> AsyncIterator[SimulatedSite]:
    simulated = SimulatedSite(settings())
    await simulated.start()
    yield simulated
    await simulated.stop()


@pytest_asyncio.fixture
async def ask(site: SimulatedSite) -> AsyncIterator[Ask]:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{site.ports['control']}") as session:

        async def asked(method: str, path: str, body: object = None, **more: Any) -> tuple[int, Any]:
            async with session.request(method, path, json=body, **more) as answer:
                if answer.status >= 400:
                    assert answer.content_type == "application/problem+json"
                return answer.status, await answer.json()

        yield asked


@pytest.mark.asyncio
async def test_the_signal_goes_onto_the_utilitys_page(ask: Ask, site: SimulatedSite) -> None:
    status, state = await ask("POST", "/signal", {"level": "control", "target_kw": 250})
    assert status == 200
    nothing = {"drop_kw": None, "event": "", "from": None, "until": None}
    assert state["signal"] == {"level": "control", "target_kw": 250, **nothing}
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{site.ports['signal']}/power-signal") as page,
    ):
        text = await page.text()
        assert 'CONTROL</span> <span class="target_kw">250 kW</span></div>' in text


@pytest.mark.asyncio
async def test_an_event_is_planned_in_minutes_of_real_time(ask: Ask, site: SimulatedSite) -> None:
    body = {"level": "control", "drop_kw": 30, "in_minutes": 10, "for_minutes": 60, "event": "evt-7"}
    before = time.time()
    _, state = await ask("POST", "/signal", body)
    said = site.signal.said
    assert (said.drop_kw, said.event) == (30.0, "evt-7")
    assert said.from_at is not None and before + 600 <= said.from_at <= time.time() + 600
    assert said.until_at == said.from_at + 3600
    assert state["signal"]["from"].endswith("+00:00")
    await ask("POST", "/signal", {"level": "control", "for_minutes": 1})
    assert site.signal.said.from_at is None
    assert site.signal.said.until_at is not None and site.signal.said.until_at <= time.time() + 60


@pytest.mark.asyncio
async def test_time_passes_at_the_speed_that_is_set(ask: Ask, site: SimulatedSite) -> None:
    status, state = await ask("POST", "/speed", {"speed": 1000})
    assert (status, state["speed"]) == (200, 1000)
    before = site.plant.now_s()
    await until(lambda: site.plant.now_s() > before + 300, what="300 simulated seconds")


@pytest.mark.asyncio
async def test_the_state_tells_the_plant_in_figures(ask: Ask) -> None:
    status, state = await ask("GET", "/state")
    assert status == 200
    assert state["miners"] == {"hashing": 20}
    assert 60_000 < state["load_watts"] < state["site_watts"] < 95_000
    assert [fan["fan"] for fan in state["fans"]] == list(range(1, 10))
    assert state["outlets_open"] == {"pdu-1": 0}
    assert set(state["temperatures_c"]) == {"intake-1", "intake-2", "exhaust", "outside"}


@pytest.mark.asyncio
async def test_somebody_else_moves_miners_outlets_coils_and_switches(ask: Ask, site: SimulatedSite) -> None:
    name = places(20)[0].name
    await ask("POST", "/miner", {"name": name, "mode": "sleeping"})
    await until(lambda: site.plant.states().get("asleep") == 1)
    _, state = await ask("POST", "/outlet", {"pdu": "pdu-1", "outlet": 2, "on": False})
    assert state["outlets_open"] == {"pdu-1": 1}
    await ask("POST", "/coil", {"board": "relay-1", "channel": 3, "energised": True})
    await until(lambda: site.plant.fan_watts(4) == 0)
    _, state = await ask("POST", "/switch", {"name": "smoke", "closed": True})
    assert state["switches"]["smoke"] == "closed"
    for device in ("pdu-1", "relay-1"):
        assert (await ask("POST", "/reboot", {"device": device}))[0] == 200
    await until(lambda: site.plant.fan_watts(4) > 0)
    assert site.plant.outlet_on("pdu-1", 2)


@pytest.mark.asyncio
async def test_the_weather_is_settable(ask: Ask) -> None:
    _, state = await ask("POST", "/outside", {"celsius": 35})
    assert state["temperatures_c"]["outside"] == 35


@pytest.mark.asyncio
async def test_faults_come_and_go(ask: Ask) -> None:
    faults: list[dict[str, object]] = [
        {"device": "pdu-1", "kind": "hang"},
        {"device": "fan:3", "kind": "stuck"},
        {"device": "miner:A-01-01", "kind": "late", "value": 30},
        {"device": "outlet:pdu-1/4", "kind": "lie"},
    ]
    for fault in faults:
        assert (await ask("POST", "/fault", fault))[0] == 200
    _, state = await ask("DELETE", "/fault", {"device": "pdu-1"})
    assert len(state["faults"]) == 3
    _, state = await ask("DELETE", "/fault", params={"kind": "stuck"})
    assert set(state["faults"]) == {"miner:A-01-01/late", "outlet:pdu-1/4/lie"}
    _, state = await ask("DELETE", "/fault")
    assert state["faults"] == {}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/signal", {"level": "purple"}, ("'purple'", "'control'")),
        ("/signal", {}, ("no level",)),
        ("/signal", {"level": "control", "target_kw": -1}, ("target_kw = '-1'", "greater than or equal to 0")),
        ("/signal", {"level": "control", "colour": "red"}, ("found colour", "level, target_kw, drop_kw")),
        ("/signal", [], ("the body",)),
        ("/signal", {"level": "control", "for_minutes": 0}, ("for_minutes = '0'", "greater than 0")),
        ("/speed", {"speed": 0}, ("speed = '0'", "greater than or equal to 0.1")),
        ("/speed", {"speed": "fast"}, ("'fast'", "number")),
        ("/outside", {"celsius": 300}, ("'300'", "less than or equal to 60")),
        ("/fault", {"device": "pdu-9", "kind": "hang"}, ("'pdu-9'", "pdu-1", "miner:<name>")),
        ("/fault", {"device": "fan:10", "kind": "stuck"}, ("'fan:10'",)),
        ("/fault", {"device": "pdu-1", "kind": "bite"}, ("'bite'", "hang, reset")),
        ("/fault", {"device": "pdu-1", "kind": "slow", "value": "very"}, ("'very'", "a number")),
        ("/switch", {"name": "rain", "closed": True}, ("'rain'", "'smoke'")),
        ("/miner", {"name": "Z-99", "mode": "sleeping"}, ("Z-99",)),
        ("/miner", {"name": "A-01-01", "mode": "turbo"}, ("'turbo'", "'sleeping'")),
        ("/outlet", {"pdu": "pdu-1", "outlet": 41, "on": True}, ("outlets 1 to 40", "41")),
        ("/coil", {"board": "relay-1", "channel": 30, "energised": True}, ("relay-1/30", "0 to 29")),
        ("/reboot", {"device": "moon"}, ("moon",)),
        ("/breakers", {"device": "moon"}, ("moon",)),
        ("/telegram", {"user_id": 1, "data": "ack", "message_id": 99}, ("99",)),
    ],
)
async def test_a_wrong_body_is_told_what_was_found_and_what_is_allowed(
    ask: Ask, site: SimulatedSite, path: str, body: object, said: tuple[str, ...]
) -> None:
    status, problem = await ask("POST", path, body)
    assert (status, problem["status"], problem["title"]) == (400, 400, "Bad Request")
    assert all(words in problem["detail"] for words in said), problem["detail"]
    assert not site.faults.all()


@pytest.mark.asyncio
async def test_what_is_no_json_or_no_path_or_too_large_is_a_problem_too(ask: Ask) -> None:
    json_head = {"Content-Type": "application/json"}
    assert (await ask("POST", "/speed", data=b'{"speed": NaN}', headers=json_head))[0] == 400
    assert (await ask("POST", "/speed", data=b"\xff\xfe{", headers=json_head))[0] == 400
    assert (await ask("GET", "/nothing"))[0] == 404
    assert (await ask("PUT", "/speed", {"speed": 1}))[0] == 405
    assert (await ask("POST", "/speed", {"speed": "1" * 20_000}))[0] == 413


@pytest.mark.asyncio
async def test_what_people_would_have_got_is_shown_and_forgotten(ask: Ask, site: SimulatedSite) -> None:
    site.sinks.telegram.inbox.add(text="first")
    site.sinks.telegram.inbox.add(text="second")
    _, kept = await ask("GET", "/sinks")
    assert [message["text"] for message in kept["telegram"]] == ["first", "second"]
    assert kept["telegram"][0]["at"] <= kept["telegram"][1]["at"]
    assert await ask("DELETE", "/sinks") == (200, {"telegram": [], "smtp": [], "sms": [], "webhook": [], "watcher": []})


@pytest.mark.asyncio
async def test_the_page_turns_the_signal_without_scripts(site: SimulatedSite) -> None:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{site.ports['control']}") as session:
        async with session.get("/") as answer:
            page = await answer.text()
        assert '<button name="level" value="control">' in page
        assert "<script" not in page
        async with session.post("/signal", data={"level": "control"}) as answer:  # follows the way back
            assert str(answer.url).endswith("/")
            assert '<button name="level" value="control" disabled>' in await answer.text()
        plan = {"level": "control", "target_kw": "400", "in_minutes": "1", "for_minutes": "5"}
        async with session.post("/signal", data=plan) as answer:
            assert "<tr><th>Drop to, kW</th><td>400.0</td></tr>" in await answer.text()
    assert site.signal.said.level == "control"


@pytest.mark.asyncio
async def test_a_taken_port_is_named_with_its_device_and_nothing_stays_behind(site: SimulatedSite) -> None:
    other = SimulatedSite(Settings(simulator=sections.Simulator(base_port=0, control_port=site.ports["control"], miners=1)))
    with pytest.raises(OSError, match="control cannot listen on 127"):
        await other.start()


def test_the_demos_devices_are_where_the_simulator_puts_them() -> None:
    demo = load(Path("config/demo.txt"), {})
    base = demo.simulator.base_port
    assert demo.signals["utility"].url == f"http://127.0.0.1:{base + OFFSETS['signal']}/power-signal"
    assert demo.apis.roomalert_ip == (f"127.0.0.1:{base + OFFSETS['roomalert-1']}",)
    assert demo.apis.iotawatt_ip == (f"127.0.0.1:{base + OFFSETS['iotawatt-1']}",)
    assert demo.apis.foreman_api == f"http://127.0.0.1:{base + OFFSETS['foreman']}/api"
    assert demo.apis.fan_relay_ip == (f"127.0.0.1:{base + OFFSETS['relay-1']}",)
    assert demo.apis.pdu_ip == tuple(f"127.0.0.1:{base + 10 + n}" for n in range(1, 9))
    assert demo.notifications.email_smtp_port == base + OFFSETS["smtp"]
    assert demo.notifications.telegram_api == f"http://127.0.0.1:{base + OFFSETS['telegram']}"
    assert demo.notifications.sms_url.get_secret_value() == f"http://127.0.0.1:{base + OFFSETS['sms']}"
    assert demo.warnings == ()
    assert len(demo.loads) == demo.simulator.miners == 300


@pytest.mark.asyncio
async def test_a_person_writes_to_the_bot_through_the_control_port(ask: Ask, site: SimulatedSite) -> None:
    assert (await ask("POST", "/telegram", {"user_id": 7, "chat_id": 42, "text": "/status"}))[0] == 200
    url = f"http://127.0.0.1:{site.ports['telegram']}/bot1:t/getUpdates"
    async with aiohttp.ClientSession() as session, session.post(url, json={"timeout": 1}) as answer:
        (update,) = (await answer.json())["result"]
    assert update["message"]["text"] == "/status"
    assert update["message"]["from"]["id"] == 7


@pytest.mark.asyncio
async def test_loads_that_are_switched_by_http_stand_where_the_settings_say() -> None:
    loads = tuple(
        LoadRow(name=f"h-{n}", kind=LoadKind.HTTP, group="main", zone="main", kw=3.3, address=f"127.0.0.1:{port}", section="rig")
        for n, port in enumerate((0, 0), start=1)
    )
    simulated = SimulatedSite(replace(settings(), loads=loads, http_loads={"rig": sections.HttpLoads()}))
    await simulated.start()
    try:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{simulated.ports['http-rig']}/status") as answer,
        ):
            assert (await answer.json())["state"] == "normal"
    finally:
        await simulated.stop()
