"""A provider that is away: the others tell meanwhile, and it gets one thread when it is back. Real channels, time that leaps."""

import asyncio
from pathlib import Path

import pytest

from tests.proof.leaping import run
from tests.proof.notifier_night import night


async def _away_all_the_while(folder: Path) -> None:
    async with night(folder) as site:
        site.those.faults.set("telegram", "hang")
        site.those.faults.set("smtp", "slow", 15)
        site.smoke()
        await asyncio.sleep(5)
        assert [text.startswith("(mine) EMERGENCY: Smoke is seen") for text in site.texted()] == [True]
        await asyncio.sleep(55)
        assert site.mailed() == ["[mine] EMERGENCY: Smoke is seen"]
        await site.desk.acknowledge("signal_drop", "Ruth")
        site.smoke(active=False)
        await asyncio.sleep(1_800)
        assert not site.chat()
        site.those.faults.clear()
        await asyncio.sleep(1_800)
        assert site.chat() == [("(repeated) [mine] EMERGENCY (ended after 1 min 0 s): Smoke is seen", False)]
        assert len(site.texted()) == len(site.mailed()) == 2


async def _back_before_the_end(folder: Path) -> None:
    async with night(folder) as site:
        await site.those.telegram.stop()
        site.smoke()
        await asyncio.sleep(200)
        port = int(site.those.told.telegram_api.rpartition(":")[2])
        await site.those.telegram.start("127.0.0.1", port)
        await asyncio.sleep(61)
        assert site.chat() == [("[mine] EMERGENCY: Smoke is seen", False)]
        await site.desk.acknowledge("signal_drop", "Ruth")
        site.smoke(active=False)
        await asyncio.sleep(600)
        first, *replies = site.chat()
        assert first[0].startswith("[mine] EMERGENCY (ended after")
        assert [(text.startswith("[mine] Ended after"), answers) for text, answers in replies] == [(True, True)]


@pytest.mark.timeout(60)
def test_an_emergency_reaches_sms_while_telegram_hangs_and_mail_is_slow_and_is_one_message_later(tmp_path: Path) -> None:
    run(_away_all_the_while(tmp_path))


@pytest.mark.timeout(60)
def test_a_telegram_that_is_back_gets_the_emergency_within_a_minute_and_its_end_as_an_answer(tmp_path: Path) -> None:
    run(_back_before_the_end(tmp_path))
