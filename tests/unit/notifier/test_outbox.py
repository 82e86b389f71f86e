"""Incidents as threads: what waits becomes one message, what follows finds its post, and nothing is lost on the way."""

import asyncio
from pathlib import Path

import pytest

from services.notifier.channels.base import Failed
from services.notifier.message import Act
from services.notifier.outbox import Outbox
from tests.unit.notifier.providers import Bench, Provider, running
from tests.unit.notifier.words import EMERGENCY, HEARTBEAT, WARNING
from tests.waiting import until

POST, REPLY, EDIT = Act.POST, Act.REPLY, Act.EDIT


@pytest.mark.asyncio
async def test_a_provider_that_was_away_gets_one_message_that_tells_the_incident_as_it_stands(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.add(bench.draft(EMERGENCY, "smoke", POST, "i1", keys=("smoke",), ask=True))
    bench.add(bench.draft(EMERGENCY, "seen", EDIT, "i1", whole="smoke, acknowledged", keys=("smoke",)))
    bench.add(bench.draft(WARNING, "over", REPLY, "i1", whole="smoke, over after 2 min", keys=("smoke", "heat")))
    (row,) = bench.worker.rows.values()
    assert (row.id, row.act, row.kind, row.keys, row.ask) == (1, POST, EMERGENCY, ("smoke", "heat"), False)
    async with running(bench):
        await until(lambda: bench.settled)
        assert bench.provider.told == [("post", "smoke, over after 2 min")]


@pytest.mark.asyncio
async def test_a_channel_that_cannot_be_closed_keeps_no_other_open(tmp_path: Path) -> None:
    closed = []

    class Line(Provider):
        async def close(self) -> None:
            closed.append(self.name)
            raise OSError(self.name)

    bench = Bench(tmp_path)
    outbox = Outbox({name: Line(name) for name in ("telegram", "sms")}, bench.worker._way)
    with pytest.raises(OSError, match=r"telegram|sms"):
        await outbox.close()
    assert sorted(closed) == ["sms", "telegram"]
    bench.store.close()


@pytest.mark.asyncio
async def test_what_follows_a_post_finds_it_by_its_reference_after_a_restart_too(tmp_path: Path) -> None:
    first = Bench(tmp_path)
    await first.post(first.draft(EMERGENCY, "smoke", POST, "i1"))
    async with running(first):
        await until(lambda: first.settled)
    bench = Bench(tmp_path)
    await bench.post(bench.draft(EMERGENCY, "seen", EDIT, "i1"), bench.draft(EMERGENCY, "over", REPLY, "i1"))
    async with running(bench):
        await until(lambda: len(bench.provider.taken) == 2)
        assert bench.provider.told == [("reply", "over"), ("edit", "seen")]
        assert [message.ref for _, message in bench.provider.taken] == ["ref-1", "ref-1"]
        assert [delivered for *_, delivered in bench.settled] == [True], "an edit is nothing that people are told"
        await until(lambda: not bench.worker.rows)


@pytest.mark.asyncio
async def test_a_post_in_flight_is_not_touched_and_what_comes_waits_behind_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.provider.gate = asyncio.Event()
    await bench.post(bench.draft(EMERGENCY, "smoke", POST, "i1"))
    async with running(bench):
        await until(lambda: bench.provider.asked)
        await bench.post(bench.draft(EMERGENCY, "one", EDIT, "i1"), bench.draft(EMERGENCY, "two", EDIT, "i1"))
        await bench.post(bench.draft(EMERGENCY, "over", REPLY, "i1"))
        assert bench.waiting == [("post", "smoke"), ("edit", "two"), ("reply", "over")]
        assert len(bench.provider.asked) == 1
        bench.provider.gate.set()
        await until(lambda: len(bench.provider.taken) == 3)
        assert bench.provider.told == [("post", "smoke"), ("reply", "over"), ("edit", "two")]


@pytest.mark.asyncio
async def test_what_came_while_a_post_was_tried_in_vain_is_in_it_when_it_comes_again_as_another_message(tmp_path: Path) -> None:
    bench = Bench(tmp_path, retry_s=0.5)
    bench.provider.gate = asyncio.Event()
    bench.provider.failures = [Failed("no answer", maybe_taken=True)]
    await bench.post(bench.draft(EMERGENCY, "smoke", POST, "i1"))
    async with running(bench):
        await until(lambda: bench.provider.asked)
        await bench.post(bench.draft(EMERGENCY, "over", REPLY, "i1", whole="smoke, over"))
        bench.provider.gate.set()
        await until(lambda: bench.provider.taken)
        assert bench.provider.told == [("post", "(repeated) smoke, over")]
        assert len({message.id for message in bench.provider.asked}) == 2
        assert bench.store.fault is None
    again = Bench(tmp_path)
    assert not again.worker.rows
    again.store.close()


@pytest.mark.asyncio
async def test_a_reply_whose_post_was_given_up_is_the_post_and_an_edit_of_it_nothing(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.provider.gate = asyncio.Event()
    bench.provider.failures = [Failed("cannot be read", hopeless=True)]
    await bench.post(bench.draft(EMERGENCY, "smoke", POST, "i1"))
    async with running(bench):
        await until(lambda: bench.provider.asked)
        await bench.post(bench.draft(EMERGENCY, "seen", EDIT, "i1"))
        await bench.post(bench.draft(EMERGENCY, "over", REPLY, "i1", whole="smoke, over"))
        bench.provider.gate.set()
        await until(lambda: len(bench.settled) == 2)
        assert bench.provider.told == [("post", "smoke, over")]
        assert not bench.worker.rows


@pytest.mark.asyncio
async def test_an_sms_tells_no_end_to_whom_the_beginning_never_reached_but_asks_the_next_person(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Provider("sms", edits=False))
    bench.provider.failures = [Failed("no such number", hopeless=True)]
    await bench.post(bench.draft(EMERGENCY, "smoke", POST, "i1", to=("+1",)))
    async with running(bench):
        await until(lambda: bench.settled)
        await bench.post(bench.draft(EMERGENCY, "seen by nobody", REPLY, "i1", whole="smoke, seen by nobody", to=("+2",)))
        await until(lambda: bench.provider.taken)
        await bench.post(bench.draft(EMERGENCY, "over", REPLY, "i1", to=("+1", "+2")))
        await until(lambda: len(bench.provider.taken) == 2)
        told = [(to, message.act, message.text.subject) for to, message in bench.provider.taken]
        assert told == [("+2", POST, "smoke, seen by nobody"), ("+2", REPLY, "over")]


def test_a_channel_that_cannot_edit_gets_no_edits_but_for_what_waits(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Provider("email", edits=False))
    bench.store.refs["told", "email", "a"] = ""
    assert not bench.add(bench.draft(WARNING, "seen", EDIT, "told"))
    bench.add(bench.draft(WARNING, "hot", POST, "i1"))
    bench.add(bench.draft(WARNING, "seen", EDIT, "i1", whole="hot, seen"))
    assert bench.waiting == [("post", "hot, seen")]
    bench.store.close()


def test_replies_that_wait_become_one_where_the_newer_tells_the_whole(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.store.refs["i1", "telegram", "a"] = "ref-0"
    bench.add(bench.draft(EMERGENCY, "still there", REPLY, "i1", whole="smoke, nobody answers"))
    bench.add(bench.draft(EMERGENCY, "over", REPLY, "i1", whole="smoke, over"))
    assert bench.waiting == [("reply", "smoke, over")]
    bench.add(bench.draft(EMERGENCY, "no whole", REPLY, "i1"))
    assert bench.waiting == [("reply", "smoke, over"), ("reply", "no whole")]
    bench.store.close()


def test_incidents_and_recipients_are_not_mixed_and_without_a_thread_nothing_joins(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.add(bench.draft(WARNING, "hot", POST, "i1", to=("a", "b", "a")))
    bench.add(bench.draft(WARNING, "over", REPLY, "i1", to=("b",)), bench.draft(WARNING, "cold", POST, "i2"))
    bench.add(bench.draft(WARNING, "one"), bench.draft(WARNING, "two", REPLY), bench.draft(WARNING, "three", EDIT))
    told = [(row.recipient, row.text.subject) for row in bench.worker.rows.values()]
    assert told == [("a", "hot"), ("b", "over"), ("a", "cold"), ("a", "one"), ("a", "two")]
    assert {row.act for row in bench.worker.rows.values()} == {POST}
    bench.store.close()


def test_what_is_still_being_written_takes_in_what_comes_meanwhile(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    first = bench.outbox.rows_of([bench.draft(WARNING, "hot", POST, "i1")], 1_000.0)
    second = bench.outbox.rows_of([bench.draft(WARNING, "over", REPLY, "i1", whole="hot, over")], 1_001.0)
    assert [row.id for row in (*first, *second)] == [1, 1]
    bench.outbox.replace(first, set())
    bench.outbox.replace(second, set())
    assert bench.waiting == [("post", "hot, over")]
    bench.store.close()


@pytest.mark.asyncio
async def test_a_post_that_left_while_a_change_of_it_was_written_does_not_come_back(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.add(bench.draft(WARNING, "hot", POST, "i1"))
    rows = bench.outbox.rows_of([bench.draft(WARNING, "over", REPLY, "i1", whole="hot, over")], 1_001.0)
    async with running(bench):
        await until(lambda: bench.settled)
        bench.outbox.replace(rows, set())
        assert (bench.provider.told, bench.waiting) == ([("post", "hot, over")], [])


@pytest.mark.asyncio
async def test_what_waited_behind_a_post_at_a_kill_joins_it_and_one_that_was_in_flight_is_marked(tmp_path: Path) -> None:
    first = Bench(tmp_path)
    first.provider.gate = asyncio.Event()
    await first.post(first.draft(EMERGENCY, "smoke", POST, "i1"))
    async with running(first):
        await until(lambda: first.provider.asked)
        await first.post(first.draft(EMERGENCY, "over", REPLY, "i1", whole="smoke, over"))
    bench = Bench(tmp_path)
    assert [(row.id, row.text.subject, row.repeated) for row in bench.worker.rows.values()] == [(1, "smoke, over", True)]
    async with running(bench):
        await until(lambda: bench.settled)
    third = Bench(tmp_path)
    assert (bench.provider.told, third.waiting) == ([("post", "(repeated) smoke, over")], [])
    third.store.close()


@pytest.mark.asyncio
async def test_a_heartbeat_that_a_newer_one_replaced_while_it_was_in_flight_is_not_tried_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.provider.gate = asyncio.Event()
    bench.provider.failures = [Failed("no answer", maybe_taken=True)]
    await bench.post(bench.draft(HEARTBEAT, "one"))
    async with running(bench):
        await until(lambda: bench.provider.asked)
        bench.outbox.replace([], {1})
        bench.provider.gate.set()
        await bench.post(bench.draft(HEARTBEAT, "two"))
        await until(lambda: bench.settled)
        assert bench.provider.told == [("post", "two")]
    again = Bench(tmp_path)
    assert not again.worker.rows
    again.store.close()


def test_of_heartbeats_that_wait_only_the_newest_stays(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Provider(recipients=("a", "b")))
    for kind, subject in ((WARNING, "hot"), (HEARTBEAT, "one"), (HEARTBEAT, "two")):
        bench.add(bench.draft(kind, subject))
    assert [row.text.subject for row in bench.worker.rows.values()] == ["hot", "hot", "two", "two"]
    bench.store.close()


@pytest.mark.asyncio
async def test_what_was_being_written_while_its_post_was_tried_in_vain_joins_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path, retry_s=900.0)
    bench.provider.gate = asyncio.Event()
    bench.provider.failures = [Failed("refused", slow=True)]
    await bench.post(bench.draft(WARNING, "hot", POST, "i1"))
    async with running(bench):
        await until(lambda: bench.provider.asked)
        rows = bench.outbox.rows_of([bench.draft(WARNING, "seen", EDIT, "i1", whole="hot, seen")], 1_001.0)
        bench.provider.gate.set()
        await until(lambda: bench.worker.lost_since_mono_s is not None)
        bench.outbox.replace(rows, set())
        assert bench.waiting == [("post", "hot, seen")]
