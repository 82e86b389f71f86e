"""The simulated plant watched from outside while programs die: what rose, what opened, how long fans ran."""

import http.client
import json
import threading
import time
from dataclasses import dataclass
from itertools import pairwise

from tests.end_to_end.whole_site import WholeSite

_PERIOD_S = 0.02


@dataclass(frozen=True)
class Sample:
    """The plant at one moment of the watch (monotonic seconds)."""

    at_s: float
    hashing: int
    waking: int
    open_outlets: int
    fans: tuple[bool, ...]


class Watch:
    """Asks the simulated site for its truth on one connection, at about 40 Hz, from `with` to its end."""

    def __init__(self, site: WholeSite) -> None:
        self.samples: list[Sample] = []
        self._port = site.control_port
        self._released_s = float("inf")
        self._end = threading.Event()
        self._fault: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join(20)
        if self._fault is not None:
            raise self._fault

    def released(self) -> None:
        """From now on load may return."""
        self._released_s = time.monotonic()

    @property
    def fans(self) -> int:
        """How many there are."""
        return len(self.samples[0].fans)

    def rate_hz(self) -> float:
        """Samples per second."""
        return (len(self.samples) - 1) / (self.samples[-1].at_s - self.samples[0].at_s)

    def rises_in_event(self) -> list[str]:
        """Every moment before the release at which more miners hashed or woke than just before."""
        held = [sample for sample in self.samples if sample.at_s < self._released_s]
        return [
            f"{a.hashing}+{a.waking} to {b.hashing}+{b.waking} after {b.at_s - held[0].at_s:.2f} s"
            for a, b in pairwise(held)
            if b.hashing + b.waking > a.hashing + a.waking
        ]

    def most_open_outlets(self) -> int:
        """At any moment."""
        return max(sample.open_outlets for sample in self.samples)

    def fewest_fans(self) -> int:
        """With power, at any moment."""
        return min(sum(sample.fans) for sample in self.samples)

    def fan_changes(self) -> int:
        """How often any fan got or lost its power."""
        return sum(x != y for a, b in pairwise(self.samples) for x, y in zip(a.fans, b.fans, strict=True))

    def fan_runs(self) -> list[float]:
        """How long each run of a fan lasted that began and ended under watch, seconds."""
        runs, began = [], {}
        for a, b in pairwise(self.samples):
            for fan, (before, after) in enumerate(zip(a.fans, b.fans, strict=True)):
                if after and not before:
                    began[fan] = b.at_s
                elif before and not after and fan in began:
                    runs.append(b.at_s - began.pop(fan))
        return runs

    def _run(self) -> None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
            while not self._end.is_set():
                self.samples.append(_sample(connection))
                self._end.wait(_PERIOD_S)
            connection.close()
        except Exception as error:  # a watch that saw nothing must not pass for calm
            self._fault = error


def _sample(connection: http.client.HTTPConnection) -> Sample:
    connection.request("GET", "/state")
    plant = json.loads(connection.getresponse().read())
    miners = plant["miners"]
    return Sample(
        time.monotonic(),
        miners.get("hashing", 0),
        miners.get("waking", 0),
        sum(plant["outlets_open"].values()),
        tuple(fan["powered"] for fan in plant["fans"]),
    )
