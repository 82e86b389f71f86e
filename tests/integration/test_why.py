"""Why was it off at 14:05: asked of the real api, of the present and of its records."""

import asyncio
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from services.cli.main import app
from services.shared.bus import Bus
from services.shared.messages import Event
from services.shared.settings import sections
from tests.broker import LiveBroker
from tests.integration.api_running import Running, running, state, voice
from tests.waiting import until

pytestmark = pytest.mark.asyncio
NOBODY = sections.Broker(host="127.0.0.1", port=1)
INPUTS = {
    "signals": [{"name": "utility", "level": "control", "target_kw": 200.0, "age_s": 2.0, "event_id": "EV-7"}],
    "temperatures": [{"sensor": "ra/s1", "zone": "main", "celsius": 24.5, "age_s": None}],
    "meters": [{"name": "pdu-1", "kw": 29.0, "age_s": 10.0}],
}


def tell(bus: Bus, begun_at: float) -> None:
    """An hour of the controller: running, curtailed by the utility and then by a person, running again."""
    story: tuple[tuple[float, str, dict[str, Any]], ...] = (
        (0, "transition", {"title": "starting to normal", "mode": "normal", "reasons": ("nothing limits the load",)}),
        (600, "transition", {"title": "normal to curtailing", "mode": "curtailing", "reasons": ("utility signal: Control",)}),
        (660, "transition", {"title": "curtailing to curtailed", "mode": "curtailed", "reasons": ("utility signal: Control",),
                             "detail": json.dumps(INPUTS)}),
        (700, "decision", {"title": "limited by signal utility", "mode": "curtailed",
                           "reasons": ("utility signal: Control, at most 200 kW",), "detail": json.dumps(INPUTS)}),
        (900, "audit", {"title": "lease by ann: no such load", "who": "ann", "reasons": ("wrong",)}),
        (1000, "audit", {"title": "lease by bob: done", "who": "bob", "reasons": ("dust",),
                         "detail": json.dumps({"id": "c-1", "kind": "power_signal", "level": "control", "minutes": 30})}),
        (1002, "audit", {"title": "lease by carl: done", "who": "carl", "reasons": ("noise",),
                         "detail": json.dumps({"id": "f-1", "kind": "fans", "fans": {"1": "on"}, "minutes": 30})}),
        (1001, "decision", {"title": "limited by lease", "mode": "curtailed", "reasons": ("forced signal by bob: dust",)}),
        (1200, "transition", {"title": "curtailed to restoring", "mode": "restoring", "reasons": ("restoring",)}),
        (1300, "transition", {"title": "restoring to normal", "mode": "normal", "reasons": ("nothing limits the load",)}),
    )  # fmt: skip
    for number, (after_s, kind, more) in enumerate(story, 1):
        event = {"subject": ("controller",), "ledger_seq": number, "kind": kind, "happened_at": begun_at + after_s, **more}
        bus.publish(Event.model_validate(event))


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


async def why(api: Running, at: float | None = None) -> Any:
    return (await api.get("/api/v1/why" + ("" if at is None else f"?at={iso(at)}"), base=api.debug)).body


