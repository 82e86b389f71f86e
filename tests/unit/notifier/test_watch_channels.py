"""A channel that takes nothing, with its worker: what waits, what is refused for good, what is taken again."""

from dataclasses import replace
from pathlib import Path

import pytest

from services.notifier import alarms
from services.notifier.channels.base import Closed, Failed
from services.notifier.message import Row, Text
from services.notifier.watch import Circumstances, Watch
from services.shared.vocabulary import HealthState
from tests.unit.notifier.providers import Bench, Provider, running
from tests.unit.notifier.words import EMERGENCY, RULES, WARNING, Owner, at
from tests.waiting import until


def lost(bench: Bench, after_s: float, watch: Watch | None = None) -> list[tuple[str, bool]]:
    now = bench.clock.now()
    later = replace(now, mono_s=now.mono_s + after_s, wall_s=now.wall_s + after_s)
    said = list((watch or Watch("own-boot", ())).levels(later, Circumstances(None, {"telegram": bench.worker}, None)))
    return [(alarm.key, alarm.active) for alarm in said if alarm.key.startswith("channel_lost")]


STANDS = [("channel_lost_telegram", True)]


@pytest.mark.asyncio
async def test_a_channel_that_refuses_everything_for_good_is_lost_though_nothing_waits(tmp_path: Path) -> None:
    bench, watch = Bench(tmp_path), Watch("own-boot", ())
    bench.provider.down = Failed("answers 400", hopeless=True, slow=True)
    bench.add(bench.draft(EMERGENCY, "smoke"))
    async with running(bench):
        await until(lambda: bench.settled)
        assert not bench.worker.rows
        assert lost(bench, 590) == []
        assert lost(bench, 600, watch) == STANDS
        bench.provider.down = None
        bench.add(bench.draft(WARNING, "hot"), made_at=1_001.0)
        await until(lambda: len(bench.settled) == 2)
        assert lost(bench, 601, watch) == [("channel_lost_telegram", False)]


@pytest.mark.asyncio
async def test_a_test_that_is_taken_ends_that_the_channel_is_lost(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.provider.down = Failed("answers 400", hopeless=True)
    bench.add(bench.draft(EMERGENCY, "smoke"))
    async with running(bench):
        await until(lambda: bench.settled)
        bench.provider.down = None
        await bench.worker.hand_over(Row(0, "telegram", "a", WARNING, (), Text("test", "", ""), bench.clock.now().wall_s))
        assert (lost(bench, 600), bench.worker.health.state) == ([], HealthState.OK)


@pytest.mark.asyncio
async def test_one_message_that_is_too_long_is_no_lost_channel_and_two_in_a_row_are(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Provider(recipients=("a", "b")))
    bench.provider.down = Failed("answers 413", hopeless=True, unfit=True)
    bench.add(bench.draft(WARNING, "much"))
    async with running(bench):
        await until(lambda: len(bench.settled) == 2)
        assert lost(bench, 7 * 86_400) == []
        bench.add(bench.draft(WARNING, "more"), made_at=1_001.0)
        await until(lambda: len(bench.settled) == 4)
        assert lost(bench, 600) == STANDS


@pytest.mark.asyncio
async def test_one_wrong_number_of_two_is_no_lost_channel_until_the_other_is_refused_too(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Provider(recipients=("a", "b")))
    bench.provider.forbidden = {"b": Failed("no such number", hopeless=True)}
    bench.add(bench.draft(EMERGENCY, "smoke"))
    async with running(bench):
        await until(lambda: len(bench.settled) == 2)
        assert lost(bench, 86_400) == []
        bench.provider.down = Failed("no such account", hopeless=True)
        bench.add(bench.draft(EMERGENCY, "fire"), made_at=1_001.0)
        await until(lambda: len(bench.settled) == 4)
        assert (lost(bench, 590), lost(bench, 600)) == ([], STANDS)


@pytest.mark.asyncio
async def test_a_lost_channel_that_refused_for_good_stands_over_a_restart_until_something_is_taken(tmp_path: Path) -> None:
    old = alarms.heard(None, Owner("notifier", "old-boot").says("channel_lost_telegram"), at(0), RULES)
    assert old is not None
    bench, watch = Bench(tmp_path), Watch("own-boot", (old,))
    async with running(bench):
        assert lost(bench, 0, watch) == STANDS
        bench.add(bench.draft(WARNING, "hot"))
        await until(lambda: bench.settled)
        assert lost(bench, 1, watch) == [("channel_lost_telegram", False)]


@pytest.mark.asyncio
async def test_a_provider_that_closed_for_good_is_told_at_once_and_ends_with_a_check_that_finds_it(tmp_path: Path) -> None:
    bench, watch = Bench(tmp_path), Watch("own-boot", ())
    bench.provider.down = Closed("gone (410)")
    bench.add(bench.draft(WARNING, "hot"))
    async with running(bench):
        await until(lambda: bench.settled)
        assert lost(bench, 0, watch) == STANDS
        bench.worker.checked(None)
        assert lost(bench, 1, watch) == [("channel_lost_telegram", False)]
