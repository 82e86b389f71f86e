"""The notifier over a live broker, against providers on real sockets: who hears what, how often, and what a kill changes."""

import signal
import time
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from services.shared.messages import LoadSummary, State
from services.shared.vocabulary import Control, HealthState, Mode
from tests.broker import LiveBroker
from tests.integration.people import notifier, people, process
from tests.waiting import until

ALL = ("telegram", "email", "sms")


@pytest.mark.asyncio
async def test_an_emergency_reaches_all_three_once_however_often_it_is_said(
    broker: LiveBroker, site: str, tmp_path: Path
) -> None:
    async with people(broker, site, tmp_path) as those, notifier(those) as context:
        those.say()
        await until(lambda: all(those.got(name) for name in ALL))
        await until(lambda: those.receipts("smoke").count(" accepted at 20") == 3)
        for _ in range(5):
            those.say()
        those.say("flood")
        await until(lambda: all(any("flood" in one for one in those.got(name)) for name in ALL))
        assert {name: len(those.got(name)) for name in ALL} == dict.fromkeys(ALL, 2)
        assert [those.health(name).state for name in ALL] == [HealthState.OK] * 3  # type: ignore[union-attr]
        assert b'mine_outbox_depth{channel="sms"} 0.0' in generate_latest(context.ops.registry)
        assert "alerts.db" not in context.ops.not_ready()


@pytest.mark.asyncio
async def test_after_a_restart_what_was_told_is_not_told_again(broker: LiveBroker, site: str, tmp_path: Path) -> None:
    async with people(broker, site, tmp_path) as those:
        async with notifier(those):
            those.say()
            await until(lambda: those.receipts("smoke").count("accepted") == 3)
        async with notifier(those):
            those.say("flood")
            await until(lambda: all(len(those.got(name)) == 2 for name in ALL))
            assert all("smoke" in those.got(name)[0] and "flood" in those.got(name)[1] for name in ALL)


@pytest.mark.asyncio
async def test_a_kill_while_telegram_is_down_loses_nothing_and_doubles_nothing(
    broker: LiveBroker, site: str, tmp_path: Path
) -> None:
    async with people(broker, site, tmp_path) as those:
        those.faults.set("telegram", "rate_limit", 1)
        with process(those) as running:
            those.say()
            await until(lambda: those.got("sms") and those.got("email"), 20, "SMS and e-mail are out")
            await until(lambda: those.receipts("smoke").count("accepted") == 2)
            await until(lambda: (health := those.health("telegram")) and health.state is HealthState.LOST)
            running.send_signal(signal.SIGKILL)
            running.wait()
        those.faults.clear()
        with process(those):
            await until(lambda: those.got("telegram"), 20, "Telegram is told after the restart")
            await until(lambda: those.receipts("smoke").count("accepted") == 3)
        assert [len(those.got(name)) for name in ALL] == [1, 1, 1]
        assert those.got("telegram") == [f"[{site}] EMERGENCY: smoke is bad"]
        assert "demo:token" not in (tmp_path / "log").read_text()


@pytest.mark.asyncio
async def test_what_was_in_flight_at_the_kill_is_sent_again_and_says_so(broker: LiveBroker, site: str, tmp_path: Path) -> None:
    async with people(broker, site, tmp_path) as those:
        those.faults.set("telegram", "hang")
        with process(those) as running:
            those.say()
            await until(lambda: those.receipts("smoke").count("accepted") == 2, 20, "the others have it")
            running.send_signal(signal.SIGKILL)
            running.wait()
        those.faults.clear()
        async with notifier(those):
            await until(lambda: those.got("telegram"))
            assert those.got("telegram") == [f"(repeated) [{site}] EMERGENCY: smoke is bad"]


@pytest.mark.asyncio
async def test_a_telegram_that_hangs_delays_no_sms(broker: LiveBroker, site: str, tmp_path: Path) -> None:
    async with people(broker, site, tmp_path) as those, notifier(those):
        those.faults.set("telegram", "hang")
        those.say()
        await until(lambda: those.got("sms") and those.got("email"), 2.0, "SMS and e-mail within 2 s")
        assert those.got("telegram") == []


@pytest.mark.asyncio
async def test_a_heartbeat_is_silent_and_no_sms(broker: LiveBroker, site: str, tmp_path: Path) -> None:
    async with people(broker, site, tmp_path) as those:
        async with notifier(those, heartbeat_minutes="0.01", heartbeat_email="yes"):
            those.voice.publish(_state())
            await until(lambda: those.got("telegram") and those.got("email"))
            beat = those.telegram.inbox.all()[0]
            assert beat["silent"] is True
            assert "Alive: normal, armed (" in beat["text"] and "Load 987 kW of 1000 kW" in beat["text"]
            assert "No open alarms." in beat["text"]
            those.say()
            await until(lambda: those.got("sms"))
        assert [sms.partition(" (since ")[0] for sms in those.got("sms")] == [f"({site}) EMERGENCY: smoke is bad"]