async def test_the_records_say_why_it_was_off_who_asked_and_how_it_ended(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    begun_at = float(int(time.time()) - 7200)
    async with running(tmp_path, broker.settings("api"), site) as api, voice(broker.settings("admin"), "controller", site) as bus:
        tell(bus, begun_at)

        async def stored() -> bool:
            return len((await api.get("/api/v1/events", base=api.debug)).body["events"]) == 10

        await until(stored, 15.0, "all events are stored")
        told = await why(api, begun_at + 800)
        assert (told["known"], told["now"], told["mode"], told["limited_by"]) == (True, False, "curtailed", "signal utility")
        assert told["reasons"] == ["utility signal: Control, at most 200 kW"]
        ends = ("since", "until", "off_since", "off_until")
        moments = {key: datetime.fromisoformat(told[key]).timestamp() - begun_at for key in ends}
        assert moments == {"since": 660, "until": 1200, "off_since": 600, "off_until": 1300}
        assert told["ended_because"] == ["curtailed to restoring", "restoring"]
        assert told["signal"] == {"source": "utility", "level": "control", "target_kw": 200.0, "event_id": "EV-7", "start": None,
                                  "end": None, "age_s": 2.0, "age_then_s": 102.0}  # fmt: skip
        assert told["caused_by"] == "signal utility, event EV-7"
        assert {(one["name"], one["value"], one["age_s"]) for one in told["inputs"]} == {
            ("utility", "control", 2.0), ("ra/s1", 24.5, None), ("pdu-1", 29.0, 10.0)
        }  # fmt: skip
        assert datetime.fromisoformat(told["decided_at"]).timestamp() - begun_at == 700
        assert any("1 min 40 s before the moment" in note for note in told["notes"])
        later = await why(api, begun_at + 1100)
        assert (later["limited_by"], later["caused_by"]) == ("lease", "bob: dust")
        assert [act["what"] for act in later["acts"]] == [
            "lease by ann: no such load",
            "lease by bob: done",
            "lease by carl: done",
        ]
        running_again = await why(api, begun_at + 1400)
        assert (running_again["mode"], running_again["off_since"], running_again["caused_by"]) == ("normal", None, None)
        before = await why(api, begun_at - 60)
        assert before["known"] is False and "the records begin at" in before["sentence"]
        words = (await asyncio.to_thread(mine, api, "why", "--at", iso(begun_at + 800))).output
        for part in ("curtailed since", "event EV-7", "C", "America/Chicago", "normal again at"):
            assert part in words
        local = datetime.fromisoformat(told["at"]).strftime("%H:%M:%S")
        to_the_second = await asyncio.to_thread(mine, api, "why", "--at", local)
        assert to_the_second.exit_code == 0 and "1 min 40 s before the moment" in to_the_second.output


async def test_the_present_is_told_from_what_the_services_say_and_a_silent_controller_is_unknown(
    tmp_path: Path, broker: LiveBroker, site: str
) -> None:
    async with running(tmp_path, broker.settings("api"), site) as api, voice(broker.settings("admin"), "controller", site) as bus:
        assert (await why(api))["known"] is False
        bus.publish(state())

        async def known() -> Any:
            told = await why(api)
            return told if told["known"] else None

        told = await until(known)
        assert told["now"] is True
        assert (told["mode"], told["limited_by"], told["caused_by"]) == ("curtailed", "signal utility", "signal utility")
        assert told["load"].items() >= {"measured_kw": 3.5, "target_kw": 0.0, "unknown_kw": 12.0}.items()
        assert told["signal"]["level"] == "control" and told["signal"]["age_s"] is not None
        words = (await asyncio.to_thread(mine, api, "why")).output
        assert "3.5 kW on, 0.0 kW target, 12.0 kW unknown" in words
        status = await asyncio.to_thread(mine, api, "status")
        assert status.exit_code == 0 and "because the utility asks for control" in status.output
        raw = await asyncio.to_thread(mine, api, "status", "--json")
        assert json.loads(raw.output)["mode"] == "curtailed"


@pytest.mark.parametrize("at", ["noon", "2999-01-01T00:00:00Z", "", "25:61", "1e9"])
async def test_a_moment_that_is_none_or_is_yet_to_come_is_refused(tmp_path: Path, at: str) -> None:
    async with running(tmp_path, NOBODY) as api:
        answer = await api.get("/api/v1/why", params={"at": at})
        assert answer.status == 422 and "allowed" in answer.body["detail"]


def mine(api: Running, *arguments: str) -> Result:
    page, debug = (base.rpartition(":")[2] for base in (api.lan, api.debug))
    env = {"MINE_CONFIG": "tests/data/old_config.txt", "MINE_API_PORT": page, "MINE_API_DEBUG_PORT": debug}
    return CliRunner().invoke(app, list(arguments), env=env)
