"""How fast the mine reacts: from the utility's signal on the broker to the commands at the loads, through the whole controller.

Run: python -m bench.reaction [rounds]. A real Mosquitto, the real controller process with its ledger on this disk, so many fake
loads in a process of their own; all checks on. A client publishes the signal; every figure is milliseconds from just before that
until the loads' server had the first command, had the last, and had answered the last. "aiohttp alone" is a program that does
nothing but hear the same message and POST to all loads at once: no checks, no ledger, no read-back. Between two rounds all loads
are woken and read back; the next signal comes at a random moment of the controller's poll period, which is 1 s here (0.3 s for
the small halls), not 5 s as shipped: more polls are met than in life. The ledger's commit is in every figure of the controller.
"""

import asyncio
import contextlib
import os
import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from bench._hall import Hall, hall_of
from services.shared.clock import host_boot
from services.shared.messages import Message, Reading, Signal, topic_of
from services.shared.vocabulary import Level, Quality
from tests.broker import LiveBroker, as_process

ROOT = Path(__file__).parents[1]
SITE = "bench"
ROUNDS = 5
READINGS_PER_S = 500
PATIENCE_S = 30.0
RUNNING: list[subprocess.Popen[bytes]] = []
CONFIG = """
[GENERAL]
site = {site}
control = armed
[SIGNAL]
kind = mqtt
topic = utility
[POWER]
release_seconds = 0
restore_step_percent = 100
restore_step_seconds = 0.01
restore_jitter_seconds = 0
start_grace_seconds = 0
[HTTP_LOADS hall]
url = http://{{address}}
range = 127.0.0.1:{first}-{last}
watts_path = watts
poll_seconds = {poll_s}
"""


class Utility:
    """Publishes as the collector does."""

    def __init__(self, broker: LiveBroker) -> None:
        self._client = _client(broker)
        self._boot, self._seq = str(uuid.uuid4()), 0

    def say(self, level: Level) -> float:
        """Publish the utility's signal; the monotonic moment just before."""
        at = time.monotonic()
        signal = Signal(subject=("utility",), name="utility", level=level, poll_started_mono_s=at, measured_at=time.time())
        began_s = time.monotonic()
        self._publish(signal)
        return began_s

    def reading(self, number: int) -> None:
        """Publish one of fifty temperatures."""
        self._publish(
            Reading(
                subject=("bench", f"t{number % 50}"), device="bench", quantity=f"t{number % 50}", value=21.0, unit="Cel",
                role="other", quality=Quality.GOOD, poll_started_mono_s=time.monotonic(), measured_at=time.time(),
            )
        )  # fmt: skip

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _publish(self, message: Message) -> None:
        self._seq += 1
        sealed = message.model_copy(
            update={
                "source": "collector", "boot": self._boot, "seq": self._seq, "sent_at": time.time(), "clock_trusted": True,
                "host_boot": host_boot(),
            }
        )  # fmt: skip
        self._client.publish(topic_of(sealed, SITE), sealed.model_dump_json(by_alias=True), 1)


def _client(broker: LiveBroker) -> Client:
    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set("admin", broker.passwords["admin"])
    client.connect(broker.host, broker.port)
    client.loop_start()
    return client


# --- who reacts -----------------------------------------------------------------------------------------------------------


@contextmanager
def controller(broker: LiveBroker, hall: Hall, folder: Path) -> Iterator[None]:
    """The product's own process."""
    config = folder / "config.txt"
    config.write_text(CONFIG.format(site=SITE, first=hall.first, last=hall.first + hall.count - 1, poll_s=_poll_s(hall)))
    env = {
        **os.environ,
        "MINE_CONFIG": str(config),
        "MINE_DATA_FOLDER": str(folder / "data"),
        "MINE_DATA_LOGS": "none",
        "MINE_BROKER_HOST": broker.host,
        "MINE_BROKER_PORT": str(broker.port),
        "MINE_BROKER_USER": "controller",
        "MINE_BROKER_PASSWORD": broker.passwords["controller"],
        "MINE_OPS_CONTROLLER_PORT": str(_free_port()),
    }
    yield from _running([sys.executable, "-m", "services.controller.main"], env, folder / "controller.log")


@contextmanager
def alone(broker: LiveBroker, hall: Hall, folder: Path) -> Iterator[None]:
    """A program that does nothing else."""
    command = [sys.executable, "-m", "bench.reaction", "--alone", broker.host, str(broker.port), str(hall.first), str(hall.count)]
    yield from _running(command, {**os.environ, "BENCH_PASSWORD": broker.passwords["admin"]}, folder / "alone.log")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def _running(command: list[str], env: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=out, stderr=out)  # noqa: S603 - ours
    RUNNING.append(process)
    try:
        yield
    except BaseException:
        sys.stderr.write(log.read_text(errors="replace")[-3000:])
        raise
    finally:
        RUNNING.remove(process)
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(12)
        process.kill()


async def react_alone(host: str, port: int, first: int, count: int) -> None:
    """Read all once, so that the connections are open; then hear the signal and POST to all at once, for ever."""
    loop, heard = asyncio.get_running_loop(), asyncio.Queue[str]()
    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set("admin", os.environ["BENCH_PASSWORD"])
    client.on_message = lambda _c, _u, message: loop.call_soon_threadsafe(
        heard.put_nowait, "sleep" if b'"level":"control"' in message.payload else "wake"
    )
    client.on_connect = lambda *_: client.subscribe(f"mine/1/{SITE}/signal/utility", 1)
    client.connect(host, port)
    client.loop_start()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def call(method: str, load: int, path: str) -> None:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                url = f"http://127.0.0.1:{first + load}/{path}"
                async with session.request(method, url, data=b'{"mode":"x"}', timeout=aiohttp.ClientTimeout(5)) as answer:
                    await answer.read()

        async def tell(verb: str) -> None:
            await asyncio.gather(*(call("POST", load, verb) for load in range(count)))

        await asyncio.gather(*(call("GET", load, "status") for load in range(count)))
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(tell(await heard.get()))


