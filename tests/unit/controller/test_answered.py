"""A request that comes twice is carried out once, whoever sends it again and whatever happened in between."""

import json

import pytest

from services.controller.answered import KEPT, KEPT_S, Answered, Memory
from services.controller.ledger import Ledger
from services.shared.messages import Event, Reply, State
from tests.plant import moment
from tests.unit.controller.parts import Controller, request

LEASE = json.dumps({"kind": "miners", "action": "sleep", "members": ["m-1"]})


def a_reply(request_id: str) -> Reply:
    return Reply(request_id=request_id, accepted=True, reason="done")


@pytest.mark.asyncio
async def test_a_request_that_comes_twice_has_one_lease_one_event_and_the_same_reply_twice(tmp_path):
    async with Controller(tmp_path) as site:
        first = await site.ask("lease", LEASE, id="a-1")
        second = await site.ask("lease", LEASE, id="a-1")
        assert json.loads(first.result)["id"] == json.loads(second.result)["id"]
        assert len([event for event in site.bus.of(Event) if event.title.startswith("lease by")]) == 1


@pytest.mark.asyncio
async def test_a_request_that_comes_again_after_a_restart_is_not_carried_out_again(tmp_path):
    async with Controller(tmp_path) as site:
        first = await site.ask("lease", LEASE, id="a-1")
    async with Controller(tmp_path) as site:
        second = await site.ask("lease", LEASE, id="a-1")
        assert (second.accepted, second.result) == (True, first.result)
        assert not [event for event in site.bus.of(Event) if event.title.startswith("lease by")]


@pytest.mark.asyncio
async def test_another_request_under_a_known_id_is_refused_and_the_first_one_stands(tmp_path):
    async with Controller(tmp_path) as site:
        await site.ask("lease", LEASE, id="a-1")
        other = await site.ask("cycle", "{}", id="a-1")
        assert not other.accepted and "under this id" in other.reason
        assert (await site.ask("lease", LEASE, id="a-1")).accepted


@pytest.mark.asyncio
async def test_a_stop_is_carried_out_each_time_whatever_came_under_its_id(tmp_path):
    async with Controller(tmp_path) as site:
        for under in ("a-1", "a-1"):
            assert (await site.ask("stop", "{}", id=under)).accepted
            assert [trip.key for trip in site.bus.of(State)[-1].trips] == ["stop"]
            assert (await site.ask("reset", json.dumps({"trip": "stop"}))).accepted
            assert site.bus.of(State)[-1].trips == ()
        lease = await site.ask("lease", LEASE, id="a-1")
        assert lease.accepted, lease.reason
        assert (await site.ask("stop", "{}", id="a-1")).accepted
        assert (await site.ask("lease", LEASE, id="a-1")).result == lease.result


def test_the_oldest_answers_are_forgotten_by_number_and_by_age():
    memory = Memory()
    for number in range(KEPT + 1):
        memory.add(request("cycle", id=f"a-{number}"), a_reply(f"a-{number}"), moment(0.0))
    assert memory.reply(request("cycle", id="a-0"), moment(0.0)) is None
    assert memory.reply(request("cycle", id="a-1"), moment(0.0)) is not None
    assert memory.reply(request("cycle", id="a-1"), moment(KEPT_S + 1.0)) is None
    assert len(memory.take()) == KEPT + 1
    assert memory.take() == ()


def test_an_answer_that_cannot_be_read_any_more_is_refused_and_not_done_again():
    memory = Memory()
    memory.add(request("cycle", id="a-1"), a_reply("a-1"), moment(0.0))
    (one,) = memory.take()
    memory.remember([Answered(one.id, one.digest, "{", one.at)])
    reply = memory.reply(request("cycle", id="a-1"), moment(0.0))
    assert reply is not None and not reply.accepted


@pytest.mark.asyncio
async def test_the_ledger_keeps_the_newest_answers_and_no_more(tmp_path):
    ledger = Ledger(tmp_path / "ledger.db")
    many = [Answered(f"a-{number}", "d", "{}", 1.0) for number in range(KEPT + 50)]
    await ledger.commit(None, {}, (), many)
    kept = await ledger.answered()
    ledger.close()
    assert kept == tuple(many[50:])


@pytest.mark.asyncio
async def test_a_wake_that_wakes_nothing_is_answered_and_written_down_with_who_holds_it(tmp_path):
    wake = json.dumps({"kind": "miners", "action": "wake", "members": ["m-1"]})
    async with Controller(tmp_path) as site:
        await site.ask("lease", LEASE, who="ann (session, 192.168.1.7)")
        other = await site.ask("lease", wake, who="bob (session, 192.168.1.7)")
        own = await site.ask("lease", wake, who="ann (session, 10.0.0.4)")
        written = [event.title for event in site.bus.of(Event) if event.title.startswith("lease by bob")]
    assert other.accepted and "; 1 of 1 loads stay asleep, held by lease" in other.reason
    assert "stay asleep" in written[0] and "stay asleep" not in own.reason
