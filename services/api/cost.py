"""What we cost ourselves, as it is told: memory, processor, bytes written, by service and in all; the disk and the databases."""

from collections.abc import Iterable

from prometheus_client.metrics_core import Metric
from pydantic import BaseModel, Field

_SERVICE = Field(description="null where a service does not answer, or its computer does not say")


class ServiceCost(BaseModel):
    """One service. Null is unknown."""

    service: str
    up: bool
    memory_bytes: int | None = _SERVICE
    cpu_seconds: float | None = Field(description="since its start")
    cpu_share: float | None = Field(description="of one processor core, over the last minute; before that, since its start")
    written_bytes: int | None = Field(description="to disks, since its start")
    written_today_bytes: int | None = Field(description="since midnight of the site's timezone, over restarts")
    open_files: int | None
    messages_published: int | None = Field(description="on the broker, since its start")
    messages_received: int | None
    databases_bytes: dict[str, int] = Field(description="its database files with their logs")


class Cost(BaseModel):
    """All services, their sum over those that are known, and the disk of the records. The broker is not counted."""

    time: str
    timezone: str
    today: str = Field(examples=["2026-11-22"])
    today_since: str = Field(description="when the counting of today began: midnight, unless nothing ran then")
    services: list[ServiceCost]
    whole: ServiceCost
    written_yesterday_bytes: int | None
    disk_free_bytes: int | None
    disk_bytes: int | None
    databases_bytes: dict[str, int]


def summed(services: Iterable[ServiceCost]) -> ServiceCost:
    """What is known of all, added up; a figure that no service knows is unknown."""
    known = list(services)

    def total(name: str) -> float | None:
        values = [value for one in known if (value := getattr(one, name)) is not None]
        return sum(values) if values else None

    figures = {name: total(name) for name in ServiceCost.model_fields if name not in ("service", "up", "databases_bytes")}
    sizes = {name: size for one in known for name, size in one.databases_bytes.items()}
    return ServiceCost.model_validate({"service": "all", "up": all(one.up for one in known), "databases_bytes": sizes, **figures})


def databases(metrics: Iterable[Metric]) -> dict[str, int]:
    samples = [sample for metric in metrics if metric.name == "mine_db_size_bytes" for sample in metric.samples]
    return {sample.labels["database"]: int(sample.value) for sample in samples if "database" in sample.labels}


def whole_number(number: float | None) -> int | None:
    return None if number is None else int(number)
