"""A run whose words nobody takes: what ended is started again all the same."""

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from services.cli import living
from services.cli.living import kept
from services.cli.program import Program
from services.cli.supervisor import Child
from services.shared.settings import load
from tests.unit.cli.fake_api import CONFIG, fake_api
from tests.waiting import until

FULL = Path("/dev/full")
RUN = """
EURO = "import os, time; os.write(1, bytes([0xe2, 0x82, 0xac, 10])); time.sleep(60)"
import asyncio, json, os, sys
from services.cli.living import say
from services.cli.program import Program
from services.cli.supervisor import Supervisor
async def main():
    part = Program("part", [sys.executable, "-u", "-c", EURO], os.environ)
    supervisor, stop = Supervisor([[part]], say), asyncio.Event()
    run = asyncio.create_task(supervisor.run(stop))
    child = supervisor.children[0]
    for times in range(2):
        while child.starts <= times or not child.runs: await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        child.kill("hangs")
    stop.set()
    await run
    os.write(int(sys.argv[1]), json.dumps(child.starts).encode())
asyncio.run(main())
"""


def starts_of_a_run(stdout: int, **env: str) -> tuple[int, str]:
    """How often a program of it was started, though it was killed, and what the run said on stderr."""
    reads, writes = os.pipe()
    command = [sys.executable, "-c", RUN, str(writes)]
    run = subprocess.Popen(
        command, stdout=stdout, stderr=subprocess.PIPE, text=True, pass_fds=[writes], env={**os.environ, **env}
    )
    os.close(writes)
    try:
        _, said = run.communicate(timeout=30)
        assert run.returncode == 0, said
        return json.loads(os.read(reads, 100)), said
    finally:
        run.kill()
        os.close(reads)


def test_a_program_that_ends_is_started_again_though_the_reader_of_the_run_left() -> None:
    reads, writes = os.pipe()
    os.close(reads)
    try:
        assert starts_of_a_run(writes) == (2, "")
    finally:
        os.close(writes)


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_a_program_that_ends_is_started_again_though_the_card_of_the_log_is_full() -> None:
    with FULL.open("w") as full:
        assert starts_of_a_run(full.fileno()) == (2, "Not written to stdout: No space left on device\n")


def test_a_program_that_ends_is_started_again_though_the_reader_of_the_run_reads_no_more() -> None:
    """As a terminal that was halted with Ctrl-S."""
    reads, writes = os.pipe()
    os.set_blocking(writes, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writes, bytes(4096))
    os.set_blocking(writes, True)
    try:
        assert starts_of_a_run(writes) == (2, "")
    finally:
        os.close(reads)
        os.close(writes)


def test_a_letter_that_the_terminal_does_not_know_ends_nothing(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as log:
        assert starts_of_a_run(log.fileno(), PYTHONIOENCODING="ascii:strict") == (2, "")
    assert re.findall(r"^part +\| \?$", (tmp_path / "log").read_text(), re.MULTILINE)


@pytest.mark.asyncio
async def test_what_looks_after_the_programs_begins_anew_after_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    tries = []

    async def look() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise RuntimeError("can't start new thread")

    await kept(look, again_s=0.01)
    assert len(tries) == 3
    assert "a fault of our own, which begins anew in 0.01 s: RuntimeError" in capsys.readouterr().out


@pytest.mark.asyncio
async def test_a_program_that_was_lost_by_a_fault_of_ours_is_ended_and_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    child = Child(
        Program("part", [sys.executable, "-c", "import time; time.sleep(60)"], os.environ),
        lambda _, text: said.append(text),
        first_pause_s=0.01,
    )
    heard = child._heard

    async def failing(process: asyncio.subprocess.Process) -> int:
        monkeypatch.setattr(child, "_heard", heard)
        raise RuntimeError("nothing left")

    monkeypatch.setattr(child, "_heard", failing)
    task = asyncio.create_task(child.run())
    await until(lambda: child.starts == 2 and child.runs)
    assert said == ["part was lost (RuntimeError('nothing left')); it starts again in 0.01 s"]
    await child.stop()
    await task


def test_what_a_halted_terminal_did_not_take_is_counted_when_it_goes_on() -> None:
    code = (
        "import os, sys; from services.cli.living import say\n"
        "os.set_blocking(1, False)\n"
        "try:\n    while True: os.write(1, bytes(4096))\n"
        "except BlockingIOError: os.set_blocking(1, True)\n"
        "for n in range(3): say('part', str(n))\n"
        "print('full', file=sys.stderr, flush=True); input(); say('part', 'again')"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe, stderr=pipe) as run:
        assert run.stdin and run.stdout and run.stderr
        assert run.stderr.readline() == b"full\n"
        run.stdout.read(60_000)
        run.stdin.write(b"\n")
        run.stdin.close()
        assert run.stdout.read().lstrip(b"\0") == b"mine       | 3 lines were not taken here\npart       | again\n"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (200, "the page is at http://127.0.0.1:8000/  and for tests at http://127.0.0.1:{port}/debug.html"),
        (404, "the page is not built: make frontend. Until then a plain form of the page is at http://127.0.0.1:8000/"),
    ],
)
@pytest.mark.asyncio
async def test_where_the_page_is_is_said_as_it_is(status: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with fake_api() as api:
        api.answers = {"GET /debug.html": [(503, {}), (status, {})]}
        await living._announce(load(env={"MINE_CONFIG": CONFIG, "MINE_API_DEBUG_PORT": str(api.port)}))
    assert capsys.readouterr().out.splitlines()[-1] == f"mine       | {words.format(port=api.port)}"
