"""What `mine run` promises of its programs: they come back, they are told apart, and they all end."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from services.cli.program import Program
from services.cli.supervisor import LONGEST_PAUSE_S, Child, Supervisor
from tests.waiting import until


def program(code: str, name: str = "part") -> Program:
    return Program(name, [sys.executable, "-u", "-c", code], os.environ)


class Lines(list[tuple[str, str]]):
    def say(self, name: str, text: str) -> None:
        self.append((name, text))

    def of(self, name: str) -> list[str]:
        return [text for who, text in self if who == name]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


SLEEP = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"


@pytest.mark.asyncio
async def test_a_program_that_dies_is_started_again_with_longer_and_longer_pauses() -> None:
    lines = Lines()
    child = Child(program("print('hello'); raise SystemExit(7)"), lines.say, first_pause_s=0.01)
    task = asyncio.create_task(child.run())
    await until(lambda: child.starts >= 3)
    await child.stop()
    await task
    assert lines.of("part")[:2] == ["hello", "hello"]
    assert lines.of("mine")[:2] == [
        "part ended with 7; it starts again in 0.01 s",
        "part ended with 7; it starts again in 0.02 s",
    ]


@pytest.mark.asyncio
async def test_a_program_that_dies_again_and_again_is_away_no_longer_than_the_longest_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert LONGEST_PAUSE_S == 10.0
    monkeypatch.setattr("services.cli.supervisor.LONGEST_PAUSE_S", 0.02)
    lines = Lines()
    child = Child(program("raise SystemExit(7)"), lines.say, first_pause_s=0.01)
    task = asyncio.create_task(child.run())
    await until(lambda: child.starts >= 5)
    await child.stop()
    await task
    assert [line.rpartition("in ")[2] for line in lines.of("mine")[:4]] == ["0.01 s", "0.02 s", "0.02 s", "0.02 s"]


@pytest.mark.asyncio
async def test_a_killed_program_is_started_again() -> None:
    lines = Lines()
    child = Child(program(SLEEP), lines.say, first_pause_s=0.01)
    task = asyncio.create_task(child.run())
    await until(lambda: lines.of("part"))
    os.kill(int(lines.of("part")[0]), signal.SIGKILL)
    await until(lambda: len(lines.of("part")) == 2)
    assert "was ended by SIGKILL" in lines.of("mine")[0]
    await child.stop()
    await task


@pytest.mark.asyncio
async def test_a_program_that_cannot_start_does_not_stop_the_others() -> None:
    lines = Lines()
    stop = asyncio.Event()
    missing = Program("absent", ["/nowhere/at/all"], os.environ)
    run = asyncio.create_task(Supervisor([[missing, program(SLEEP)]], lines.say).run(stop))
    await until(lambda: lines.of("part") and lines.of("mine"))
    assert "absent cannot start (No such file or directory)" in lines.of("mine")[0]
    stop.set()
    await run


@pytest.mark.asyncio
async def test_stopping_ends_every_program_and_what_it_started_the_last_wave_first() -> None:
    lines = Lines()
    stop = asyncio.Event()
    ending = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('bye', flush=True), sys.exit(0)))\n"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True)\n"
        "time.sleep(60)"
    )
    supervisor = Supervisor([[program(ending, "broker")], [program(ending, "api"), program(ending, "collector")]], lines.say)
    run = asyncio.create_task(supervisor.run(stop))
    await until(lambda: all(lines.of(name) for name in ("broker", "api", "collector")))
    started = [int(lines.of(name)[0]) for name in ("broker", "api", "collector")]
    stop.set()
    await run
    assert [name for name, text in lines if text == "bye"][-1] == "broker"
    await until(lambda: not any(is_alive(pid) for pid in started))


@pytest.mark.asyncio
async def test_a_program_that_ignores_the_end_is_killed() -> None:
    lines = Lines()
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    child = Child(program(code), lines.say)
    task = asyncio.create_task(child.run())
    await until(lambda: lines.of("part"))
    await child.stop(within_s=0.2)
    await task
    assert lines.of("mine") == ["part did not end within 0.2 s and is killed"]


@pytest.mark.asyncio
async def test_a_line_without_end_and_bytes_that_are_no_text_do_no_harm() -> None:
    lines = Lines()
    code = "import os; os.write(1, b'x' * 3_000_000 + b'\\n'); os.write(1, b'\\xff\\xfe\\nlast\\n'); import time; time.sleep(60)"
    child = Child(program(code), lines.say)
    task = asyncio.create_task(child.run())
    await until(lambda: "last" in lines.of("part"))
    await child.stop()
    await task


@pytest.mark.asyncio
async def test_a_supervisor_that_is_killed_takes_its_programs_with_it() -> None:
    code = (
        "import asyncio, os, sys\n"
        "from services.cli.program import Program\n"
        "from services.cli.supervisor import Child\n"
        f"inner = Program('part', [sys.executable, '-u', '-c', {SLEEP!r}], os.environ)\n"
        "asyncio.run(Child(inner, lambda name, text: print(text, flush=True)).run())"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    pid = int(await process.stdout.readline())
    process.kill()
    await process.wait()
    await until(lambda: not is_alive(pid))
