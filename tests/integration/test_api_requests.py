"""What is asked for over the API: 202 with a place to watch, once for each key, and each verb as the controller knows it."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from services.shared.messages import Reply, Request
from services.shared.settings import sections
from tests.broker import LiveBroker
from tests.integration.api_running import Running, running, state, voice
from tests.integration.test_api import is_problem
from tests.ports import free_port
from tests.waiting import until

pytestmark = pytest.mark.asyncio
NOBODY = sections.Broker(host="127.0.0.1", port=1)
RESET = {"reason": "looked at", "payload": {"trip": "stop"}}
KEY = {"Idempotency-Key": "key-00001"}
ASKED: tuple[tuple[str, dict[str, Any], str, dict[str, Any]], ...] = (
    ("curtail", {"target_kw": 200, "minutes": 60}, "lease",
     {"kind": "power_signal", "level": "control", "target_kw": 200.0, "minutes": 60}),
    ("curtail", {"all": True}, "lease", {"kind": "power_signal", "level": "control", "target_kw": 0.0, "minutes": 30}),
    ("hold", {"members": ["row-a"]}, "lease", {"kind": "miners", "action": "sleep", "members": ["row-a"], "minutes": 30}),
    ("release", {"id": "l1"}, "release", {"id": "l1", "members": []}),
    ("release", {"kind": "miners", "members": ["row-a"]}, "release", {"kind": "miners", "members": ["row-a"]}),
    ("lease", {"kind": "fans", "stage": 9}, "lease", {"kind": "fans", "stage": 9, "minutes": 30}),
    ("lease", {"kind": "temperature", "celsius": 41.0}, "lease", {"kind": "temperature", "celsius": 41.0, "minutes": 30}),
    ("lockout", {"target": "fan-3"}, "lockout", {"target": "fan-3"}),
    ("unlock", {"target": "fan-3"}, "unlock", {"target": "fan-3"}),
    ("reset", {"trip": "stop"}, "reset", {"trip": "stop"}),
    ("stop", {}, "stop", {}),
    ("cycle", {}, "cycle", {}),
    ("service", {"signal": "utility", "in_service": False}, "service",
     {"signal": "utility", "in_service": False, "minutes": 30, "confirmed": False}),
    ("phase", {"phase": "free"}, "phase", {"phase": "free"}),
    ("check", {"channel": "email"}, "check", {"channel": "email"}),
    ("shelve", {"key": "device_lost_*", "minutes": 120}, "shelve", {"key": "device_lost_*", "minutes": 120.0}),
    ("unshelve", {"key": "device_lost_*"}, "unshelve", {"key": "device_lost_*"}),
    ("drill", {"device": "pdu-1"}, "drill", {"device": "pdu-1"}),
    ("acknowledge", {"key": "door"}, "acknowledge", {"key": "door"}),
    ("test", {"channel": "telegram"}, "test", {"channel": "telegram"}),
)  # fmt: skip
WRONG: tuple[tuple[str, dict[str, Any]], ...] = (
    ("curtail", {}),
    ("curtail", {"target_kw": 10, "all": True}),
    ("curtail", {"target_kw": -1}),
    ("hold", {"members": []}),
    ("release", {}),
    ("release", {"id": "l1", "kind": "miners"}),
    ("lease", {"kind": "drill", "minutes": 5}),
    ("lease", {"kind": "fans"}),
    ("lockout", {"target": ""}),
    ("service", {"signal": "utility", "in_service": 1}),
    ("shelve", {"key": "door", "minutes": 0}),
    ("shelve", {"key": "door", "minutes": 1441}),
    ("shelve", {"minutes": 10}),
    ("cycle", {"surprise": 1}),
)


class Owner:
    """Whoever carries requests out: answers each, or says nothing."""

    def __init__(self, *, answers: bool = True, **reply: Any) -> None:
        self.bus: Any = None
        self.asked: list[Request] = []
        self.answers = answers
        self.reply = {"accepted": True, "reason": "done", **reply}

    def take(self, request: Request, _arrival: object) -> None:
        self.asked.append(request)
        if self.answers:
            self.answer(request)

    def answer(self, request: Request) -> None:
        self.bus.publish(Reply(subject=(request.id,), request_id=request.id, **self.reply))


async def ready(api: Running, owner: Owner, bus: Any) -> None:
    owner.bus = bus
    await until(lambda: api.bus.connected and bus.connected)


async def test_every_verb_becomes_the_request_that_its_owner_knows(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    owner = Owner()
    async with (
        running(tmp_path, broker.settings("api"), site) as api,
        voice(broker.settings("admin"), "controller", site, (Request, owner.take)) as bus,
    ):
        await ready(api, owner, bus)
        for verb, payload, sent, said in ASKED:
            answer = await api.post(f"/api/v1/requests/{verb}", {"reason": "trial", "payload": payload})
            assert (answer.status, answer.body["state"], answer.body["verb"]) == (202, "done", verb), answer.text
            request = owner.asked[-1]
            assert request.verb == sent
            assert json.loads(request.payload).items() >= said.items(), verb
            if verb not in ("stop", "cycle"):
                assert (request.reason, answer.body["because"]) == ("trial", "trial")
            assert "127.0.0.1" in request.who
        newest = (await api.get("/api/v1/requests?limit=3", base=api.debug)).body["requests"]
        assert [one["verb"] for one in newest] == ["test", "acknowledge", "drill"]


async def test_a_wrong_body_of_a_verb_is_refused_and_nothing_is_asked(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY) as api:
        for verb, payload in WRONG:
            is_problem(await api.post(f"/api/v1/requests/{verb}", {"payload": payload}), 422)
        is_problem(await api.post("/api/v1/requests/reset", {"payload": {"trip": "stop"}, "surprise": 1}), 422)
        is_problem(await api.post("/api/v1/requests/explode", {"payload": {}}), 405)
        is_problem(await api.post("/api/v1/requests/reset", RESET), 503)
        assert (await api.get("/api/v1/requests", base=api.debug)).body == {"requests": []}
        is_problem(await api.get("/api/v1/requests/none-such-id", base=api.debug), 404)
        is_problem(await api.get("/api/v1/requests/..%2f..%2fetc", base=api.debug), 404)


async def test_a_limit_that_takes_nothing_off_is_a_slip_of_the_hand(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    async with (
        running(tmp_path, broker.settings("api"), site) as api,
        voice(broker.settings("admin"), "controller", site) as bus,
    ):
        await until(lambda: api.bus.connected)
        bus.publish(state())
        await until(lambda: _knows_the_load(api))
        refused = await api.post("/api/v1/requests/curtail", {"reason": "r", "payload": {"target_kw": 2000}})
        assert refused.status == 409
        assert "found 2000 kW, which takes nothing off; allowed: 0 to less than 990 kW" in refused.body["detail"]


async def _knows_the_load(api: Running) -> bool:
    return bool((await api.get("/api/v1/readiness")).body["nominal_kw"])


async def test_a_request_not_answered_yet_is_watched_until_it_is(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    owner = Owner(answers=False, result='{"done": "reset"}')
    async with (
        running(tmp_path, broker.settings("api"), site) as api,
        voice(broker.settings("admin"), "controller", site, (Request, owner.take)) as bus,
    ):
        await ready(api, owner, bus)
        answer = await api.post("/api/v1/requests/reset", RESET)
        assert (answer.status, answer.body["state"], answer.body["result"]) == (202, "waiting", None)
        place = answer.headers["Location"]
        assert place == f"/api/v1/requests/{answer.body['id']}"
        assert 0 < answer.body["expires_at"] - answer.body["asked_at"] <= 10
        owner.answer(owner.asked[0])

        async def done() -> Any:
            told = (await api.get(place, base=api.debug)).body
            return told if told["state"] == "done" else None

        assert (await until(done))["result"] == {"done": "reset"}


async def test_a_refused_request_is_a_409_and_its_place_says_why(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    owner = Owner(accepted=False, reason="the cause persists")
    async with (
        running(tmp_path, broker.settings("api"), site) as api,
        voice(broker.settings("admin"), "controller", site, (Request, owner.take)) as bus,
    ):
        await ready(api, owner, bus)
        answer = await api.post("/api/v1/requests/reset", RESET)
        is_problem(answer, 409)
        assert answer.body["detail"] == "the cause persists"
        told = (await api.get(answer.headers["Location"], base=api.debug)).body
        assert (told["state"], told["reason"], told["result"]) == ("refused", "the cause persists", None)


async def test_a_key_asks_once_however_often_it_is_sent(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    owner = Owner()
    async with (
        running(tmp_path, broker.settings("api"), site) as api,
        voice(broker.settings("admin"), "controller", site, (Request, owner.take)) as bus,
    ):
        await ready(api, owner, bus)
        answers = await asyncio.gather(*(api.post("/api/v1/requests/reset", RESET, headers=KEY) for _ in range(5)))
        assert len({answer.body["id"] for answer in answers}) == 1
        assert len(owner.asked) == 1
        assert sorted(answer.headers.get("Idempotent-Replay", "") for answer in answers) == ["", *["true"] * 4]
        other = await api.post("/api/v1/requests/reset", {"payload": {"trip": "thermal"}}, headers=KEY)
        is_problem(other, 422)
        assert other.body["type"].endswith("idempotency-conflict")
        is_problem(await api.post("/api/v1/requests/cycle", {}, headers=KEY), 422)
        is_problem(await api.post("/api/v1/requests/reset", RESET, headers={"Idempotency-Key": "short"}), 422)
        assert len(owner.asked) == 1
        assert (await api.post("/api/v1/requests/reset", RESET, headers={"Idempotency-Key": "key-00002"})).status == 202
        assert len({request.id for request in owner.asked}) == 2


async def test_a_stop_is_asked_each_time_it_is_sent_whatever_its_key(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    owner = Owner()
    async with (
        running(tmp_path, broker.settings("api"), site) as api,
        voice(broker.settings("admin"), "controller", site, (Request, owner.take)) as bus,
    ):
        await ready(api, owner, bus)
        assert (await api.post("/api/v1/requests/reset", RESET, headers=KEY)).status == 202
        for reason in ("smoke", "smoke", "it smokes again"):
            answer = await api.post("/api/v1/requests/stop", {"reason": reason}, headers=KEY)
            assert (answer.status, answer.headers.get("Idempotent-Replay")) == (202, None), answer.text
        assert [request.verb for request in owner.asked] == ["reset", "stop", "stop", "stop"]
        assert len({request.id for request in owner.asked}) == 4


async def test_what_a_person_asks_of_the_notifier_is_in_the_audit_once(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    owner = Owner()
    async with (
        running(tmp_path, broker.settings("api"), site) as api,
        voice(broker.settings("admin"), "notifier", site, (Request, owner.take)) as bus,
    ):
        await ready(api, owner, bus)
        for _ in range(2):
            await api.post("/api/v1/requests/acknowledge", {"reason": "seen", "payload": {"key": "door"}}, headers=KEY)
        await api.post("/api/v1/requests/test", {"payload": {"channel": "telegram"}})

        async def told() -> Any:
            entries = (await api.get("/api/v1/audit", base=api.debug)).body["entries"]
            return entries if len(entries) > 1 else None

        entries = await until(told)
        assert [entry["what"] for entry in entries] == ["acknowledge asked of the notifier", "test asked of the notifier"]
        assert (entries[0]["reason"], json.loads(entries[0]["detail"])) == ("seen", {"key": "door"})
        assert all("127.0.0.1" in entry["who"] for entry in entries)


async def test_a_key_names_the_same_request_after_a_restart_of_the_api(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    """Then its owner, who keeps what it answered, knows it again."""
    owner = Owner()
    async with voice(broker.settings("admin"), "controller", site, (Request, owner.take)) as bus:
        for _ in range(2):
            async with running(tmp_path, broker.settings("api"), site) as api:
                await ready(api, owner, bus)
                assert (await api.post("/api/v1/requests/reset", RESET, headers=KEY)).status == 202
    assert owner.asked[0].id == owner.asked[1].id


async def test_a_request_that_met_no_broker_is_forgotten_and_its_key_asks_anew(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY) as api:
        for _ in range(2):
            is_problem(await api.post("/api/v1/requests/reset", RESET, headers=KEY), 503)


async def test_a_stop_with_a_dead_broker_that_reaches_nobody_is_tried_again_under_its_key(tmp_path: Path) -> None:
    async with running(tmp_path, NOBODY, ops=sections.Ops(controller_port=free_port())) as api:
        for _ in range(2):
            is_problem(await api.post("/api/v1/requests/stop", {"reason": "smoke"}, headers=KEY), 504)


async def test_a_request_is_begun_until_the_moment_it_names_and_no_later(tmp_path: Path, broker: LiveBroker, site: str) -> None:
    owner = Owner(answers=False)
    async with (
        running(tmp_path, broker.settings("api"), site) as api,
        voice(broker.settings("admin"), "controller", site, (Request, owner.take)) as bus,
    ):
        await ready(api, owner, bus)

        async def ask(until_at: object, verb: str = "cycle", **headers: str) -> Any:
            return await api.post(f"/api/v1/requests/{verb}", {}, headers={"X-Until-At": str(until_at), **headers})

        soon = round(time.time()) + 4
        in_time = await ask(soon, **KEY)
        assert (in_time.body["state"], in_time.body["expires_at"]) == ("waiting", soon)
        assert owner.asked[0].expires_at == soon, "its owner begins it no later either"
        assert (await ask(soon + 60)).body["expires_at"] < soon + 10
        late = await ask(soon - 10)
        is_problem(late, 409)
        assert late.body["type"] == "urn:mine:problem:too-late"
        assert (await ask(soon - 10, **KEY)).headers["Idempotent-Replay"] == "true", "it had been begun in time"
        for wrong in ("nan", "-1", "soon", ""):
            is_problem(await ask(wrong), 422)
        assert len(owner.asked) == 2
        owner.answers = True
        assert (await ask(soon - 10, "stop")).body["state"] == "done", "a stop is never too late"
