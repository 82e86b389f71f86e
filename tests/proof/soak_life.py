"""What happens on a lively site: a year's kinds of trouble and of visits, each every few minutes. All of it comes and goes."""

import contextlib
import http.client
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from tests.broker import LiveBroker
from tests.end_to_end.whole_site import WholeSite

FAULTS = (
    ("roomalert-1", "hang"), ("foreman", "offline"), ("pdu-1", "hang"), ("relay-1", "refuse"), ("signal", "html"),
    ("iotawatt-1", "garbage"), ("telegram", "error"), ("sms", "rate_limit"), ("smtp", "refuse"), ("webhook", "slow"),
)  # fmt: skip
PAGES = (
    "/", "/api/status", "/dashboard_data.json", "/api/v1/loads", "/api/v1/events", "/api/v1/alarms", "/api/v1/alarms/report",
    "/api/v1/why", "/api/v1/curtailments", "/api/v1/series/load", "/api/v1/events.csv", "/api/v1/audit", "/metrics",
)  # fmt: skip
_STREAMS = ("/api/v1/stream", "/api/v1/events/stream", "/api/debug/bus")
_WITHIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Happening:
    """What happens every so many seconds, first at `first_s`."""

    name: str
    first_s: float
    every_s: float
    act: Callable[[], object]


class Life:
    """`passed` brings about what is due; `counted` says how often each came about, and how often it was refused or in vain."""

    def __init__(self, site: WholeSite, broker: LiveBroker, password: str) -> None:
        self.counted: Counter[str] = Counter()
        self._site, self._broker, self._password = site, broker, password
        self._faults = cycle(FAULTS)
        self._visits: list[http.client.HTTPConnection] = []
        self._happenings = tuple(self._all())
        self._next_s = [one.first_s for one in self._happenings]

    def passed(self, at_s: float) -> None:
        """So many seconds after the start."""
        for number, one in enumerate(self._happenings):
            if at_s >= self._next_s[number]:
                self._next_s[number] += one.every_s
                try:
                    one.act()
                    self.counted[one.name] += 1
                except (AssertionError, OSError, http.client.HTTPException, ValueError) as error:
                    self.counted[f"{one.name} in vain"] += 1
                    sys.stderr.write(f"{at_s:.0f} s: {one.name} in vain: {error!r}\n"[:400])

    def close(self) -> None:
        """The visitors go."""
        while self._visits:
            self._visits.pop().close()

    def _all(self) -> Iterator[Happening]:
        tell = self._site.tell
        yield Happening("curtailment", 60, 360, lambda: tell("signal", level="control"))
        yield Happening("release", 240, 360, lambda: tell("signal", level="normal"))
        yield Happening("fault", 30, 120, self._fault)
        yield Happening("end of faults", 90, 120, self._site.clear_faults)
        yield Happening("flood", 200, 300, lambda: tell("switch", name="flood", closed=True))
        yield Happening("dry again", 230, 300, lambda: tell("switch", name="flood", closed=False))
        yield Happening("chat", 45, 60, lambda: tell("telegram", user_id=42, text="/status"))
        yield Happening("visit", 10, 20, self._visit)
        yield Happening("login", 15, 60, lambda: self._login(self._password))
        yield Happening("wrong login", 40, 120, lambda: self._login("not the password"))
        yield Happening("lease", 50, 120, self._lease)
        yield Happening("broker's restart", 420, 600, self._broker.restart_empty)
        yield Happening("backup", 500, 900, self._backup)

    def _fault(self) -> None:
        device, kind = next(self._faults)
        self._site.tell("fault", device=device, kind=kind, **({"value": 5} if kind in {"slow", "rate_limit"} else {}))

    def _visit(self) -> None:
        """Every page once; three streams, which are left without a word at the next visit."""
        self.close()
        for path in _STREAMS:
            self._visits.append(self._opened("GET", path))
        for path in PAGES:
            self._asked("GET", path)

    def _login(self, password: str) -> None:
        status, headers, body = self._asked("POST", "/api/v1/login", {"name": "operator", "password": password})
        if status == http.client.OK:
            cookie, csrf = headers.get("Set-Cookie", "").partition(";")[0], json.loads(body)["csrf"]
            self._asked("POST", "/api/v1/logout", None, {"Cookie": cookie, "X-CSRF-Token": csrf})

    def _lease(self) -> None:
        """Looking at a device's answers for a minute, and holding down one miner."""
        self._site.post("/api/debug/raw", {"device": "pdu-2", "minutes": 1})
        self._site.post("/api/debug/miners", {"action": "sleep", "members": ["A-01-02"], "minutes": 1})

    def _backup(self) -> None:
        command = [sys.executable, "-m", "services.cli.main", "backup"]
        root = Path(__file__).parents[2]
        ended = subprocess.run(command, env=self._site.env, cwd=root, capture_output=True, timeout=120, check=False)
        assert ended.returncode == 0, ended.stderr

    def _asked(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = self._opened(method, path, body, headers)
        with contextlib.closing(connection):
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def _opened(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> http.client.HTTPConnection:
        port = self._site.debug_port if path.startswith("/api/debug") else self._site.page_port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_WITHIN_S)
        text = None if body is None else json.dumps(body).encode()
        connection.request(method, path, text, {"Content-Type": "application/json", **(headers or {})})
        return connection
