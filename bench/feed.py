"""What the page's feed costs with 300 loads: milliseconds to build it and to put it into JSON, and its bytes.

Run: python -m bench.feed [loads]. Median and 99th percentile of 200 feeds; curtailed, with everything reported.
"""

import gzip
import sys
import time

from services.api import feed
from services.api.image import Image
from services.api.load_rows import load_rows
from services.shared.clock import Clock
from services.shared.messages import FanView, LoadSummary, MemberReport, Reading, Reported, State
from services.shared.settings import sections
from services.shared.settings.tree import LoadRow, Settings
from services.shared.vocabulary import (
    Control,
    LoadKind,
    LoadState,
    LoadTarget,
    Mode,
    PowerState,
    Proof,
    Quality,
)

FEEDS = 200
PDUS = 12


def hall(count: int) -> Settings:
    """So many loads in three groups on twelve PDUs."""
    loads = tuple(
        LoadRow(f"miner-{n:03}", LoadKind.FOREMAN, f"row-{n % 3}", "hall", 3.3, pdu=f"pdu-{n % PDUS + 1}", outlet=n // PDUS + 1)
        for n in range(count)
    )
    return Settings(loads=loads, apis=sections.Apis(pdu_ip=tuple(f"10.0.0.{n}" for n in range(PDUS))))


def heard(settings: Settings, clock: Clock) -> Image:
    """An image in which everybody has just spoken."""
    image, now = Image(settings, clock), clock.now()
    boot, mono_s = now.host_boot, now.mono_s
    for group in {row.group for row in settings.loads}:
        members = tuple(_member(row.name, mono_s) for row in settings.loads if row.group == group)
        image.take_reported(Reported(group=group, members=members, host_boot=boot))
    names = [(f"pdu-{n + 1}", "power", "kW") for n in range(PDUS)] + [("roomalert-1", f"sensor-{n}", "Cel") for n in range(8)]
    for device, quantity, unit in names:
        image.take_reading(
            Reading(
                device=device, quantity=quantity, value=21.25, unit=unit, quality=Quality.GOOD, poll_started_mono_s=mono_s,
                measured_at=now.wall_s, host_boot=boot,
            )
        )  # fmt: skip
    image.take_state(_state(mono_s, now.wall_s, boot))
    return image


def _member(name: str, mono_s: float) -> MemberReport:
    return MemberReport(
        name=name, target=LoadTarget.SLEEP, state=LoadState.ASLEEP, outlet=PowerState.ON, watts=40.0, watts_mono_s=mono_s
    )


def _state(mono_s: float, wall_s: float, boot: str) -> State:
    fans = tuple(
        FanView(
            number=n, commanded=PowerState.ON, running=PowerState.ON, proven=Proof.PROVEN, watts=1400.0, read_mono_s=mono_s,
            locked_out=False, reason="", hours=1200.0,
        )
        for n in range(1, 10)
    )  # fmt: skip
    load = LoadSummary(
        measured_kw=12.0, measured_at=wall_s, measured_mono_s=mono_s, target_kw=0.0, setpoint_kw=0.0, unknown_kw=0.0,
        nominal_kw=990.0, proven=True,
    )  # fmt: skip
    return State(
        mode=Mode.CURTAILED, since_at=wall_s, control=Control.ARMED, reasons=("utility signal: Control",),
        limited_by="signal utility", phase="shed", limits=(), signals=(), load=load, temperature_max_c=24.0, fan_stage=9,
        fans=fans, leases=(), lockouts=(), trips=(), decided_mono_s=mono_s, host_boot=boot,
    )  # fmt: skip


def main() -> None:
    """Measure, and print."""
    count, clock = int(sys.argv[1]) if len(sys.argv) > 1 else 300, Clock("yes")
    settings = hall(count)
    image = heard(settings, clock)
    built, text = [], b""
    for _ in range(FEEDS):
        begun = time.perf_counter()
        text = feed.build(image, settings, broker_connected=True, history="").model_dump_json().encode()
        built.append((time.perf_counter() - begun) * 1000)
    built.sort()
    begun = time.perf_counter()
    load_rows(image, settings, clock.now(), silent=False)
    rows_ms = (time.perf_counter() - begun) * 1000
    sys.stdout.write(f"{count} loads, {PDUS} PDUs, {FEEDS} feeds\n")
    sys.stdout.write(f"built and in JSON: {built[len(built) // 2]:.2f} ms, 99 %: {built[int(len(built) * 0.99)]:.2f} ms\n")
    sys.stdout.write(f"bytes: {len(text)}, packed {len(gzip.compress(text))}; the rows of GET /api/v1/loads: {rows_ms:.2f} ms\n")


if __name__ == "__main__":
    main()
