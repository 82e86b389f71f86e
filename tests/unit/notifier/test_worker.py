"""The order of what waits, and what becomes of one message."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from services.notifier.channels.base import Failed
from services.notifier.message import Act, Outgoing, Sent
from services.shared.vocabulary import HealthState
from tests.unit.notifier.providers import Bench, Provider, running
from tests.unit.notifier.words import EMERGENCY, HEARTBEAT, WARNING
from tests.waiting import until


@pytest.mark.asyncio
async def test_the_most_severe_goes_first_and_each_recipient_gets_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Provider(recipients=("a", "b")))
    bench.add(bench.draft(HEARTBEAT, "beat"), bench.draft(WARNING, "hot"), bench.draft(EMERGENCY, "smoke"))
    async with running(bench):
        await until(lambda: len(bench.settled) == 6)
        told = [(to, message.text.subject) for to, message in bench.provider.taken]
        assert sorted(told[:2]) == [("a", "smoke"), ("b", "smoke")]
        assert told[2:] == [(to, subject) for subject in ("hot", "beat") for to in "ab"]
        assert [message.silent for _, message in bench.provider.taken] == [False] * 4 + [True] * 2


@pytest.mark.asyncio
async def test_a_message_that_was_perhaps_taken_comes_again_marked_and_under_the_same_id(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.provider.failures = [Failed("refused"), Failed("no answer", maybe_taken=True)]
    bench.add(bench.draft(WARNING, "hot"))
    async with running(bench):
        await until(lambda: bench.settled)
        assert [message.text.subject for message in bench.provider.asked] == ["hot", "hot", "(repeated) hot"]
        assert len({message.id for message in bench.provider.asked}) == 1
        assert bench.worker.health.state is HealthState.OK


@pytest.mark.asyncio
async def test_a_message_that_can_never_be_taken_does_not_hold_the_next(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Provider(recipients=("a", "b")))
    bench.provider.forbidden = {"a": Failed("no such number", hopeless=True)}
    bench.add(bench.draft(EMERGENCY, "smoke"))
    async with running(bench):
        await until(lambda: len(bench.settled) == 2)
        assert sorted(bench.settled) == [(1, "no such number", False), (2, "taken", True)]
        assert (bench.worker.health.state, bench.worker.health.reason) == (HealthState.LOST, "no such number")


@pytest.mark.asyncio
async def test_an_emergency_does_not_wait_for_the_end_of_a_long_pause(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.provider.down = Failed("wrong token", slow=True)
    bench.add(bench.draft(WARNING, "hot"))
    async with running(bench):
        await until(lambda: bench.worker.health.state is HealthState.LOST)
        bench.provider.down = None
        bench.add(bench.draft(EMERGENCY, "smoke"))
        await until(lambda: bench.provider.taken)
        assert bench.provider.told[0] == ("post", "smoke")


@pytest.mark.asyncio
async def test_a_pause_that_the_provider_asks_for_holds_an_emergency_too(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.provider.failures = [Failed("429", retry_after_s=0.3)]
    bench.add(bench.draft(WARNING, "hot"))
    async with running(bench):
        await until(lambda: bench.worker.health.state is HealthState.LOST)
        began_s = asyncio.get_running_loop().time()
        bench.add(bench.draft(EMERGENCY, "smoke"))
        await until(lambda: bench.provider.taken)
        assert asyncio.get_running_loop().time() - began_s > 0.2


@pytest.mark.asyncio
@pytest.mark.parametrize("act", [Act.POST, Act.EDIT])
async def test_a_warning_or_an_edit_that_hangs_delays_no_emergency(tmp_path: Path, act: Act) -> None:
    bench = Bench(tmp_path)
    bench.store.refs["hot", "telegram", "a"] = "ref-0"
    bench.provider.gate = asyncio.Event()
    bench.add(bench.draft(WARNING, "hot", act, "hot"))
    async with running(bench):
        await until(lambda: bench.provider.asked)
        bench.add(bench.draft(EMERGENCY, "not acknowledged", Act.REPLY, "other"))
        bench.store.refs["other", "telegram", "a"] = "ref-0"
        await until(lambda: len(bench.provider.asked) == 2)
        assert bench.provider.asked[1].text.subject == "not acknowledged"


@pytest.mark.asyncio
async def test_a_person_who_forbids_the_bot_keeps_nobody_else_waiting_and_the_channel_is_not_well(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Provider(recipients=("a", "b")))
    bench.provider.forbidden = {"a": Failed("forbidden", slow=True)}
    bench.add(bench.draft(WARNING, "hot"))
    async with running(bench):
        await until(lambda: bench.provider.taken)
        bench.add(bench.draft(WARNING, "cold"))
        await until(lambda: len(bench.provider.taken) == 2)
        assert {to for to, _ in bench.provider.taken} == {"b"}
        assert (bench.worker.health.state, bench.worker.health.reason) == (HealthState.LOST, "forbidden")


@pytest.mark.asyncio
async def test_a_message_that_always_fails_keeps_no_other_waiting(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    send = bench.provider.send

    async def choosy(recipient: str, message: Outgoing) -> Sent:
        if "bad" in message.text.subject:
            raise RuntimeError
        return await send(recipient, message)

    bench.provider.send = choosy  # type: ignore[method-assign]
    bench.add(bench.draft(WARNING, "bad"), bench.draft(WARNING, "good"))
    async with running(bench):
        await until(lambda: bench.provider.taken)
        assert bench.provider.told == [("post", "good")]


@pytest.mark.asyncio
async def test_a_fault_of_our_own_is_logged_with_its_place_and_without_its_words(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(tmp_path)

    async def send(_recipient: str, _message: Outgoing) -> Sent:
        raise KeyError("+15005550001")

    bench.provider.send = send  # type: ignore[method-assign,assignment]
    bench.add(bench.draft(WARNING, "hot"))
    async with running(bench):
        await until(lambda: bench.worker.health.state is HealthState.LOST)
    assert "telegram: a fault of our own: KeyError at test_worker.py:" in caplog.text
    assert "5550001" not in caplog.text


@pytest.mark.asyncio
async def test_a_channel_whose_library_swallows_the_end_ends_all_the_same(tmp_path: Path) -> None:
    bench, sending = Bench(tmp_path), asyncio.Event()

    async def send(_recipient: str, _message: Outgoing) -> Sent:
        sending.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        return Sent("taken")

    bench.provider.send = send  # type: ignore[method-assign,assignment]
    bench.add(bench.draft(WARNING, "hot"))
    task = asyncio.create_task(bench.worker.run())
    await sending.wait()
    task.cancel()
    await asyncio.wait({task}, timeout=5)
    assert task.done()
    bench.store.close()


@pytest.mark.asyncio
async def test_a_provider_that_does_not_know_us_is_lost_at_once_until_it_does(tmp_path: Path) -> None:
    bench = Bench(tmp_path)

    def seen() -> tuple[str, HealthState, bool]:
        return bench.worker.check_failed, bench.worker.health.state, bench.worker.lost_since_mono_s is not None

    bench.worker.checked(Failed("wrong token", slow=True))
    assert seen() == ("wrong token", HealthState.LOST, True)
    bench.worker.checked(None)
    assert seen() == ("", HealthState.OK, False)
    bench.worker.checked(Failed("wrong token", slow=True))
    bench.add(bench.draft(WARNING, "hot"))
    async with running(bench):
        await until(lambda: bench.settled)
    assert seen() == ("", HealthState.OK, False)


def test_the_last_test_is_part_of_the_health(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.worker.tested("message 12", True, 5.0)
    assert (bench.worker.health.tested_at, bench.worker.health.test) == (5.0, "message 12")
    bench.worker.tested("no such chat", False, 6.0)
    health = bench.worker.health
    assert (health.tested_at, health.test) == (6.0, "failed: no such chat")
    bench.store.close()


@pytest.mark.asyncio
async def test_a_post_that_can_be_changed_no_more_is_no_lost_channel(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.store.refs["hot", "telegram", "a"] = "ref-0"
    bench.provider.failures = [Failed("message can't be edited", hopeless=True)]
    bench.add(bench.draft(WARNING, "seen", Act.EDIT, "hot"))
    async with running(bench):
        await until(lambda: not bench.worker.rows)
        assert (bench.worker.lost_since_mono_s, bench.settled) == (None, [])


@pytest.mark.asyncio
async def test_whom_the_provider_puts_off_is_sent_it_later_by_itself_and_nobody_else_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Provider("email", recipients=("",)))
    bench.provider.later = ("b@demo.test",)
    bench.provider.forbidden = {"b@demo.test": Failed("452")}
    await bench.post(bench.draft(EMERGENCY, "smoke", thread="smoke", keys=("smoke",), ask=True))
    async with running(bench):
        await until(lambda: bench.settled == [(1, "taken", True)] and bench.worker.rows)
        (row,) = bench.worker.rows.values()
        assert (row.recipient, row.text.subject, row.thread, row.keys) == ("b@demo.test", "smoke", "smoke", ("smoke",))
        bench.provider.forbidden = {}
        await until(lambda: not bench.worker.rows)
        assert [to for to, _ in bench.provider.taken] == ["", "b@demo.test"]


@pytest.mark.asyncio
async def test_whom_the_provider_put_off_is_not_forgotten_by_a_restart(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Provider("email", recipients=("",)))
    bench.provider.later = ("b@demo.test",)
    bench.provider.forbidden = {"b@demo.test": Failed("452", slow=True)}
    await bench.post(bench.draft(EMERGENCY, "smoke", thread="smoke"))
    async with running(bench):
        await until(lambda: bench.worker.health.reason == "452")
    after = Bench(tmp_path, Provider("email", recipients=("",)))
    async with running(after):
        await until(lambda: after.settled)
        assert [to for to, _ in after.provider.taken] == ["b@demo.test"]
