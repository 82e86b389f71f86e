"""The metrics of several services become one text that a scraper can read."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.parser import text_string_to_metric_families

from services.api.metrics import exposition, read, value
from services.shared.ops import Ops


def families_of(*services: str) -> dict[str, list[object]]:
    return {name: list(Ops(name, tick_age_s=lambda: 0.0).registry.collect()) for name in services}


def test_each_name_stands_once_with_its_help_and_every_sample_names_its_service() -> None:
    text = exposition({**families_of("api", "controller"), "notifier": None}).decode()
    heads = [line for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(heads) == len(set(heads))
    found = {family.name: family for family in text_string_to_metric_families(text)}
    assert {s.labels["service"]: s.value for s in found["mine_up"].samples} == {"api": 1.0, "controller": 1.0, "notifier": 0.0}
    assert [s.labels["service"] for s in found["mine_build_info"].samples] == ["api", "controller"]
    assert all("service" in sample.labels for family in found.values() for sample in family.samples)
    assert found["mine_process_cpu_seconds"].type == "counter"


def test_counters_and_histograms_come_out_as_they_went_in() -> None:
    registry = CollectorRegistry()
    Counter("mine_sent_total", "sent", registry=registry).inc(3)
    Histogram("mine_step_seconds", "steps", buckets=(0.1, 1.0), registry=registry).observe(0.5)
    text = exposition({"api": list(registry.collect())}).decode()
    assert 'mine_sent_total{service="api"} 3.0' in text
    assert 'mine_step_seconds_bucket{le="1.0",service="api"} 1.0' in text
    again = read(text)
    assert again is not None and value(again, "mine_sent_total") == 3.0


def test_a_name_of_another_type_is_left_out_and_breaks_nothing() -> None:
    one, other = CollectorRegistry(), CollectorRegistry()
    Gauge("mine_thing", "a gauge", registry=one).set(1)
    Histogram("mine_thing", "a histogram", registry=other).observe(1)
    text = exposition({"api": list(one.collect()), "controller": list(other.collect())}).decode()
    assert 'mine_thing{service="api"} 1.0' in text and "mine_thing_bucket" not in text


def test_what_is_no_exposition_is_nothing() -> None:
    for text in ("", "<html>", "mine_up{", "mine_up nonsense", "\x00"):
        assert read(text) is None
