"""Events that have to be given up are counted, logged once and said in the alarm, whoever did not take them."""

import logging
from types import SimpleNamespace

import pytest

from services.controller.ledger import Ledger
from services.controller.metrics import Watched, add_metrics
from services.controller.outbox import EventOutbox
from services.controller.record import Record
from services.controller.report import Report
from services.shared.messages import Alarm, Stored
from services.shared.ops import Ops
from services.shared.settings.tree import Settings
from tests.plant import limits, moment
from tests.unit.controller.parts import Controller, KeptBus, held_by_another
from tests.unit.controller.test_ledger import a_state, an_event
from tests.waiting import until


def causes(bus):
    return [alarm.cause for alarm in bus.of(Alarm) if alarm.key == "ledger" and alarm.active]


def lines(caplog):
    return [record.message for record in caplog.records if "given up" in record.message]


@pytest.mark.asyncio
async def test_events_that_history_never_confirms_are_said_once_and_the_alarm_ends_with_its_word(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("services.controller.ledger_events.EVENTS_KEPT", 1500)
    caplog.set_level(logging.ERROR)
    ledger, bus = Ledger(tmp_path / "ledger.db"), KeptBus()
    record = Record(ledger, Report(bus, limits(), ()))
    for number in range(4):
        await record.write(a_state(), {}, tuple(an_event(str(n)) for n in range(1000)), moment(float(number)))
    assert record.dropped == 2500
    assert [cause.partition("trouble: ")[2] for cause in causes(bus)] == [
        f"at least {n} of the oldest events were given up: history has confirmed none for too long" for n in (100, 1000)
    ]
    assert len(lines(caplog)) == 1
    await EventOutbox(ledger, bus).take_stored(Stored(subject=("controller",), owner="controller", ledger_seq=4000))
    await record.write(a_state(), {}, (), moment(9.0))
    assert bus.of(Alarm)[-1].active is False
    assert len(lines(caplog)) == 2 and "2500 events" in lines(caplog)[1]
    ledger.close()


@pytest.mark.asyncio
async def test_events_that_a_refusing_card_costs_are_said_and_counted_in_the_metrics(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("services.controller.pending.EVENTS_KEPT", 3)
    caplog.set_level(logging.ERROR)
    async with Controller(tmp_path) as site:
        await site.ask("cycle")
        other = held_by_another(site.ledger)
        for _ in range(8):
            await site.ask("cycle")
        lost = site.loop.events_dropped
        assert lost >= 5
        assert f"mine_events_dropped_total {float(lost)}" in told_by(site)
        await until(lambda: causes(site.bus) and "card has refused them" in causes(site.bus)[-1])
        other.close()
        await site.ask("cycle")
        await until(lambda: site.bus.of(Alarm)[-1].key == "ledger" and not site.bus.of(Alarm)[-1].active)
    assert len(lines(caplog)) == 2 and f"{lost} events" in lines(caplog)[1]


def told_by(site) -> str:
    from prometheus_client import generate_latest

    ops = Ops("controller", tick_age_s=lambda: 0.0)
    context = SimpleNamespace(ops=ops, clock=site.clock, settings=Settings())
    add_metrics(context, Watched(site.loop, site.dispatch, SimpleNamespace(ages_s=dict), EventOutbox(site.ledger, site.bus)))
    return generate_latest(ops.registry).decode()
