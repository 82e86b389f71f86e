"""The metrics of all services through one place: the others are scraped at the same time, and each sample names its service.

A service that does not answer within the deadline, or not in the exposition format, is `mine_up` 0 and no error.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from services.shared.device import DeviceError
from services.shared.http import HttpClient
from services.shared.settings.sections import Ops

OWN = "api"
DEADLINE_S = 2.0
_MOST_BYTES = 1_000_000
Families = Mapping[str, list[Metric] | None]
"""The metrics by service; None for one that did not answer."""


class AllMetrics:
    """Asks the inner apps that the settings name. `own` is the api's own registry."""

    def __init__(self, ops: Ops) -> None:
        self.own = CollectorRegistry()
        self._urls = {
            "collector": f"http://{ops.collector_host}:{ops.collector_port}/metrics",
            "controller": f"http://{ops.controller_host}:{ops.controller_port}/metrics",
            "notifier": f"http://{ops.notifier_host}:{ops.notifier_port}/metrics",
        }

    async def gather(self) -> Families:
        """What every service says of itself now; takes at most the deadline."""
        client = HttpClient(limit=len(self._urls), deadline_s=DEADLINE_S)
        try:
            answers = await asyncio.gather(*(_scraped(client, url) for url in self._urls.values()))
        finally:
            await client.close()
        return {OWN: list(self.own.collect()), **dict(zip(self._urls, answers, strict=True))}


def exposition(families: Families) -> bytes:
    """All in one text: each name once, with the label `service`."""
    registry = CollectorRegistry()
    registry.register(_Whole(families))
    return generate_latest(registry)


def merged(families: Families) -> Iterator[Metric]:
    """One metric per name; where two services disagree on its type, the first is right and the other's is left out."""
    whole: dict[str, Metric] = {}
    for service, metrics in families.items():
        for metric in metrics or ():
            one = whole.setdefault(metric.name, Metric(metric.name, metric.documentation, metric.type))
            if one.type == metric.type:
                _add(one, metric, service)
    yield from whole.values()


async def _scraped(client: HttpClient, url: str) -> list[Metric] | None:
    try:
        answer = await client.request("GET", url, max_bytes=_MOST_BYTES)
        return read(answer.text()) if answer.status == 200 else None
    except DeviceError:
        return None


def read(text: str) -> list[Metric] | None:
    """The exposition format as metrics; None when it is something else."""
    try:
        found = list(text_string_to_metric_families(text))
    except Exception:  # the library's parser raises whatever it stumbles over
        return None
    return found or None


def value(metrics: Iterable[Metric] | None, name: str) -> float | None:
    """The sum of all samples of one name; None where there is none."""
    found = [sample.value for metric in metrics or () for sample in metric.samples if sample.name == name]
    return sum(found) if found else None


def _add(whole: Metric, part: Metric, service: str) -> None:
    for sample in part.samples:
        whole.add_sample(sample.name, {**sample.labels, "service": service}, sample.value, sample.timestamp, sample.exemplar)


class _Whole(Collector):
    def __init__(self, families: Families) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        """Which services answered, then all that they said."""
        up = GaugeMetricFamily("mine_up", "1 for a service that answered", labels=["service"])
        for service, metrics in self._families.items():
            up.add_metric([service], float(metrics is not None))
        yield up
        yield from merged({name: [m for m in found if m.name != up.name] for name, found in self._families.items() if found})
