"""Looks at the cost of all services once a minute, so that shares and today's bytes are known when somebody asks."""

import asyncio
import os
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from prometheus_client.metrics_core import Metric

from services.api import tally
from services.api.cost import Cost, ServiceCost, databases, summed, whole_number
from services.api.metrics import AllMetrics, Families, value
from services.shared.clock import Clock, Moment
from services.shared.settings.tree import Settings

FILE = "cost.json"
_LOOK_S = 60.0
_SAVE_EACH = 10  # looks: a file of 1 kB each ten minutes


@dataclass(frozen=True, slots=True)
class _Look:
    mono_s: float
    cpu_s: dict[str, float]


class CostLedger:
    """Looks at all services once a minute, so that shares and today's bytes are known when somebody asks."""

    def __init__(self, settings: Settings, clock: Clock, metrics: AllMetrics) -> None:
        self._zone = ZoneInfo(settings.general.timezone)
        self._folder = Path(settings.data.folder)
        self._clock = clock
        self._metrics = metrics
        self._tally = tally.load(self._folder / FILE)
        self._look = _Look(0.0, {})

    async def run(self) -> None:
        """Look for ever, and store the tally now and then and at the end. Cancel to stop."""
        looks = 0
        try:
            while True:
                families = await self._metrics.gather()
                now = self._clock.now()
                self._count(families, now)
                self._look = _Look(now.mono_s, _cpu_s(families))
                if looks % _SAVE_EACH == 0:
                    await asyncio.to_thread(tally.save, self._folder / FILE, self._tally)
                looks += 1
                await asyncio.sleep(_LOOK_S)
        finally:
            tally.save(self._folder / FILE, self._tally)

    async def tell(self) -> Cost:
        """The cost now."""
        families = await self._metrics.gather()
        now = self._clock.now()
        self._count(families, now)
        services = [self._of(name, metrics, now) for name, metrics in sorted(families.items())]
        disk = _disk(self._folder)
        return Cost(
            time=self._told(now.wall_s),
            timezone=self._zone.key,
            today=self._tally.day,
            today_since=self._told(self._tally.since_at),
            services=services,
            whole=summed(services),
            written_yesterday_bytes=self._tally.yesterday,
            disk_free_bytes=disk[0] if disk else None,
            disk_bytes=disk[1] if disk else None,
            databases_bytes={name: size for one in services for name, size in one.databases_bytes.items()},
        )

    def _of(self, name: str, metrics: list[Metric] | None, now: Moment) -> ServiceCost:
        count = self._tally.counts.get(name)
        return ServiceCost(
            service=name,
            up=metrics is not None,
            memory_bytes=whole_number(value(metrics, "mine_process_resident_bytes")),
            cpu_seconds=value(metrics, "mine_process_cpu_seconds_total"),
            cpu_share=self._share(name, metrics, now),
            written_bytes=whole_number(value(metrics, "mine_process_written_bytes_total")),
            written_today_bytes=None if count is None else count.today,
            open_files=whole_number(value(metrics, "mine_process_open_files")),
            messages_published=whole_number(value(metrics, "mine_mqtt_published_total")),
            messages_received=whole_number(value(metrics, "mine_mqtt_received_total")),
            databases_bytes=databases(metrics or ()),
        )

    def _count(self, families: Families, now: Moment) -> None:
        at = datetime.fromtimestamp(now.wall_s, self._zone)
        midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
        self._tally.turn(at.date().isoformat(), now.wall_s)
        for name, metrics in families.items():
            begun = value(metrics, "mine_process_start_seconds")
            written = value(metrics, "mine_process_written_bytes_total")
            if begun is not None and written is not None:
                began_at = now.wall_s - (_since_boot_s() - begun)
                self._tally.see(name, f"{now.host_boot} {begun:.2f}", int(written), began_today=began_at >= midnight.timestamp())

    def _share(self, name: str, metrics: list[Metric] | None, now: Moment) -> float | None:
        cpu_s, begun = value(metrics, "mine_process_cpu_seconds_total"), value(metrics, "mine_process_start_seconds")
        if cpu_s is None or begun is None:
            return None
        before_s, passed_s = self._look.cpu_s.get(name), now.mono_s - self._look.mono_s
        if before_s is None or cpu_s < before_s or passed_s < 1.0:
            before_s, passed_s = 0.0, _since_boot_s() - begun
        return round((cpu_s - before_s) / passed_s, 4) if passed_s > 0 else None

    def _told(self, at: float) -> str:
        return datetime.fromtimestamp(at, self._zone).isoformat(timespec="seconds")


def _cpu_s(families: Families) -> dict[str, float]:
    found = {name: value(metrics, "mine_process_cpu_seconds_total") for name, metrics in families.items()}
    return {name: cpu_s for name, cpu_s in found.items() if cpu_s is not None}


def _disk(folder: Path) -> tuple[int, int] | None:
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize


def _since_boot_s() -> float:
    # The kernel counts a process's start on a clock that runs on while the computer sleeps; the monotonic one does not.
    return time.clock_gettime(time.CLOCK_BOOTTIME)