# --- rounds ---------------------------------------------------------------------------------------------------------------


def _poll_s(hall: Hall) -> float:
    return 1.0 if hall.count >= 100 else 0.3


def measured(hall: Hall, utility: Utility, rounds: int, reads: int) -> list[tuple[float, float, float]]:
    """Of each round: milliseconds until the first command came in, the last came in, the last was answered."""
    figures = []
    for _ in range(rounds):
        _until(lambda: all(seen[2] >= reads for seen in hall.look()), "every load was read back")
        time.sleep(random.random() * _poll_s(hall))  # noqa: S311 - no secret
        hall.forget()
        began_s = utility.say(Level.CONTROL)
        _until(lambda: all(seen[1] for seen in hall.look()), "every load was told to sleep")
        seen = hall.look()
        received = [(one[0] - began_s) * 1000 for one in seen]
        figures.append((min(received), max(received), max((one[1] - began_s) * 1000 for one in seen)))
        _until(lambda: all(one[2] >= reads for one in hall.look()), "every load was read back asleep")
        hall.forget()
        utility.say(Level.NORMAL)
        _until(lambda: all(one[1] for one in hall.look()), "every load was woken")
    return figures


def _until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end or any(process.poll() is not None for process in RUNNING):
            raise TimeoutError(f"not within {PATIENCE_S:g} s: {what}")
        time.sleep(0.02)


@contextmanager
def readings(utility: Utility) -> Iterator[None]:
    """500 readings a second, beside."""
    ended = threading.Event()

    def publish() -> None:
        number, due_s = 0, time.monotonic()
        while not ended.is_set():
            for _ in range(READINGS_PER_S // 100):
                utility.reading(number)
                number += 1
            due_s += 0.01
            time.sleep(max(0.0, due_s - time.monotonic()))

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def commit_ms() -> tuple[float, float]:
    """What a commit that survives a power cut costs on this disk just now: median and worst of thirty."""
    with tempfile.TemporaryDirectory() as folder:
        db = sqlite3.connect(Path(folder) / "bench.db", isolation_level=None)
        db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE row (text TEXT)")
        figures = []
        for _ in range(30):
            began_s = time.perf_counter()
            db.execute("INSERT INTO row VALUES (?)", ("x" * 2000,))
            figures.append((time.perf_counter() - began_s) * 1000)
        db.close()
    return sorted(figures)[15], max(figures)


def told(what: str, who: str, figures: list[tuple[float, float, float]]) -> None:
    """One row of the table: median and worst of the rounds."""
    cells = ""
    for column in zip(*figures, strict=True):
        ordered = sorted(column)
        cells += f"{ordered[len(ordered) // 2]:12.1f}{ordered[-1]:8.1f}"
    sys.stdout.write(f"{what:35}{who:16}{cells}\n")
    sys.stdout.flush()


def hall_rows(count: int, broker: LiveBroker, rounds: int) -> None:
    """All rows of one number of loads."""
    with hall_of(count) as hall, tempfile.TemporaryDirectory() as folder:
        utility = Utility(broker)
        for who, program, reads in (("aiohttp alone", alone, 0), ("controller", controller, 1)):
            with program(broker, hall, Path(folder)):
                _rows(who, hall, utility, rounds, reads)
        utility.close()


def _rows(who: str, hall: Hall, utility: Utility, rounds: int, reads: int) -> None:
    loads = f"{hall.count} load{'s' if hall.count > 1 else ''}"
    hall.hang(-1)
    hall.forget()
    _until(lambda: all(seen[2] >= 1 for seen in hall.look()), "every load is known")
    time.sleep(1.0)
    measured(hall, utility, 1, reads)
    for answer_ms in (200, 20):
        hall.answers_in(answer_ms / 1000)
        told(f"{loads} that answer in {answer_ms} ms", who, measured(hall, utility, rounds, reads))
    if hall.count < 300:
        return
    with readings(utility):
        told(f"  20 ms, and {READINGS_PER_S} readings a second", who, measured(hall, utility, rounds, reads))
    hall.hang(hall.count // 2)
    told("  20 ms, and one never answers", who, measured(hall, utility, rounds, reads))


def main() -> None:
    """Print the table."""
    if "--alone" in sys.argv:
        host, port, first, count = sys.argv[2:]
        asyncio.run(react_alone(host, int(port), int(first), int(count)))
        return
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    median, worst = commit_ms()
    sys.stdout.write(f"ms after the signal was published: median and worst of {rounds} rounds, {os.cpu_count()} cores, ")
    sys.stdout.write(f"load {os.getloadavg()[0]:.1f}; one commit on this disk: {median:.1f}, worst {worst:.1f}\n\n")
    sys.stdout.write(f"{'':51}{'first in':>12}{'worst':>8}{'last in':>12}{'worst':>8}{'answered':>12}{'worst':>8}\n")
    with tempfile.TemporaryDirectory() as folder:
        broker = as_process(Path(folder))
        if broker is None:
            sys.exit("Mosquitto is not installed: apt-get install -y mosquitto")
        try:
            for count in (1, 36, 300):
                hall_rows(count, broker, rounds)
        finally:
            broker.remove()


if __name__ == "__main__":
    main()
