"""The simulated site as a program of its own."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

CONFIG = """[GENERAL]
demo = yes
[SIMULATOR]
base_port = 0
control_port = {port}
miners = 5
"""


async def program(folder: Path, text: str) -> asyncio.subprocess.Process:
    config = folder / "config.txt"
    config.write_text(text, encoding="utf-8")
    env = os.environ | {"MINE_CONFIG": str(config), "MINE_DATA_LOGS": "none"}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.simulator.main", env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )


async def said(process: asyncio.subprocess.Process, words: str) -> str:
    assert process.stdout is not None
    heard = ""
    async with asyncio.timeout(20):
        while words not in heard:
            line = await process.stdout.readline()
            assert line, f"it ended without {words!r}: {heard}"
            heard += line.decode()
    return heard


@pytest.mark.asyncio
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_needs_no_broker_and_ends_when_told(tmp_path: Path, number: signal.Signals) -> None:
    process = await program(tmp_path, CONFIG.format(port=0))
    heard = await said(process, "turns the signal by hand")
    assert "pdu-1 " in heard
    process.send_signal(number)
    async with asyncio.timeout(10):
        assert await process.wait() == 0


@pytest.mark.asyncio
async def test_a_taken_port_ends_it_with_the_ports_name(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = await program(tmp_path, CONFIG.format(port=taken.getsockname()[1]))
        await said(process, "control cannot listen on 127.0.0.1")
        assert await process.wait() == 1


@pytest.mark.asyncio
async def test_wrong_settings_end_it_with_what_is_allowed(tmp_path: Path) -> None:
    process = await program(tmp_path, CONFIG.format(port="many"))
    await said(process, "control_port")
    assert await process.wait() == 2
