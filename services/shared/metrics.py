"""The metrics of a service, by the names of docs/manual/metrics.md: mine_<noun>_<unit>[_total], base units, bounded labels."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, Histogram, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from services.shared.process import DatabaseFigures, ProcessFigures

_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series per counter: our own start time says it


class Metrics:
    """A registry with the process's own figures, and short ways to add to it. Values are asked for at each scrape."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.registry.register(ProcessFigures())

    def gauge(self, name: str, about: str, value: Callable[[], float]) -> None:
        """Add a metric that is asked for its value at each scrape."""
        Gauge(name, about, registry=self.registry).set_function(value)

    def counter(self, name: str, about: str, value: Callable[[], float]) -> None:
        """Add a counter that is asked for its value at each scrape; its name ends in `_total`."""
        self.registry.register(_Counted(name, about, value))

    def ages(self, name: str, about: str, ages_s: Callable[[], Mapping[str, float | None]]) -> None:
        """Add ages in seconds by `source`; what was never heard has none."""
        self.registry.register(_Ages(name, about, ages_s))

    def seconds(self, name: str, about: str) -> Callable[[float], None]:
        """Add a histogram of durations from 1 ms to 5 s; the answer takes each."""
        return Histogram(name, about, buckets=_BUCKETS_S, registry=self.registry).observe

    def databases(self, folder: Path, threads: Mapping[str, str]) -> None:
        """Add the size of each database file in `folder`, and the bytes written by the thread that owns it."""
        self.registry.register(DatabaseFigures(folder, threads))


class _Counted(Collector):
    def __init__(self, name: str, about: str, value: Callable[[], float]) -> None:
        self._name, self._about, self._value = name.removesuffix("_total"), about, value

    def collect(self) -> Iterator[Metric]:
        """The counter."""
        yield CounterMetricFamily(self._name, self._about, self._value())


class _Ages(Collector):
    def __init__(self, name: str, about: str, ages_s: Callable[[], Mapping[str, float | None]]) -> None:
        self._name, self._about, self._ages_s = name, about, ages_s

    def collect(self) -> Iterator[Metric]:
        """An age per source that was heard."""
        family = GaugeMetricFamily(self._name, self._about, labels=["source"])
        for source, age_s in self._ages_s().items():
            if age_s is not None:
                family.add_metric([source], age_s)
        yield family
