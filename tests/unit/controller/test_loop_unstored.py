"""What people latch while the ledger is refused, deleted or lost: it is in force, and they are told what a restart forgets."""

import pytest

from services.controller.past_trips import FIXED
from services.shared.catalogue.trips import TRIPS
from services.shared.messages import Alarm, State
from tests.unit.controller.parts import Controller, held_by_another
from tests.waiting import until

pytestmark = pytest.mark.asyncio
LATCHING = (("stop", "{}"), ("lockout", '{"target": "m-1"}'), ("unlock", '{"target": "m-1"}'), ("reset", '{"trip": "stop"}'))


def open_trips(site):
    standing = {}
    for alarm in site.bus.of(Alarm):
        standing[alarm.key] = alarm.active
    return {key for key, active in standing.items() if active and key.startswith("trip_")}


async def test_what_is_latched_while_the_card_refuses_is_done_and_said_to_be_forgotten_by_a_restart(tmp_path):
    async with Controller(tmp_path) as site:
        await until(lambda: site.bus.of(State))
        other = held_by_another(site.ledger)
        for verb, payload in LATCHING[:2]:
            reply = await site.ask(verb, payload)
            assert (reply.accepted, reply.reason) == (True, "done; not stored: a restart forgets it"), verb
        other.close()
        await until(lambda: site.loop.storage_fault is None)
        assert (await site.ask("stop")).reason == "done", "it is stored by now"
        other = held_by_another(site.ledger)
        for verb, payload in LATCHING[2:]:
            assert "not stored" in (await site.ask(verb, payload)).reason, verb
        other.close()


async def test_while_the_card_refuses_what_latches_nothing_is_answered_as_ever(tmp_path):
    async with Controller(tmp_path) as site:
        await until(lambda: site.bus.of(State))
        other = held_by_another(site.ledger)
        await site.ask("stop")
        assert (await site.ask("cycle")).reason == "done"
        other.close()


async def test_a_ledger_that_is_deleted_while_the_site_runs_is_an_alarm_and_the_next_lock_out_outlives_a_kill(tmp_path):
    async with Controller(tmp_path) as site:
        await until(lambda: site.bus.of(State))
        await site.ask("stop")
        for part in tmp_path.glob("ledger.db*"):
            part.unlink()
        await site.ledger.look()
        site.wake.urgently()
        await until(lambda: [a for a in site.bus.of(Alarm) if a.key == "ledger" and a.active and "deleted" in a.cause])
        await until((tmp_path / "ledger.db").exists)
        assert (await site.ask("lockout", '{"target": "m-1"}')).reason == "done"
    async with Controller(tmp_path) as again:
        await until(lambda: again.bus.of(State))
        state = again.bus.of(State)[0]
        assert ([trip.key for trip in state.trips], [one.target for one in state.lockouts]) == (["stop"], ["m-1"])


@pytest.mark.parametrize("everything", [True, False], ids=["a new site", "a lost ledger"])
async def test_no_alarm_of_a_trip_that_the_ledger_lost_stays_open_while_nothing_has_tripped(tmp_path, everything):
    async with Controller(tmp_path) as site:
        await site.ask("stop")
        await until(lambda: open_trips(site) == {"trip_stop"})
    for part in tmp_path.glob("*" if everything else "ledger.db*"):
        part.unlink()
    async with Controller(tmp_path) as again:
        again.bus.sent[:0] = site.bus.of(Alarm)  # what people were told before
        await until(lambda: again.bus.of(State))
        tripped = {f"trip_{trip.key}" for trip in again.bus.of(State)[-1].trips}
        assert open_trips(again) == tripped == (set() if everything else {"trip_ledger"})


async def test_the_trips_that_can_be_forgotten_are_those_of_the_catalogue():
    fixed = {one.key for one in TRIPS if not one.key.endswith("*")}
    assert {f"trip_{key}" for key in FIXED} == fixed