@pytest.mark.asyncio
async def test_a_pause_that_telegram_asks_for_is_kept(broker: LiveBroker, site: str, tmp_path: Path) -> None:
    async with people(broker, site, tmp_path) as those, notifier(those):
        those.faults.set("telegram", "rate_limit", 1)
        those.say()
        await until(lambda: (health := those.health("telegram")) and health.state is HealthState.LOST)
        lost_s = time.monotonic()
        assert "pause of 1 s" in those.health("telegram").reason  # type: ignore[union-attr]
        those.faults.clear()
        await until(lambda: those.got("telegram"))
        assert time.monotonic() - lost_s > 0.8, "with pauses of at most 0.1 s of its own it waited for the provider's"


@pytest.mark.asyncio
async def test_a_mail_server_that_nobody_vouches_for_is_a_lost_channel_and_gets_nothing(
    broker: LiveBroker, site: str, tmp_path: Path
) -> None:
    async with people(broker, site, tmp_path) as those, notifier(those, email_ca_file=""):
        those.say()
        await until(lambda: (health := those.health("email")) and health.state is HealthState.LOST and health.waiting == 1)
        health = those.health("email")
        assert health is not None and "certificate is not trusted" in health.reason
        assert those.got("email") == []


@pytest.mark.asyncio
async def test_a_channel_that_is_not_set_up_says_so_and_nothing_waits_for_it(
    broker: LiveBroker, site: str, tmp_path: Path
) -> None:
    async with people(broker, site, tmp_path) as those, notifier(those, sms_provider=""):
        those.say()
        await until(lambda: those.got("telegram") and those.got("email"))
        health = await until(lambda: those.health("sms"))
        assert (health.state, health.waiting) == (HealthState.NOT_CONFIGURED, 0)
        assert health.reason == "no SMS provider is set: SMS cannot send"
        refused = await those.ask("test", channel="sms")
        assert (refused.accepted, refused.reason) == (False, "no SMS provider is set: SMS cannot send")


@pytest.mark.asyncio
async def test_a_channel_that_was_taken_out_while_messages_waited_gets_none_and_stops_nobody(
    broker: LiveBroker, site: str, tmp_path: Path
) -> None:
    async with people(broker, site, tmp_path) as those:
        those.faults.set("sms", "rate_limit", 60)
        async with notifier(those):
            those.say()
            await until(lambda: those.receipts("smoke").count("accepted") == 2)
        those.faults.clear()
        async with notifier(those, sms_provider=""):
            those.say("flood")
            await until(lambda: len(those.got("telegram")) == 2)
        async with notifier(those):
            those.say("heat")
            await until(lambda: those.got("sms"))
        assert [sms.partition(" (since ")[0] for sms in those.got("sms")] == [f"({site}) EMERGENCY: heat is bad"]


@pytest.mark.asyncio
async def test_a_person_acknowledges_once_and_tests_a_channel(broker: LiveBroker, site: str, tmp_path: Path) -> None:
    async with people(broker, site, tmp_path) as those, notifier(those):
        those.say()
        await until(lambda: those.receipts("smoke").count("accepted") == 3)
        assert (await those.ask("acknowledge", key="smoke")).accepted
        await until(lambda: those.states[-1].alarms[0].acknowledged_by == "anna")
        again = await those.ask("acknowledge", key="smoke")
        assert not again.accepted and "acknowledged by anna before" in again.reason
        assert "no open alarm nothing" in (await those.ask("acknowledge", key="nothing")).reason
        tested = await those.ask("test", channel="sms")
        assert tested.accepted and "***0010" in tested.result
        assert those.got("sms")[-1] == f"({site}) Test: this way to you works"
        those.faults.set("telegram", "unauthorised")
        failed = await those.ask("test", channel="telegram")
        assert not failed.accepted and "telegram_token is wrong" in failed.reason


def _state() -> State:
    mono_s = time.monotonic()
    load = LoadSummary(
        measured_kw=987.0, measured_at=0.0, measured_mono_s=mono_s, target_kw=1000.0, setpoint_kw=1000.0, unknown_kw=0.0,
        nominal_kw=1000.0,
    )  # fmt: skip
    return State(
        mode=Mode.NORMAL, since_at=0.0, control=Control.ARMED, reasons=("nothing limits the load",), limited_by="", phase="",
        limits=(), signals=(), load=load, temperature_max_c=27.5, fan_stage=3, fans=(), leases=(), lockouts=(), trips=(),
        decided_mono_s=mono_s,
    )  # fmt: skip
