"""The past over the API: by cursor both ways, chosen, as CSV, as it comes; and what is kept by a client."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from services.shared.bus import Bus
from services.shared.clock import Clock
from services.shared.messages import Alarm, Event, Reading
from services.shared.settings import sections
from services.shared.vocabulary import AlarmKind, Mode, Quality
from tests.broker import LiveBroker
from tests.integration.api_running import Running, running, state, voice
from tests.integration.test_api import is_problem
from tests.ports import free_port
from tests.waiting import until

pytestmark = pytest.mark.asyncio
NOBODY = sections.Broker(host="127.0.0.1", port=1)
AT = 1_800_000_000.0


def event(seq: int, kind: str = "decision", **more: Any) -> Event:
    return Event(subject=("controller",), ledger_seq=seq, kind=kind, happened_at=AT + seq, title=f"event {seq}", **more)


@asynccontextmanager
async def site_with(folder: Path, broker: LiveBroker, site: str, *events: Event) -> AsyncIterator[tuple[Running, Bus]]:
    async with (
        running(folder, broker.settings("api"), site) as api,
        voice(broker.settings("admin"), "controller", site) as bus,
    ):
        await until(lambda: api.bus.connected)
        for one in events:
            bus.publish(one)

        async def stored() -> bool:
            return len((await api.get("/api/v1/events?limit=1000", base=api.debug)).body["events"]) == len(events)

        await until(stored)
        yield api, bus


def ids(page: Any, name: str = "events") -> list[int]:
    return [row["id"] for row in page[name]]


async def test_events_are_read_by_cursor_in_both_directions_and_chosen(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    inputs = json.dumps({"signals": [{"name": "utility", "level": "control", "age_s": 2.0}]})
    told = (
        event(1, "transition", reasons=("the utility asks",), mode="curtailing", detail=inputs),
        event(2, "command", device="pdu-1", act="outlet_off", command_id="c-1"),
        event(3, "audit", who="Ann (session, 10.0.0.7)", reasons=("belt",), detail='{"target":"fan-3"}'),
        event(4, "decision", reasons=("less is asked",)),
        event(5, "service", device="pdu-2"),
    )
    async with site_with(tmp_path, broker, site, *told) as (api, _):
        page = (await api.get("/api/v1/events?limit=2", base=api.debug)).body
        assert (ids(page), page["next_after"], page["next_before"]) == ([4, 5], 5, 4)
        assert ids((await api.get("/api/v1/events?limit=2&before=4", base=api.debug)).body) == [2, 3]
        assert ids((await api.get("/api/v1/events?limit=2&after=3", base=api.debug)).body) == [4, 5]
        assert (await api.get("/api/v1/events?before=1", base=api.debug)).body["next_before"] is None
        is_problem(await api.get("/api/v1/events?before=1&after=1", base=api.debug), 422)
        for query, wanted in (
            ("kind=command&kind=audit", [2, 3]),
            ("device=pdu-1", [2]),
            ("source=controller", [1, 2, 3, 4, 5]),
            ("source=collector", []),
            ("who=ann", [3]),
            ("who=%25", []),
            ("device=' OR 1=1 --", []),
            (f"from={AT + 2}&to={AT + 4}", [2, 3]),
        ):
            assert ids((await api.get(f"/api/v1/events?{query}", base=api.debug)).body) == wanted, query
        is_problem(await api.get("/api/v1/events?kind=nonsense", base=api.debug), 422)
        is_problem(await api.get("/api/v1/events?from=2026-11-22T08:00:00", base=api.debug), 422)
        decisions = (await api.get("/api/v1/decisions")).body
        assert ids(decisions, "decisions") == [1, 4]
        assert decisions["decisions"][0]["inputs"]["signals"][0]["age_s"] == 2.0
        assert decisions["decisions"][1]["inputs"] is None
        audit = (await api.get("/api/v1/audit", base=api.debug)).body["entries"]
        assert [(entry["who"], entry["reason"]) for entry in audit] == [("Ann (session, 10.0.0.7)", "belt")]
        verdict = (await api.get("/api/v1/audit/verify", base=api.debug)).body
        assert (verdict["intact"], verdict["last_hash"]) == (True, audit[0]["hash"])


async def test_a_sensor_is_listed_and_several_are_drawn_in_the_same_buckets(
    tmp_path: Path, broker: LiveBroker, site: str
) -> None:
    async with site_with(tmp_path, broker, site) as (api, bus):
        now = Clock().now()
        for quantity, value in (("sensor-1", 20.0), ("sensor-2", 30.0)):
            bus.publish(
                Reading(
                    subject=("roomalert-1", quantity), device="roomalert-1", quantity=quantity, value=value, unit="Cel",
                    quality=Quality.GOOD, label="=HYPERLINK(1)", poll_started_mono_s=now.mono_s, measured_at=now.wall_s,
                )
            )  # fmt: skip
        await api.stop()  # what waits is stored at the end
        async with running(tmp_path, NOBODY) as again:
            listed = (await again.get("/api/v1/sensors")).body["sensors"]
            assert [(one["sensor"], one["unit"]) for one in listed] == [
                ("roomalert-1/sensor-1", "Cel"), ("roomalert-1/sensor-2", "Cel"),
            ]  # fmt: skip
            assert listed[0]["first"] == listed[0]["last"] is not None
            span = f"from={now.wall_s - 50:.3f}&to={now.wall_s + 50:.3f}&buckets=10"
            both = "sensor=roomalert-1/sensor-1&sensor=roomalert-1/sensor-2&sensor=no/such"
            found = (await again.get(f"/api/v1/series/several?{both}&{span}")).body
            assert [one["buckets"][0]["mean"] for one in found["series"]] == [20.0, 30.0]
            assert found["missing"] == ["no/such"]
            is_problem(
                await again.get("/api/v1/series/several?" + "&".join(f"sensor=a/{n}" for n in range(13)) + f"&{span}"), 422
            )
            table = table_of((await again.get(f"/api/v1/series.csv?{both}&{span}")).text)
            assert table[0][:2] == ["time", "sensor"]
            assert [(row[1], row[3]) for row in table[1:]] == [("roomalert-1/sensor-1", "20.0"), ("roomalert-1/sensor-2", "30.0")]
            assert table[1][0].endswith("Z")


def table_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


async def test_a_spreadsheet_gets_every_row_and_carries_nothing_out(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    told = [event(n, "audit", who="=cmd|' /C calc'!A0", detail='a "quoted", line\nof two') for n in range(1, 1_204)]
    async with site_with(tmp_path, broker, site) as (api, bus):
        for one in told:
            bus.publish(one)

        async def stored() -> bool:
            return bool((await api.get("/api/v1/events?after=1202", base=api.debug)).body["events"])

        await until(stored, 15.0)
        answer = await api.get("/api/v1/events.csv", base=api.debug)
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="events.csv"'
        rows = table_of(answer.text)
        assert [row[0] for row in rows] == ["id", *(str(n) for n in range(1, 1_204))]
        first = dict(zip(rows[0], rows[1], strict=True))
        assert first["who"] == "'=cmd|' /C calc'!A0"
        assert first["detail"] == 'a "quoted", line\nof two'
        two = await api.get("/api/v1/events.csv?after=3&rows=2", base=api.debug)
        assert [row[0] for row in table_of(two.text)] == ["id", "4", "5"]
        is_problem(await api.get("/api/v1/events.csv?rows=100001", base=api.debug), 422)


async def test_state_rows_are_exported_with_unknown_as_an_empty_cell(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    async with site_with(tmp_path, broker, site) as (api, bus):
        bus.publish(state(Mode.CURTAILED))

        async def stored() -> Any:
            return (await api.get("/api/v1/state-rows")).body["rows"]

        await until(stored)
        head, row = table_of((await api.get("/api/v1/state-rows.csv")).text)[:2]
        shown = dict(zip(head, row, strict=True))
        assert (shown["mode"], shown["measured_kw"], shown["humidity_percent"]) == ("curtailed", "3.5", "")


async def test_the_history_of_alarms_is_read_by_cursor(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    async with site_with(tmp_path, broker, site) as (api, bus):
        for key, active in (("door", True), ("flood", True), ("door", False)):
            bus.publish(Alarm(subject=(key,), key=key, active=active, kind=AlarmKind.WARNING, cause=key, since_at=AT))

        async def stored() -> Any:
            page = (await api.get("/api/v1/alarms/history?key=door")).body
            return page if len(page["alarms"]) == 2 else None

        page = await until(stored)
        assert [one["active"] for one in page["alarms"]] == [True, False]
        last = page["alarms"][-1]["id"]
        assert page["next_after"] == last
        assert (await api.get(f"/api/v1/alarms/history?key=door&after={last}")).body["alarms"] == []
        before = (await api.get(f"/api/v1/alarms/history?before={last}")).body["alarms"]
        assert [one["key"] for one in before if one["key"] in ("door", "flood")] == ["door", "flood"]


async def items(response: aiohttp.ClientResponse, count: int) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    item: dict[str, str] = {}
    while len(found) < count:
        line = (await response.content.readline()).decode()
        assert line, "the stream has ended"
        name, _, value = line.rstrip("\n").partition(": ")
        if not name and item:
            found.append(item)
            item = {}
        elif name:
            item[name] = value
    return found


async def test_the_stream_of_events_goes_on_from_the_last_id_without_a_gap(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    async with site_with(tmp_path, broker, site, event(1), event(2), event(3)) as (api, bus):
        path = api.lan + "/api/v1/events/stream"
        async with api.session.get(path, headers={"Last-Event-ID": "1"}) as response:
            assert response.headers["Content-Type"].startswith("text/event-stream")
            found = await items(response, 2)
            assert [(item["event"], item["id"]) for item in found] == [("event", "2"), ("event", "3")]
            assert json.loads(found[0]["data"])["title"] == "event 2"
            bus.publish(event(4))
            assert (await items(response, 1))[0]["id"] == "4"
        async with api.session.get(path + "?after=2") as response:
            assert [item["id"] for item in await items(response, 2)] == ["3", "4"]
        async with api.session.get(path) as response:
            assert (await response.content.readline()).startswith(b": ")
            await asyncio.sleep(0)
            bus.publish(event(5))
            assert int((await items(response, 1))[0]["id"]) >= 5
        async with api.session.get(path + "?after=999") as response:
            replaced = (await items(response, 1))[0]
            assert replaced["event"] == "records-replaced"
            assert json.loads(replaced["data"])["after"] >= 4
        is_problem(await api.get("/api/v1/events/stream", headers={"Last-Event-ID": "x"}), 422)


async def test_both_streams_share_their_places_and_end_with_the_service(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY) as api:
        paths = ["/api/v1/stream", "/api/v1/events/stream"] * 4
        open_ones = [await api.session.get(api.lan + path) for path in paths]
        for path in paths[:2]:
            is_problem(await api.get(path), 503)
        open_ones[1].close()

        async def taken() -> bool:
            async with api.session.get(api.lan + paths[1]) as response:
                return response.status == 200

        await until(taken)
        await asyncio.wait_for(api.stop(), 4.0)
        for response in open_ones:
            response.close()


async def test_an_answer_at_hand_is_not_sent_again(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY, ops=sections.Ops(token="a-long-secret", controller_port=free_port())) as api:
        for path in ("/api/v1/config", "/api/openapi.json", "/api/v1/sensors"):
            first = await api.get(path, base=api.debug)
            tag = first.headers["ETag"]
            assert (first.status, first.headers["Cache-Control"]) == (200, "no-cache")
            for known in (tag, f'"x", W/{tag}', "*"):
                again = await api.get(path, base=api.debug, headers={"If-None-Match": known})
                assert (again.status, again.text, again.headers["ETag"]) == (304, "", tag), path
            assert (await api.get(path, base=api.debug, headers={"If-None-Match": '"other"'})).status == 200
        keys = {(one["section"], one["key"]): one for one in (await api.get("/api/v1/config", base=api.debug)).body["keys"]}
        assert keys["GENERAL", "max_temp_celsius"] | {"origin": ""} == {
            "section": "GENERAL", "key": "max_temp_celsius", "value": "35", "origin": "", "is_changed": False,
        }  # fmt: skip
        assert keys["OPS", "token"]["is_changed"]
        assert "a-long-secret" not in (await api.get("/api/v1/config", base=api.debug)).text


async def test_the_configuration_is_answered_without_the_keys_within_its_addresses(tmp_path: Path) -> None:
    told = sections.Notifications(sms_url=SecretStr("https://sms.example/?apikey=a-long-secret"))
    apis = sections.Apis(cornbelt_url="https://me:a-long-secret@grid.example/now?key=a-long-secret")
    async with running(tmp_path, NOBODY, apis=apis, notifications=told) as api:
        answer = await api.get("/api/v1/config", base=api.debug)
    assert "https://********@grid.example/now?key=********" in answer.text
    assert "a-long-secret" not in answer.text
