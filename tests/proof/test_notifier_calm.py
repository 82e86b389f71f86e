"""People are left in peace: what flaps, and what comes in a flood. The real channels, in time that leaps."""

import asyncio
from pathlib import Path

import pytest

from tests.proof.leaping import LoopClock, run
from tests.proof.notifier_night import Night, night

FAULTS, WITHIN_S = 500, 10.0


async def _an_hour_at_1_hz(folder: Path) -> tuple[list[tuple[str, bool]], list[str]]:
    async with night(folder) as site:
        for second in range(3_600):
            site.say("temperature_high_1", "Zone 1 is too hot", active=second % 2 == 0)
            await asyncio.sleep(1.0)
        site.say("temperature_high_1", "Zone 1 is too hot", active=False)
        await asyncio.sleep(3_600.0)
        return site.chat(), site.mailed()


@pytest.mark.timeout(120)
def test_a_sensor_that_flaps_for_an_hour_is_at_most_two_messages(tmp_path: Path) -> None:
    chat, mailed = run(_an_hour_at_1_hz(tmp_path))
    assert 1 <= len(chat) <= 2 and 1 <= len(mailed) <= 2, (chat, mailed)


async def _flood(folder: Path) -> tuple[float, Night]:
    async with night(folder) as site:
        began_s = LoopClock().now().mono_s
        left_s = None
        for number in range(FAULTS):
            site.say(f"device_lost_{number}", f"Device {number} does not answer")
            if number == FAULTS // 2:
                site.smoke()
                began_s = LoopClock().now().mono_s
            await asyncio.sleep(WITHIN_S / FAULTS)
            if left_s is None and all("Smoke" in " ".join(told) for told in _told(site)):
                left_s = LoopClock().now().mono_s - began_s
        await asyncio.sleep(120.0)
        assert left_s is not None, "the emergency had left by every way before the flood was over"
        return left_s, site


def _told(site: Night) -> tuple[list[str], list[str], list[str]]:
    return [text for text, _ in site.chat()], site.mailed(), site.texted()


@pytest.mark.timeout(120)
def test_of_500_faults_in_10_s_the_emergency_leaves_within_5_s_and_the_rest_is_one_digest(tmp_path: Path) -> None:
    left_s, site = run(_flood(tmp_path))
    chat, mailed, texted = _told(site)
    assert left_s < 5.0
    assert len(texted) == 1
    for told in (chat, mailed):
        assert sum("Smoke" in text for text in told) == 1
        assert len(told) == 2, told
        assert any(f"{FAULTS} warnings" in text for text in told), told
